"""Actions room: records uses of instruments, one or a thousand at a time, and corrects them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from django.db import IntegrityError

from changes import StaleVersion, Work, perform, record_refusal
from changes.errors import Sentence
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.usage.actions.judging import (
    Change,
    Fate,
    Refused,
    Unusual,
    Usual,
    fates_of,
    judged,
    overlap_of,
    placed,
)
from instruments.usage.actions.records import checked_reason, entry_of
from instruments.usage.actions.served import known_of, name_served
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused, UsageUnusual, usage_problem
from instruments.usage.locks import lock_usage_record
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import (
    current_by_number,
    overlapping_record,
    proposed_number,
    wordings_of,
)
from instruments.usage.rules.usage_entries import Problems, UsageEntry
from members.models import MemberUnit
from members.permissions import can, require
from safeguards.no_overlap import is_overlap

MOST_ENTRIES = 1000


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with, or unusual in, one field of one entry."""

    field: str
    message: str


@dataclass(frozen=True)
class UsageOutcome:
    """The fate of one entry: created, unchanged, updated, refused; or unusual, not written until somebody says why."""

    record_id: str
    status: str
    errors: list[FieldProblem] = field(default_factory=list)


def record_usage(
    work: Work,
    entries: Sequence[UsageEntry],
    *,
    unit: MemberUnit | None = None,
    source: str,
    new_only: bool = False,
    only_judge: bool = False,
    seen: int | None = None,
) -> list[UsageOutcome]:
    """Write up to 1,000 uses; one that is refused leaves the others alone. Returns one fate each.

    Idempotent by (owning unit, record number): the same content again is `unchanged`, other content becomes a
    correction (`updated`) that names its source as the reason; in one call a number stands for one content. Time is
    judged as a whole: records that change places do not clash. What people type and is unusual is not written before
    they say why (`because`); what programs send is, and a custodian confirms it. With `new_only`, for what people type,
    a known number is refused instead, and an empty one is replaced by instrument code and start. With `only_judge`
    nothing is written. `seen`, for a single entry, is how often the caller knows its number to have been written. A
    person records for instruments they keep; with `unit`, for that unit's alone. Raises NotAllowed who may record
    nothing in that unit, StaleVersion, UsageRefused for more than 1,000, ValueError for no source.
    """
    if source not in UsageSource.values:
        raise ValueError(f"No source of usage is called {source!r}.")
    if len(entries) > MOST_ENTRIES:
        raise UsageRefused({"records": [usage_problem("too_many", limit=MOST_ENTRIES)]})
    if unit is not None:
        require(work.actor, "record_usage", unit)
    locked = _locked(work, entries, unit)
    if new_only:
        entries = [_numbered(entry, locked.get(entry.instrument_code)) for entry in entries]
    if seen is not None:
        _unchanged(entries, locked, seen)
    known = current_by_number(
        locked.values(), [entry.record_id.strip() for entry in entries if "\0" not in entry.record_id]
    )
    # A number may name a record of another instrument: its time is given back, so its line is stood in too.
    beside = {record.instrument_id for record in known.values()} - {place.pk for place in locked.values()}
    if beside:
        lock_instruments(work, beside)
    owners = {place.unit_id for place in locked.values()}
    names = known_of({(owner, entry.user_unit) for owner in owners for entry in entries})
    fates = fates_of(work, entries, locked, known, names, source=source, new_only=new_only)
    if not only_judge:
        name_served(work, [fate.fresh for fate in fates if isinstance(fate, Change)], names)
        _write_all(work, fates)
        for fate in fates:
            if isinstance(fate, Change):
                fate.tell(work)
    return [_outcome(entry, fate) for entry, fate in zip(entries, fates, strict=True)]


