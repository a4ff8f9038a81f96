"""Actions room: who keeps an instrument."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, perform
from changes.dependants import NO_CHOICES, Choices
from instruments.inventory.actions.parts import part_changed, seen_part
from instruments.inventory.enums import Part
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.events import StewardNamed, StewardshipEnded
from instruments.inventory.locks import lock_instrument, lock_instruments
from instruments.inventory.messages import names_of
from instruments.inventory.models import Instrument, InstrumentPart, Stewardship
from instruments.inventory.permissions import forget_stewarded
from members.actions.dated import resolve_rest, resolved, settle_over
from members.actions.roles import write_unit_role
from members.enums import UnitRoleKind
from members.models import MemberUnit, Person, UnitRole
from members.models.dated import lasting
from members.permissions import forget_roles, require
from members.queries.people import managers_of


def give_stewardship(
    work: Work,
    instrument: Instrument,
    person: Person,
    *,
    valid_from: dt.date | None = None,
    seen: int | None = None,
) -> Stewardship:
    """Let a person of the owning unit keep an instrument from a day on (today unless told).

    The person becomes a steward in the unit, where not one already. Officers, and managers of the unit.
    Raises NotAllowed, StaleVersion, InvalidInstrument.
    """
    first_day = valid_from or timezone.localdate(work.now)
    unit = work.lock_one(MemberUnit.objects.all(), instrument.unit_id)
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_stewards", locked)
    part = seen_part(work, locked, Part.STEWARDS, seen)
    _check(locked, person, first_day)
    kept = Stewardship.objects.create(instrument=locked, person=person, valid_from=first_day)
    what = {"instrument": locked.code, "person": person.pk, "valid_from": first_day}
    work.emit(StewardNamed(target=kept, after=what))
    roles = UnitRole.objects.filter(person=person, unit=unit, kind=UnitRoleKind.STEWARD)
    if not roles.filter(lasting(first_day)).exists():
        write_unit_role(work, person, unit, UnitRoleKind.STEWARD.value, first_day)
    part_changed(work, part)
    forget_stewarded(person)
    forget_roles(person)
    return kept


def end_stewardship(
    work: Work,
    stewardship: Stewardship,
    *,
    valid_to: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Stewardship:
    """End a stewardship; `valid_to` (today unless told) is the first day without it.

    An instrument may be without steward: the managers of its unit keep it then, which somebody has to say of it and of
    the requests that wait there (`choices`). Officers, and managers of the unit. Raises NotAllowed, StaleVersion,
    Unresolved, InvalidInstrument. Ending an ended one again changes nothing.
    """
    last_day = valid_to or timezone.localdate(work.now)
    locked = lock_instrument(work, stewardship.instrument_id)
    require(work.actor, "edit_stewards", locked)
    row = Stewardship.objects.select_related("instrument", "person").get(pk=stewardship.pk)
    if row.valid_to is not None and row.valid_to <= last_day:
        return row
    part = seen_part(work, locked, Part.STEWARDS, seen)
    if last_day < row.valid_from:
        raise InvalidInstrument({"valid_to": [_("A role cannot end before it begins.")]})
    _end(work, row, last_day, part)
    resolve_rest(work, row, last_day, choices, "")
    if work.actor is None or work.actor.pk != row.person_id:
        work.tell([row.person], "stewardship_ended", {"instrument": names_of([locked]), "day": last_day})
    forget_stewarded(stewardship.person)
    return row


def end_with_basis(work: Work, pks: Collection[int]) -> list[Stewardship]:
    """End stewardships whose role or account has ended, on the first day without it; return all of them.

    A part of an action that has asked for the right.
    """
    rows = list(
        Stewardship.objects.select_related("instrument__unit", "person").filter(pk__in=pks).order_by("pk")
    )
    locked = lock_instruments(work, {row.instrument_id for row in rows})
    for row in rows:
        until = _role_until(row, timezone.localdate(work.now))
        last_day = None if until is None else max(until, row.valid_from)
        if last_day is not None and (row.valid_to is None or row.valid_to > last_day):
            part = seen_part(work, locked[row.instrument_id], Part.STEWARDS, None)
            _end(work, row, last_day, part)
        if row.valid_to is not None and row.valid_to <= timezone.localdate(work.now):
            # What rests on it was settled together with the basis.
            resolved(work, row)
    return rows


def settle_ended_stewardships(now: dt.datetime) -> int:
    """Settle what rests on each stewardship that is over by its date; return how many. Safe to run twice or at once.

    The system acts: requests are kept, and whoever decides on them from now on is told.
    """
    over = Stewardship.objects.filter(valid_to__lte=timezone.localdate(now), resolved_at=None)
    places = list(over.order_by("instrument", "pk").values_list("pk", "instrument"))
    return sum(perform(None, _settle_ended, pk, place) for pk, place in places)


def _settle_ended(work: Work, pk: int, instrument: int) -> bool:
    lock_instrument(work, instrument)
    row = Stewardship.objects.select_related("instrument", "person").get(pk=pk)
    return settle_over(work, row, "")


def tell_unkept(work: Work, rows: Collection[Stewardship]) -> None:
    """Tell the managers of each unit which of its instruments are theirs to keep from now on; one notice a unit."""
    by_unit: defaultdict[int, dict[int, Instrument]] = defaultdict(dict)
    for row in rows:
        by_unit[row.instrument.unit_id][row.instrument_id] = row.instrument
    for unit, instruments in by_unit.items():
        managers = managers_of(unit, timezone.localdate(work.now)).exclude(pk=work.actor and work.actor.pk)
        work.tell(list(managers), "instruments_unkept", {"instruments": names_of(list(instruments.values()))})


def _role_until(row: Stewardship, today: dt.date) -> dt.date | None:
    """Return the first day on which the person can no longer be a steward in the unit; None: none is known."""
    if not row.person.is_active:
        return today
    roles = UnitRole.objects.filter(
        lasting(today),
        person=row.person_id,
        unit=row.instrument.unit_id,
        kind=UnitRoleKind.STEWARD,
    )
    ends = list(roles.values_list("valid_to", flat=True))
    return None if None in ends else max((end for end in ends if end is not None), default=today)


def _end(work: Work, row: Stewardship, last_day: dt.date, part: InstrumentPart) -> None:
    before = row.valid_to
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    work.emit(StewardshipEnded(target=row, before={"valid_to": before}, after={"valid_to": last_day}))
    part_changed(work, part)


def _check(instrument: Instrument, person: Person, first_day: dt.date) -> None:
    if not person.is_active:
        raise InvalidInstrument({"person": [_("This account is closed.")]})
    if person.home_unit_id != instrument.unit_id:
        raise InvalidInstrument({"person": [_("Only people of the owning unit keep its instruments.")]})
    held = Stewardship.objects.filter(lasting(first_day))
    if held.filter(instrument=instrument, person=person).exists():
        raise InvalidInstrument({"person": [_("This person keeps the instrument already.")]})
