"""Actions room: records uses of instruments, one or a thousand at a time, and corrects them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.chain import Event, record_many
from instruments.actions.records import entry_of, from_entry, says_the_same, usage_facts
from instruments.enums import UsageSource
from instruments.errors import Sentence, UsageRefused, usage_problem
from instruments.locks import lock_instruments, lock_usage_record
from instruments.models import Instrument, UsageRecord
from instruments.permissions import can, require
from instruments.queries.usage import current_by_number, overlapping_record
from instruments.rules.hours import LOCAL
from instruments.rules.intervals import Interval
from instruments.rules.usage_entries import Problems, UsageEntry, entry_problems
from members.models import MemberUnit, Person
from safeguards.no_overlap import is_overlap

MOST_ENTRIES = 1000


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


class _Refused(Exception):
    """One entry cannot be written; raised inside its savepoint."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        super().__init__()


def record_usage(
    entries: Sequence[UsageEntry], *, actor: Person, unit: MemberUnit | None = None, source: str
) -> list[UsageOutcome]:
    """Write up to 1,000 uses, each by itself: one that is refused leaves the others alone. Returns one fate each.

    Idempotent by (owning unit, record number): the same content again is `unchanged`, other content becomes a
    correction (`updated`). A person records for instruments he keeps; with `unit`, for that unit's alone. Raises
    NotAllowed where he may record nothing in that unit, UsageRefused for more than 1,000, ValueError for no source.
    """
    if source not in UsageSource.values:
        raise ValueError(f"No source of usage is called {source!r}.")
    if len(entries) > MOST_ENTRIES:
        raise UsageRefused({"records": [usage_problem("too_many", limit=MOST_ENTRIES)]})
    if unit is not None:
        require(actor, "record_usage", unit)
    return _record(entries, actor, unit, source)


@transaction.atomic
def _record(
    entries: Sequence[UsageEntry], actor: Person, unit: MemberUnit | None, source: str
) -> list[UsageOutcome]:
    codes = {entry.instrument_code for entry in entries if "\0" not in entry.instrument_code}
    named = list(Instrument.objects.filter(code__in=codes).select_related("unit").order_by("pk"))
    kept = {i.pk for i in named if can(actor, "record_usage", i) and (unit is None or i.unit_id == unit.pk)}
    events = [
        Event("instruments.refused", i, None, {"verb": "record_usage", "reason": "no_right"})
        for i in named
        if i.pk not in kept
    ]
    locked = {instrument.code: instrument for instrument in lock_instruments(kept).values()}
    known = current_by_number(
        locked.values(), [entry.record_id.strip() for entry in entries if "\0" not in entry.record_id]
    )
    now = timezone.now()
    outcomes = []
    for entry in entries:
        try:
            instrument = locked.get(entry.instrument_code)
            if instrument is None:
                raise _Refused([("instrument", usage_problem("unknown_instrument"))])
            key = (instrument.unit_id, entry.record_id.strip())
            before = known.get(key)
            written = _write_one(entry, instrument, before, actor=actor, source=source, now=now)
        except _Refused as refusal:
            errors = [FieldProblem(name, str(message)) for name, message in refusal.problems]
            outcomes.append(UsageOutcome(entry.record_id, "refused", errors))
            continue
        if written is None:
            outcomes.append(UsageOutcome(entry.record_id, "unchanged"))
            continue
        known[key] = written
        events.append(_event(written, before))
        outcomes.append(UsageOutcome(entry.record_id, "created" if before is None else "updated"))
    if events:
        record_many(actor=actor, events=events)
    return outcomes