def correct_usage(
    work: Work,
    record: UsageRecord,
    /,
    *,
    reason: str,
    instrument: Instrument | None = None,
    **changes: object,
) -> UsageRecord:
    """Replace a record by a new one that refers to it; the old one stays, no longer counting. Returns the new one.

    `changes` are fields of UsageEntry but for its number; with `instrument` the use is moved there. The reason has 1
    to 200 characters. Raises NotAllowed, UsageRefused where the record counts no longer, nothing changes or a field is
    wrong, UsageUnusual where it is to be said why it is true.
    """
    wanted = record.instrument_id if instrument is None else instrument.pk
    target = lock_instruments(work, {record.instrument_id, wanted})[wanted]
    record = lock_usage_record(work, record)
    require(work.actor, "correct_usage", record)
    if target.pk != record.instrument_id:
        require(work.actor, "record_usage", target)
    allowed = {f.name for f in fields(UsageEntry)} - {"record_id", "instrument_code"}
    unknown = sorted(set(changes) - allowed)
    if unknown:
        raise UsageRefused({name: [usage_problem("unknown_field")] for name in unknown})
    reason = checked_reason(reason, "correction_reason")
    if not record.is_current:
        rule = "not_current" if record.voided_at is None else "voided"
        raise UsageRefused({"record_id": [usage_problem(rule)]})
    entry = replace(entry_of(record), instrument_code=target.code, **changes)  # type: ignore[arg-type]
    usual = Usual({target.pk}, [entry])
    names = known_of([(target.unit_id, entry.user_unit)])
    fate = judged(work, entry, target, record, usual, names=names, source=record.source, reason=reason)
    (fate,) = placed([fate])
    match fate:
        case None:
            raise UsageRefused({"record_id": [usage_problem("nothing_changed")]})
        case Refused():
            raise UsageRefused(_by_field(fate.problems))
        case Unusual():
            raise UsageUnusual(_by_field(fate.problems))
    name_served(work, [fate.fresh], names)
    refusal = _write(work, fate)
    if refusal is not None:
        raise UsageRefused(_by_field(refusal.problems))
    fate.tell(work)
    return fate.fresh


def _locked(work: Work, entries: Sequence[UsageEntry], unit: MemberUnit | None) -> Mapping[str, Instrument]:
    """Lock the named instruments that the actor keeps; refusals of right for the others are put on record."""
    codes = {entry.instrument_code for entry in entries if "\0" not in entry.instrument_code}
    named = list(Instrument.objects.filter(code__in=codes).select_related("unit").order_by("pk"))
    kept = {
        place.pk
        for place in named
        if can(work.actor, "record_usage", place) and (unit is None or place.unit_id == unit.pk)
    }
    for place in named:
        if place.pk not in kept:
            record_refusal(work.actor, "record_usage", place, app="instruments")
    return {place.code: place for place in lock_instruments(work, kept).values()}


def _unchanged(entries: Sequence[UsageEntry], locked: Mapping[str, Instrument], seen: int) -> None:
    for entry in entries:
        place = locked.get(entry.instrument_code)
        if place is not None and "\0" not in entry.record_id:
            found = wordings_of(place.unit_id, entry.record_id.strip())
            if found != seen:
                raise StaleVersion(seen, found)


def _numbered(entry: UsageEntry, instrument: Instrument | None) -> UsageEntry:
    if entry.record_id.strip() or instrument is None or entry.start.tzinfo is None:
        return entry
    return replace(entry, record_id=proposed_number(instrument, entry.station, entry.start))


def _write_all(work: Work, fates: list[Fate]) -> None:
    """Write every change at once; where somebody wrote past the lock, one by one, and refuse what clashes."""
    changes = [fate for fate in fates if isinstance(fate, Change)]
    try:
        perform(work.actor, _put, changes)
    except IntegrityError:
        for place, fate in enumerate(fates):
            if isinstance(fate, Change):
                fates[place] = _write(work, fate) or fate


def _write(work: Work, change: Change) -> Refused | None:
    """Write one change; return the refusal where somebody wrote past the lock."""
    fresh = change.fresh
    try:
        perform(work.actor, _put, [change])
    except IntegrityError as error:
        rival = overlapping_record(fresh.instrument_id, fresh.station, Interval(fresh.start, fresh.end))
        if is_overlap(error, "usage_no_overlap") and rival is not None:
            return Refused([("start", overlap_of(rival))])
        return Refused([("record_id", usage_problem("number_taken"))])
    return None


def _put(_work: Work, changes: Sequence[Change]) -> None:
    """Write changes, as a part of their own: what the database refuses leaves the rest whole."""
    replaced = [change.before.pk for change in changes if change.before is not None]
    UsageRecord.objects.filter(pk__in=replaced).update(is_current=False)
    UsageRecord.objects.bulk_create([change.fresh for change in changes], batch_size=200)


def _by_field(problems: Problems) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for name, message in problems:
        found.setdefault(name, []).append(message)
    return found


def _outcome(entry: UsageEntry, fate: Fate) -> UsageOutcome:
    match fate:
        case None:
            return UsageOutcome(entry.record_id, "unchanged")
        case Change():
            return UsageOutcome(entry.record_id, "created" if fate.before is None else "updated")
    status = "refused" if isinstance(fate, Refused) else "unusual"
    errors = [FieldProblem(name, str(message)) for name, message in fate.problems]
    return UsageOutcome(entry.record_id, status, errors)
