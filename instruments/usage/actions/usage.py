"""Actions room: records uses of instruments, one or a thousand at a time, and corrects them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from django.db import IntegrityError
from django.utils import timezone

from changes import Work, note_refusal, perform
from instruments.booking.locks import lock_places
from instruments.errors import Sentence
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import LOCAL, is_convertible
from instruments.terms.rules.intervals import Interval
from instruments.usage.actions.records import entry_of, from_entry, says_the_same, usage_facts
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused, usage_problem
from instruments.usage.events import UsageCorrected, UsageEvent, UsageRecorded
from instruments.usage.locks import lock_usage_record
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import (
    current_by_number,
    held_stations,
    overlapping_record,
    proposed_number,
)
from instruments.usage.rules.timeline import Timeline
from instruments.usage.rules.usage_entries import MOST_STATIONS, Problems, UsageEntry, entry_problems
from members.models import MemberUnit
from members.permissions import can, require
from safeguards.no_overlap import is_overlap

MOST_ENTRIES = 1000
Stations = dict[tuple[int, int], Timeline[UsageRecord]]


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of one entry."""

    field: str
    message: str


@dataclass(frozen=True)
class UsageOutcome:
    """The fate of one entry: created, unchanged, updated or refused."""

    record_id: str
    status: str
    errors: list[FieldProblem] = field(default_factory=list)


@dataclass(frozen=True)
class _Change:
    """A record to be written, and the one it replaces, if any."""

    fresh: UsageRecord
    before: UsageRecord | None

    def event(self) -> UsageEvent:
        """What the history is told of it."""
        if self.before is None:
            return UsageRecorded(target=self.fresh, after=usage_facts(self.fresh))
        after = usage_facts(self.fresh) | {
            "corrects": self.before.pk,
            "reason": self.fresh.correction_reason,
        }
        return UsageCorrected(
            target=self.fresh, before=usage_facts(self.before), after=after, replaced=self.before
        )


