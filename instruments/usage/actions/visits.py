"""Actions room: a finished visit leaves a usage record."""

from __future__ import annotations

from changes import Work
from instruments.booking.events import VisitEnded
from instruments.booking.rules.visits import usage_interval
from instruments.terms.rules.hours import hours_between
from instruments.usage.actions.records import entry_from_visit, from_visit, usage_facts, visit_number
from instruments.usage.actions.served import known_of, name_served, served_problems
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.errors import UsageRefused
from instruments.usage.events import UsageCorrected, UsageRecorded
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import current_by_number, taken_beside
from instruments.usage.rules.usage_entries import entry_problems


def record_visit(work: Work, visit: VisitEnded) -> UsageRecord | None:
    """Write the record of a visit: from check-in, not before the booked start, to check-out.

    It is cut where the next booking or another record begins; without hours said all of it counts. Its income is the
    frozen price; a person of the owning unit is an internal user, whatever the booking's category. A visit that nobody
    ended is to be confirmed. A record under the booking's number that was there already is corrected. Where other
    records cover all of the visit, it leaves none. Raises UsageRefused for impossible figures, which undoes the
    check-out too.
    """
    booking = visit.target
    # A unit's own system may have been faster, by our number of the visit or by the booking's key.
    found = current_by_number([booking.instrument], [visit_number(booking.pk), str(booking.pk)])
    known = next(iter(found.values()), None)
    taken = taken_beside(booking, visit.arrived, visit.left, without=None if known is None else known.pk)
    used = usage_interval(booking.start, visit.arrived, visit.left, taken)
    if used is None:
        return None
    hours = hours_between(used.start, used.end) if visit.effective_hours is None else visit.effective_hours
    entry = entry_from_visit(booking, used, effective_hours=hours, samples=visit.samples)
    problems = entry_problems(entry, work.now, booking.instrument.station_count)
    if problems:
        raise UsageRefused({field: [message] for field, message in problems})
    usage = from_visit(booking, entry, actor=work.actor, now=work.now)
    usage.to_confirm = visit.forgotten
    if known is not None:
        usage.record_id = known.record_id
    names = known_of([(usage.unit_id, usage.user_unit)])
    if served_problems(usage, names):
        # The price category is from the day of the booking; whoever belongs to the owner by now is its own user.
        usage.user_kind = UserKind.INTERNAL
    name_served(work, [usage], names)
    if known is None:
        usage.save(force_insert=True)
        work.emit(UsageRecorded(target=usage, after=usage_facts(usage)))
        return usage
    usage.corrects, usage.correction_reason = known, str(UsageSource.BOOKING.label)
    UsageRecord.objects.filter(pk=known.pk).update(is_current=False)
    usage.save(force_insert=True)
    work.emit(
        UsageCorrected(target=usage, before=usage_facts(known), after=usage_facts(usage), replaced=known)
    )
    return usage
