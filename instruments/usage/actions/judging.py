"""Actions room: what becomes of entries: judged one by one by the rules, then as a whole by the time they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Max

from changes import Work
from changes.errors import Sentence
from folding.times import LOCAL
from instruments.booking.actions.slots import release
from instruments.inventory.models import Instrument
from instruments.terms.models import Rate
from instruments.terms.queries.opening import exceptions_of, holidays_in, weeks_of
from instruments.terms.rules.hours import hours_between
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.opening import NO_HOLIDAYS, open_intervals
from instruments.usage.actions.records import from_entry, says_the_same, usage_facts
from instruments.usage.actions.served import served_problems
from instruments.usage.enums import UsageSource
from instruments.usage.errors import usage_problem
from instruments.usage.events import UsageCorrected, UsageMoved, UsageRecorded
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import held_times
from instruments.usage.rules.plausibility import asks_for_opening, unusual
from instruments.usage.rules.timeline import Wish, clashes_of
from instruments.usage.rules.usage_entries import MOST_STATIONS, Problems, UsageEntry, entry_problems
from members.permissions import can
from members.queries.organisations import KnownOrganisations


@dataclass(frozen=True)
class Change:
    """A record to be written, and the one it replaces, if any."""

    fresh: UsageRecord
    before: UsageRecord | None

    def tell(self, work: Work) -> None:
        """Say what happened, and which time is free again."""
        fresh, old = self.fresh, self.before
        if old is None:
            work.emit(UsageRecorded(target=fresh, after=usage_facts(fresh)))
            return
        stays = (old.instrument_id, old.station) == (fresh.instrument_id, fresh.station)
        after = usage_facts(fresh) | {"corrects": old.pk, "reason": fresh.correction_reason}
        happened = UsageCorrected if stays else UsageMoved
        work.emit(happened(target=fresh, before=usage_facts(old), after=after, replaced=old))
        still = Interval(fresh.start, fresh.end) if stays else None
        release(work, old.instrument, old.station, Interval(old.start, old.end), still)


@dataclass(frozen=True)
class Refused:
    """An entry that cannot be written, field by field."""

    problems: Problems


@dataclass(frozen=True)
class Unusual:
    """An entry that can be written once somebody says why it is true."""

    problems: Problems


Fate = Change | Refused | Unusual | None
"""None: it is on record already."""


class Usual:
    """What is usual on some instruments: their highest price; their opening hours where an entry asks for them."""

    def __init__(self, instruments: Collection[int], entries: Sequence[UsageEntry]) -> None:
        rates = Rate.objects.filter(instrument__in=instruments).values("instrument").order_by()
        self._rates: dict[int, Decimal] = dict(
            rates.annotate(most=Max("yuan_per_hour")).values_list("instrument", "most")
        )
        long = [e for e in entries if e.start.tzinfo and e.end.tzinfo and asks_for_opening(e)]
        self._weeks = weeks_of(instruments) if long else {}
        window = Interval(min(e.start for e in long), max(e.end for e in long)) if long else None
        self._exceptions = exceptions_of(instruments, window) if window is not None else {}
        self._holidays = holidays_in(window) if window is not None else NO_HOLIDAYS

    def odd(self, entry: UsageEntry, instrument: Instrument, now: dt.datetime) -> Problems:
        """Return what is unusual in an entry that has no problems."""
        opened = None
        if asks_for_opening(entry):
            window = Interval(entry.start, entry.end)
            week = self._weeks.get(instrument.pk, ())
            times = open_intervals(week, self._exceptions.get(instrument.pk, []), window, self._holidays)
            opened = sum((hours_between(one.start, one.end) for one in times), Decimal(0))
        return unusual(entry, now, highest_rate=self._rates.get(instrument.pk), open_hours=opened)


def fates_of(
    work: Work,
    entries: Sequence[UsageEntry],
    places: Mapping[str, Instrument],
    known: Mapping[tuple[int, str], UsageRecord],
    names: KnownOrganisations,
    *,
    source: str,
    new_only: bool,
) -> list[Fate]:
    """Judge many entries together, without writing any; one number stands for one content. `names`: what names mean."""
    usual = Usual({place.pk for place in places.values()}, entries)
    once: dict[tuple[int, str], UsageEntry] = {}
    found: list[Fate] = []
    for sent in entries:
        instrument = places.get(sent.instrument_code)
        if instrument is None:
            more = entry_problems(sent, work.now, MOST_STATIONS)
            found.append(Refused([("instrument", usage_problem("unknown_instrument")), *more]))
            continue
        key = (instrument.unit_id, sent.record_id.strip())
        entry = replace(sent, record_id=key[1])
        before = known.get(key)
        if once.setdefault(key, entry) is not entry:
            same = once[key] == entry
            found.append(None if same else Refused([("record_id", usage_problem("repeated"))]))
        elif new_only and before is not None:
            found.append(Refused([("record_id", usage_problem("number_known"))]))
        else:
            reason = str(UsageSource(source).label)
            found.append(
                judged(work, entry, instrument, before, usual, names=names, source=source, reason=reason)
            )
    return placed(found)


def judged(
    work: Work,
    entry: UsageEntry,
    instrument: Instrument,
    before: UsageRecord | None,
    usual: Usual,
    *,
    names: KnownOrganisations,
    source: str,
    reason: str,
) -> Fate:
    """Judge one entry by all rules but the freedom of its time; a correction where `before` is given."""
    # A day that was on record before the instrument's first day was set does not stop another correction.
    is_old = before is not None and entry.start == before.start and before.instrument_id == instrument.pk
    first_day = None if is_old else instrument.started_on
    problems = entry_problems(entry, work.now, instrument.station_count, first_day)
    if problems:
        return Refused(problems)
    fresh = from_entry(entry, instrument, actor=work.actor, source=source, now=work.now)
    if before is not None:
        if says_the_same(fresh, before):
            return None
        if before.instrument_id != instrument.pk and not can(work.actor, "record_usage", before.instrument):
            return Refused([("record_id", usage_problem("number_taken"))])
        fresh.corrects, fresh.correction_reason = before, reason
        fresh.booking, fresh.person = before.booking, before.person
    problems = served_problems(fresh, names)
    if problems:
        return Refused(problems)
    odd = usual.odd(entry, instrument, work.now)
    because = entry.because.strip()
    if odd and source == UsageSource.API:
        # A program cannot be asked: a custodian looks at it at the desk.
        fresh.to_confirm = True
    elif odd and not because:
        return Unusual(odd)
    if odd:
        fresh.kept_because = because
    return Change(fresh, before)


def placed(fates: Sequence[Fate]) -> list[Fate]:
    """Refuse what finds no room: judged as a whole, so that what counts is what stands in the end; one query."""
    numbers = [number for number, fate in enumerate(fates) if isinstance(fate, Change)]
    changes = [fate for fate in fates if isinstance(fate, Change)]
    if not changes:
        return list(fates)
    rows = [change.fresh for change in changes]
    held = held_times(
        {row.instrument_id for row in rows}, min(row.start for row in rows), max(row.end for row in rows)
    )
    wishes = [
        Wish(
            (change.fresh.instrument_id, change.fresh.station),
            Interval(change.fresh.start, change.fresh.end),
            change.fresh,
            change.before,
        )
        for change in changes
    ]
    result = list(fates)
    for place, rival in clashes_of(held, wishes).items():
        result[numbers[place]] = Refused([("start", overlap_of(rival))])
    return result


def overlap_of(record: UsageRecord) -> Sentence:
    """Say which record covers part of the time."""
    start, end = record.start.astimezone(LOCAL), record.end.astimezone(LOCAL)
    return usage_problem(
        "overlap", record=record.record_id, start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}"
    )