class _Refused(Exception):
    """One entry cannot be written."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        super().__init__()


def record_usage(
    work: Work,
    entries: Sequence[UsageEntry],
    *,
    unit: MemberUnit | None = None,
    source: str,
    new_only: bool = False,
) -> list[UsageOutcome]:
    """Write up to 1,000 uses, each by itself: one that is refused leaves the others alone. Returns one fate each.

    Idempotent by (owning unit, record number): the same content again is `unchanged`, other content becomes a
    correction (`updated`) that names its source as the reason; in one call a number stands for one content. With
    `new_only`, for what people type, a known number is refused instead, and an empty one is replaced by instrument
    code and start. A person records for instruments he keeps; with `unit`, for that unit's alone. Raises NotAllowed
    where he may record nothing in that unit, UsageRefused for more than 1,000, ValueError for no source.
    """
    if source not in UsageSource.values:
        raise ValueError(f"No source of usage is called {source!r}.")
    if len(entries) > MOST_ENTRIES:
        raise UsageRefused({"records": [usage_problem("too_many", limit=MOST_ENTRIES)]})
    actor = work.actor
    if unit is not None:
        require(actor, "record_usage", unit)
    codes = {entry.instrument_code for entry in entries if "\0" not in entry.instrument_code}
    named = list(Instrument.objects.filter(code__in=codes).select_related("unit").order_by("pk"))
    kept = {i.pk for i in named if can(actor, "record_usage", i) and (unit is None or i.unit_id == unit.pk)}
    for instrument in named:
        if instrument.pk not in kept:
            note_refusal(actor, "record_usage", instrument, app="instruments")
    locked = {instrument.code: instrument for instrument in lock_places(work, kept).values()}
    if new_only:
        entries = [_numbered(entry, locked.get(entry.instrument_code)) for entry in entries]
    known = current_by_number(
        locked.values(), [entry.record_id.strip() for entry in entries if "\0" not in entry.record_id]
    )
    stations = held_stations(kept, *_span(entries)) if kept else {}
    once: dict[tuple[int, str], UsageEntry] = {}
    fates = [
        _fate(
            work,
            sent,
            locked.get(sent.instrument_code),
            once,
            known=known,
            stations=stations,
            source=source,
            new_only=new_only,
        )
        for sent in entries
    ]
    _write_all(work, fates)
    for fate in fates:
        if isinstance(fate, _Change):
            work.emit(fate.event())
    return [_outcome(entry, fate) for entry, fate in zip(entries, fates, strict=True)]


def _fate(
    work: Work,
    sent: UsageEntry,
    instrument: Instrument | None,
    once: dict[tuple[int, str], UsageEntry],
    *,
    known: Mapping[tuple[int, str], UsageRecord],
    stations: Stations,
    source: str,
    new_only: bool,
) -> _Change | Problems | None:
    """Judge one entry of many: what to write, what is wrong, or None where it is on record already."""
    if instrument is None:
        more = entry_problems(sent, work.now, MOST_STATIONS)
        return [("instrument", usage_problem("unknown_instrument")), *more]
    key = (instrument.unit_id, sent.record_id.strip())
    entry = replace(sent, record_id=key[1])
    if once.setdefault(key, entry) is not entry:
        return None if once[key] == entry else [("record_id", usage_problem("repeated"))]
    before = known.get(key)
    if new_only and before is not None:
        return [("record_id", usage_problem("number_known"))]
    try:
        reason = str(UsageSource(source).label)
        return _judge(work, entry, instrument, before, stations, source=source, reason=reason)
    except _Refused as refusal:
        return refusal.problems


def correct_usage(work: Work, record: UsageRecord, /, *, reason: str, **changes: object) -> UsageRecord:
    """Replace a record by a new one that refers to it; the old one stays, no longer counting. Returns the new one.

    `changes` are fields of UsageEntry but for its number; the reason has 1 to 200 characters. Raises NotAllowed,
    UsageRefused where the record was corrected already, nothing changes or a field is wrong.
    """
    record = lock_usage_record(work, record)
    require(work.actor, "correct_usage", record)
    allowed = {f.name for f in fields(UsageEntry)} - {"record_id", "instrument_code"}
    unknown = sorted(set(changes) - allowed)
    if unknown:
        raise UsageRefused({name: [usage_problem("unknown_field")] for name in unknown})
    reason = reason.strip()
    if not 1 <= len(reason) <= 200 or "\0" in reason:
        message = usage_problem("long", limit=200) if reason else usage_problem("blank")
        raise UsageRefused({"correction_reason": [message]})
    if not record.is_current:
        raise UsageRefused({"record_id": [usage_problem("not_current")]})
    entry = replace(entry_of(record), **changes)  # type: ignore[arg-type]
    stations = held_stations({record.instrument_id}, *_span([entry, entry_of(record)]))
    try:
        change = _judge(work, entry, record.instrument, record, stations, source=record.source, reason=reason)
        if change is None:
            raise UsageRefused({"record_id": [usage_problem("nothing_changed")]})
        _write(work, change)
    except _Refused as refusal:
        problems: dict[str, list[Sentence]] = {}
        for name, message in refusal.problems:
            problems.setdefault(name, []).append(message)
        raise UsageRefused(problems) from None
    work.emit(change.event())
    return change.fresh


def _numbered(entry: UsageEntry, instrument: Instrument | None) -> UsageEntry:
    if entry.record_id.strip() or instrument is None or entry.start.tzinfo is None:
        return entry
    return replace(entry, record_id=proposed_number(instrument, entry.station, entry.start))


def _span(entries: Sequence[UsageEntry]) -> tuple[dt.datetime, dt.datetime]:
    """Return the time the well-formed entries lie in, and an empty one where there is none."""
    now = timezone.now()
    sound = [
        e for e in entries if e.start.tzinfo and e.end.tzinfo and is_convertible(e.start) and e.end <= now
    ]
    return min((e.start for e in sound), default=now), max((e.end for e in sound), default=now)


def _judge(
    work: Work,
    entry: UsageEntry,
    instrument: Instrument,
    before: UsageRecord | None,
    stations: Stations,
    *,
    source: str,
    reason: str,
) -> _Change | None:
    """Return what to write for one entry, a correction where `before` is given; None where it says the same.

    What is judged good holds its time in `stations` from then on. Raises _Refused.
    """
    # A day that was on record before the instrument's first day was set does not stop another correction.
    is_old = before is not None and entry.start == before.start and before.instrument_id == instrument.pk
    problems = entry_problems(
        entry, work.now, instrument.station_count, None if is_old else instrument.started_on
    )
    if problems:
        raise _Refused(problems)
    fresh = from_entry(entry, instrument, actor=work.actor, source=source, now=work.now)
    if before is not None:
        if says_the_same(fresh, before):
            return None
        if before.instrument_id != instrument.pk and not can(work.actor, "record_usage", before.instrument):
            raise _Refused([("record_id", usage_problem("number_taken"))])
        fresh.corrects, fresh.correction_reason = before, reason
        fresh.booking, fresh.person = before.booking, before.person
    line = stations.setdefault((instrument.pk, fresh.station), Timeline())
    wish = Interval(fresh.start, fresh.end)
    clashes = [held for held in line.overlapping(wish) if before is None or held.pk != before.pk]
    if clashes:
        raise _Refused([("start", _overlap(clashes[0]))])
    if before is not None:
        old = stations.get((before.instrument_id, before.station))
        if old is not None and before in old.overlapping(Interval(before.start, before.end)):
            old.release(before.start)
    line.add(wish, fresh)
    return _Change(fresh, before)


def _write_all(work: Work, fates: list[_Change | Problems | None]) -> None:
    """Write every change at once; where somebody wrote past the lock, one by one, and refuse what clashes."""
    changes = [fate for fate in fates if isinstance(fate, _Change)]
    try:
        perform(work.actor, _put, changes)
    except IntegrityError:
        for place, fate in enumerate(fates):
            if isinstance(fate, _Change):
                try:
                    _write(work, fate)
                except _Refused as refusal:
                    fates[place] = refusal.problems


def _write(work: Work, change: _Change) -> None:
    """Write one change. Raises _Refused where somebody wrote past the lock."""
    fresh = change.fresh
    try:
        perform(work.actor, _put, [change])
    except IntegrityError as error:
        rival = overlapping_record(fresh.instrument_id, fresh.station, Interval(fresh.start, fresh.end))
        if is_overlap(error, "usage_no_overlap") and rival is not None:
            raise _Refused([("start", _overlap(rival))]) from error
        raise _Refused([("record_id", usage_problem("number_taken"))]) from error


def _put(_work: Work, changes: Sequence[_Change]) -> None:
    """Write changes, as a part of their own: what the database refuses leaves the rest whole."""
    replaced = [change.before.pk for change in changes if change.before is not None]
    UsageRecord.objects.filter(pk__in=replaced).update(is_current=False)
    UsageRecord.objects.bulk_create([change.fresh for change in changes], batch_size=200)


def _overlap(record: UsageRecord) -> Sentence:
    start, end = record.start.astimezone(LOCAL), record.end.astimezone(LOCAL)
    return usage_problem(
        "overlap", record=record.record_id, start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}"
    )


def _outcome(entry: UsageEntry, fate: _Change | Problems | None) -> UsageOutcome:
    if fate is None:
        return UsageOutcome(entry.record_id, "unchanged")
    if isinstance(fate, _Change):
        return UsageOutcome(entry.record_id, "created" if fate.before is None else "updated")
    return UsageOutcome(
        entry.record_id, "refused", [FieldProblem(name, str(message)) for name, message in fate]
    )
