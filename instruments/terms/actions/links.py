"""Actions room: says which other instruments an instrument is always used together with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import pgettext

from changes import Work
from changes.errors import Sentence, filled
from instruments.inventory.actions.parts import part_changed, seen_part
from instruments.inventory.enums import InstrumentState, Part
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.terms.errors import TERMS
from instruments.terms.events import LinksChanged
from instruments.terms.models import InstrumentLink
from instruments.terms.rules.links import MOST_LINKS, missing_links
from members.permissions import require


def set_links(
    work: Work, instrument: Instrument, codes: Sequence[str], *, seen: int | None = None
) -> list[Instrument]:
    """Say without which others, at most 4 of its own unit, an instrument is not used; return them, by code.

    None at all: it is used alone. Whoever is needed is named directly, so that a set is never more than the list. What
    is booked already stays as it is. Custodians and officers. Raises NotAllowed, StaleVersion, InvalidInstrument.
    """
    wanted = list(dict.fromkeys(codes))
    named = Instrument.objects.filter(code__in=wanted[: MOST_LINKS + 2]).values_list("pk", flat=True)
    own = InstrumentLink.objects.filter(Q(instrument=instrument) | Q(other=instrument))
    locked = lock_instruments(
        work, {instrument.pk, *named, *(pk for pair in own.values_list("instrument", "other") for pk in pair)}
    )
    place = locked[instrument.pk]
    require(work.actor, "edit_terms", place)
    part = seen_part(work, place, Part.TOGETHER, seen)
    by_code = {one.code: one for one in locked.values()}
    others = [by_code[code] for code in sorted(wanted) if code in by_code]
    if wrong := _problems(place, wanted, others):
        raise InvalidInstrument({"codes": [str(one) for one in wrong]})
    rows = {row.other_id: row for row in InstrumentLink.objects.filter(instrument=place)}
    before = sorted(one.code for one in locked.values() if one.pk in rows)
    if before == [one.code for one in others]:
        return others
    keys = {one.pk for one in others}
    InstrumentLink.objects.filter(pk__in=[row.pk for pk, row in rows.items() if pk not in keys]).delete()
    InstrumentLink.objects.bulk_create(
        InstrumentLink(instrument=place, other=one) for one in others if one.pk not in rows
    )
    _mark(locked.values())
    part_changed(work, part)
    work.emit(
        LinksChanged(target=place, before={"codes": before}, after={"codes": [one.code for one in others]})
    )
    return others


def _problems(place: Instrument, wanted: Sequence[str], others: Sequence[Instrument]) -> list[Sentence]:
    """Return why these cannot be the others."""
    if place.code in wanted:
        return [TERMS["link_to_itself"]]
    if len(wanted) > MOST_LINKS:
        return [filled(TERMS["links"], {"most": MOST_LINKS})]
    fine = {
        one.code for one in others if one.unit_id == place.unit_id and one.state != InstrumentState.RETIRED
    }
    if unknown := [code for code in wanted if code not in fine]:
        return [filled(TERMS["unknown_codes"], {"codes": _in_words(unknown)[:80]})]
    return _not_direct(place, others)


def _not_direct(place: Instrument, others: Sequence[Instrument]) -> list[Sentence]:
    """Return what would be needed by what is named, or named by what needs this one, and is not."""
    keys = {one.pk for one in others}
    rows = InstrumentLink.objects.select_related("instrument", "other").exclude(instrument=place)
    needs: dict[int, dict[int, Instrument]] = defaultdict(dict)
    names: dict[int, Instrument] = {one.pk: one for one in others}
    for row in rows.filter(instrument__in=keys).exclude(other__state=InstrumentState.RETIRED):
        needs[row.instrument_id][row.other_id] = row.other
        names[row.other_id] = row.other
    said: list[Sentence] = [
        _said("links_further", names[pk], [names[one] for one in rest])
        for pk, rest in missing_links(keys, needs, place.pk).items()
    ]
    behind = InstrumentLink.objects.filter(other=place).values("instrument")
    has: dict[int, set[int]] = defaultdict(set)
    for row in rows.filter(instrument__in=behind):
        has[row.instrument_id].add(row.other_id)
        names[row.instrument_id] = row.instrument
    for pk, known in has.items():
        if rest := keys - known - {pk}:
            said.append(_said("links_behind", names[pk], [names[one] for one in rest]))
    return said


def _said(name: str, place: Instrument, others: Collection[Instrument]) -> Sentence:
    return filled(TERMS[name], {"code": place.code, "others": _in_words(sorted(one.code for one in others))})


def _in_words(codes: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(codes)


def _mark(instruments: Collection[Instrument]) -> None:
    """Keep on each instrument whether links begin or end there."""
    pks = [one.pk for one in instruments]
    rows = InstrumentLink.objects.filter(Q(instrument__in=pks) | Q(other__in=pks))
    linked = {pk for pair in rows.values_list("instrument_id", "other_id") for pk in pair}
    Instrument.objects.filter(pk__in=linked.intersection(pks)).update(is_linked=True)
    Instrument.objects.filter(pk__in=set(pks) - linked).update(is_linked=False)