def correct_usage(record: UsageRecord, *, actor: Person, reason: str, **changes: object) -> UsageRecord:
    """Replace a record by a new one that refers to it; the old one stays, no longer counting. Returns the new one.

    `changes` are fields of UsageEntry but for its number; the reason has 1 to 200 characters. Raises NotAllowed,
    UsageRefused where the record was corrected already, nothing changes or a field is wrong.
    """
    require(actor, "correct_usage", record)
    allowed = {f.name for f in fields(UsageEntry)} - {"record_id", "instrument_code"}
    unknown = sorted(set(changes) - allowed)
    if unknown:
        raise UsageRefused({name: [usage_problem("unknown_field")] for name in unknown})
    reason = reason.strip()
    if not 1 <= len(reason) <= 200 or "\0" in reason:
        message = usage_problem("long", limit=200) if reason else usage_problem("blank")
        raise UsageRefused({"correction_reason": [message]})
    return _correct(record, actor, reason, changes)


@transaction.atomic
def _correct(record: UsageRecord, actor: Person, reason: str, changes: dict[str, object]) -> UsageRecord:
    instrument = lock_instruments([record.instrument_id])[record.instrument_id]
    record = lock_usage_record(record)
    if not record.is_current:
        raise UsageRefused({"record_id": [usage_problem("not_current")]})
    entry = replace(entry_of(record), **changes)  # type: ignore[arg-type]
    try:
        written = _write_one(
            entry, instrument, record, actor=actor, source=record.source, now=timezone.now(), reason=reason
        )
    except _Refused as refusal:
        problems: dict[str, list[str]] = {}
        for name, message in refusal.problems:
            problems.setdefault(name, []).append(str(message))
        raise UsageRefused(problems) from None
    if written is None:
        raise UsageRefused({"record_id": [usage_problem("nothing_changed")]})
    record_many(actor=actor, events=[_event(written, record)])
    return written


def _write_one(
    entry: UsageEntry,
    instrument: Instrument,
    before: UsageRecord | None,
    *,
    actor: Person,
    source: str,
    now: dt.datetime,
    reason: str = "",
) -> UsageRecord | None:
    """Write one entry, as a correction where `before` is given; None where it says the same. Raises _Refused."""
    problems = entry_problems(entry, now, instrument.station_count)
    if problems:
        raise _Refused(problems)
    fresh = from_entry(entry, instrument, actor=actor, source=source, now=now)
    if before is not None:
        if says_the_same(fresh, before):
            return None
        if before.instrument_id != instrument.pk and not can(actor, "record_usage", before.instrument):
            raise _Refused([("record_id", usage_problem("number_taken"))])
        fresh.corrects, fresh.correction_reason = before, reason
        fresh.booking, fresh.person = before.booking, before.person
    wish = Interval(fresh.start, fresh.end)
    clash = overlapping_record(
        instrument.pk, fresh.station, wish, without=None if before is None else before.pk
    )
    if clash is not None:
        raise _Refused([("start", _overlap(clash))])
    try:
        with transaction.atomic():
            if before is not None:
                UsageRecord.objects.filter(pk=before.pk).update(is_current=False)
            fresh.save(force_insert=True)
    except IntegrityError as error:
        # Somebody wrote past the lock.
        rival = overlapping_record(instrument.pk, fresh.station, wish)
        if is_overlap(error, "usage_no_overlap") and rival is not None:
            raise _Refused([("start", _overlap(rival))]) from error
        raise _Refused([("record_id", usage_problem("number_taken"))]) from error
    return fresh


def _overlap(record: UsageRecord) -> Sentence:
    start, end = record.start.astimezone(LOCAL), record.end.astimezone(LOCAL)
    return usage_problem(
        "overlap", record=record.record_id, start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}"
    )


def _event(written: UsageRecord, before: UsageRecord | None) -> Event:
    if before is None:
        return Event("instruments.usage.recorded", written, None, usage_facts(written))
    after = usage_facts(written) | {"corrects": before.pk, "reason": written.correction_reason}
    return Event("instruments.usage.corrected", written, usage_facts(before), after)


__all__ = [
    "FieldProblem",
    "UsageEntry",
    "UsageOutcome",
    "correct_usage",
    "record_usage",
]
