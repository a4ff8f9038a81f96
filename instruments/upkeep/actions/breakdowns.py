"""Actions room: stops an instrument because of a fault, settles with everybody who is hit, and gives time back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, unchanged
from changes.dependants import ALL, KEEP, NO_CHOICES, Choices
from changes.errors import FieldsRefused
from instruments.booking.actions.basis import MOST_REASON, let_stand
from instruments.booking.actions.maintenance import give_back_upkeep
from instruments.booking.actions.offers import withdraw_offer
from instruments.booking.actions.requests import hold_for_upkeep
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.events import TimeFreed
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.rules.requests import station_problems
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.enums import InstrumentState
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule
from instruments.terms.rules.booking_policy import maintenance_problems
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.faults import acknowledge_fault, regrade_fault, report_fault
from instruments.upkeep.actions.hits import answered_hits, settle_hits, tell_hits
from instruments.upkeep.enums import FaultState
from instruments.upkeep.errors import BreakdownOver, StandsAlready
from instruments.upkeep.events import BreakdownChanged, BreakdownEnded, BreakdownReported, FaultEnded
from instruments.upkeep.models import Breakdown, BreakdownBlock, Fault
from instruments.upkeep.queries.breakdowns import held_in, standing_breakdown
from instruments.upkeep.rules.ways import codes_in
from members.permissions import require

MOST_NOTE = 200
"""Characters of the note beside the state of an instrument."""


def stop_instrument(
    work: Work,
    instrument: Instrument,
    *,
    words: str,
    severity: str,
    start: dt.datetime,
    end: dt.datetime,
    stations: Sequence[int] = (),
    fault: Fault | None = None,
    photo: bytes | None = None,
    under_repair: bool = False,
    choices: Choices = NO_CHOICES,
) -> Breakdown:
    """Stop an instrument, or some of its stations, in [start, end) because of a fault, as a custodian; all or nothing.

    The fault is a new one, or a `fault` that stands; it is taken up. The time is held as upkeep around what runs and
    what is kept. `choices` says of every booking that is hit, by `hit_key`, what becomes of it: keep, offer (its person
    is asked to move it), cancel, or a `way_key`, to which it is moved at once; their people are told, in `words`.
    `under_repair`: the instrument leaves service until the day of the end.
    Raises NotAllowed, RulesBroken, FieldsRefused, StandsAlready, Unresolved for what nobody has decided on, NoWayOut.
    """
    instrument = _locked(work, instrument, choices)
    require(work.actor, "stop_instrument", instrument)
    if standing_breakdown(instrument) is not None:
        raise StandsAlready
    time = _time(work, instrument, start, end, stations)
    wanted = tuple(sorted(set(stations)))
    if under_repair:
        _demand_whole(work, instrument, wanted, time)
    if fault is None:
        station = wanted[0] if len(wanted) == 1 and instrument.station_count > 1 else None
        fault = report_fault(work, instrument, severity=severity, words=words, station=station, photo=photo)
    else:
        fault = regrade_fault(work, fault, severity=severity, instrument=instrument)
    if fault.state == FaultState.OPEN:
        fault = acknowledge_fault(work, fault)
    breakdown = Breakdown(
        fault=fault,
        instrument=instrument,
        stations=[] if len(wanted) == instrument.station_count else list(wanted),
        start=time.start,
        end=time.end,
        reason=words.strip() or fault.words,
        is_under_repair=under_repair,
        stopped_by=work.actor,
    )
    _take_effect(work, breakdown, instrument, choices)
    work.emit(BreakdownReported(target=breakdown, after=_facts(breakdown)))
    return breakdown


def change_breakdown(
    work: Work,
    breakdown: Breakdown,
    *,
    end: dt.datetime,
    stations: Sequence[int] = (),
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Breakdown:
    """Let a break-down that stands last until another moment, or concern other stations, as a custodian.

    Of bookings that are hit now somebody says what becomes of them, as when it was entered; those it no longer hits
    stand again, and their people are told. Raises as `stop_instrument`, and StaleVersion, BreakdownOver.
    """
    instrument = _locked(work, breakdown.instrument, choices)
    breakdown = work.lock_one(Breakdown.objects.select_related("fault"), breakdown.pk)
    breakdown.instrument = instrument
    require(work.actor, "stop_instrument", instrument)
    unchanged(breakdown, seen)
    if not breakdown.is_standing:
        raise BreakdownOver
    before = _facts(breakdown)
    breakdown.end = _time(work, instrument, breakdown.start, end, stations).end
    wanted = sorted(set(stations))
    breakdown.stations = [] if len(wanted) == instrument.station_count else wanted
    _give_back(work, breakdown, breakdown.end)
    _let_stand(work, breakdown)
    _take_effect(work, breakdown, instrument, choices)
    work.emit(BreakdownChanged(target=breakdown, before=before, after=_facts(breakdown)))
    return breakdown


def end_breakdown(work: Work, event: FaultEnded) -> None:
    """End the break-down that a fault made when the fault has ended: the rest of its time is given back.

    The instrument is in service again where the break-down had put it under repair; whoever was told to wait is told
    that the booking stands.
    """
    fault = event.target
    breakdown = standing_breakdown(fault.instrument)
    if breakdown is None or breakdown.fault_id != fault.pk:
        return
    instrument = _locked(work, fault.instrument, NO_CHOICES)
    breakdown.instrument = instrument
    before = _facts(breakdown)
    breakdown.ended_at = work.now
    _save(breakdown)
    _give_back(work, breakdown, work.now)
    _let_stand(work, breakdown)
    if breakdown.is_under_repair and instrument.state == InstrumentState.UNDER_REPAIR:
        change_state(work, instrument, InstrumentState.IN_SERVICE)
    work.emit(BreakdownEnded(target=breakdown, before=before, after=_facts(breakdown)))


def hold_freed_time(work: Work, event: TimeFreed) -> None:
    """Hold for a break-down what somebody gives back in its time: nobody else can use it either."""
    breakdown = standing_breakdown(event.instrument)
    if breakdown is None or breakdown.end <= work.now:
        return
    breakdown.instrument = lock_instruments(work, {event.instrument.pk})[event.instrument.pk]
    if breakdown.outage.hits(event.station, Interval(event.start, event.end)):
        _hold(work.by(None), breakdown, work.now)


def _locked(work: Work, instrument: Instrument, choices: Mapping[str, str]) -> Instrument:
    """Lock the instrument and those to which something is to be moved, all in their order."""
    others = Instrument.objects.filter(code__in=codes_in(choices.values())).values_list("pk", flat=True)
    return lock_instruments(work, {instrument.pk, *others})[instrument.pk]


def _time(
    work: Work, instrument: Instrument, start: dt.datetime, end: dt.datetime, stations: Sequence[int]
) -> Interval:
    problems: list[BrokenRule] = maintenance_problems(start, end, work.now)
    for station in stations:
        problems += station_problems(station, instrument.station_count)
    if problems:
        raise RulesBroken(problems)
    return Interval(start.astimezone(dt.UTC), end.astimezone(dt.UTC))


def _demand_whole(work: Work, instrument: Instrument, stations: Sequence[int], time: Interval) -> None:
    said = ""
    if stations and len(stations) < instrument.station_count:
        said = _("Only the whole instrument can be put under repair.")
    elif time.start > work.now or timezone.localdate(time.end) <= timezone.localdate(work.now):
        said = _("Under repair begins now and ends on a later day.")
    if said:
        raise FieldsRefused({"under_repair": [said]})


def _take_effect(work: Work, breakdown: Breakdown, instrument: Instrument, choices: Choices) -> None:
    """Settle with those who are hit, hold the rest of the time, then tell: what is offered is free by then."""
    breakdown.instrument = instrument
    _withdraw_offers(work, breakdown)
    answers = answered_hits(work, instrument, breakdown.outage, choices)
    settled = settle_hits(work, breakdown, answers)
    new = breakdown.pk is None
    if new:
        breakdown.save(force_insert=True)
    else:
        _save(breakdown)
    _hold(work, breakdown)
    told_by_state: frozenset[object] = frozenset()
    if new and breakdown.is_under_repair:
        told_by_state = _put_under_repair(work, breakdown, instrument, answers)
    tell_hits(work, breakdown, settled, but=told_by_state)
    breakdown.told = len({one.booking.person_id for one in settled})


def _withdraw_offers(work: Work, breakdown: Breakdown) -> None:
    """Take back what was offered of its time to those who wait and was not taken."""
    held = held_in(breakdown.instrument, breakdown.outage, work.now).filter(state=BookingState.OFFERED)
    rows = BOOKINGS.filter(state=BookingState.OFFERED)
    for booking in work.lock(rows, list(held.values_list("pk", flat=True))).values():
        withdraw_offer(work, booking)


def _put_under_repair(
    work: Work, breakdown: Breakdown, instrument: Instrument, answers: Sequence[tuple[Booking, str]]
) -> frozenset[object]:
    """Take the instrument out of service; return the bookings whose people are told with that."""
    back_on = timezone.localdate(breakdown.end)
    change_state(
        work,
        instrument,
        InstrumentState.UNDER_REPAIR,
        note=breakdown.reason[:MOST_NOTE],
        back_on=back_on,
        choices={ALL: KEEP} | {str(booking.pk): choice for booking, choice in answers},
    )
    return frozenset(
        booking.pk for booking, _choice in answers if timezone.localdate(booking.start) < back_on
    )


def _hold(work: Work, breakdown: Breakdown, since: dt.datetime | None = None) -> None:
    """Hold as upkeep what nobody holds of the time of a break-down and has not passed by then."""
    outage, held = breakdown.outage, dict[int, list[Interval]]()
    for row in held_in(breakdown.instrument, outage, work.now):
        held.setdefault(row.station, []).append(Interval(row.start, row.end))
    for station, gap in outage.gaps(held):
        if since is not None and gap.end <= since:
            continue
        booking = hold_for_upkeep(
            work,
            breakdown.instrument,
            gap,
            reason=breakdown.reason[:MOST_REASON],
            person=breakdown.stopped_by,
            station=station,
        )
        BreakdownBlock.objects.create(breakdown=breakdown, booking=booking)


def _give_back(work: Work, breakdown: Breakdown, until: dt.datetime) -> None:
    """Give back what is held after a moment, and on stations that do not stand still any more from now on."""
    stations = breakdown.outage.stations
    for block in _blocks(work, breakdown):
        last = until if block.station in stations else min(until, work.now)
        if block.end > last:
            give_back_upkeep(work, block, last)


def _blocks(work: Work, breakdown: Breakdown) -> list[Booking]:
    rows = BOOKINGS.filter(pk__in=breakdown.blocks.values("booking"), state=BookingState.CONFIRMED)
    locked = work.lock(rows, list(rows.values_list("pk", flat=True))).values()
    return sorted(locked, key=lambda block: (block.start, block.station))


def _let_stand(work: Work, breakdown: Breakdown) -> None:
    """Take out of doubt what the break-down does not hit any more."""
    doubted = BOOKINGS.holding(work.now).filter(instrument=breakdown.instrument, end__gt=work.now)
    rows = doubted.exclude(in_doubt="")
    for booking in work.lock(rows, list(rows.values_list("pk", flat=True))).values():
        hit = breakdown.outage.hits(booking.station, Interval(booking.start, booking.end))
        if not (breakdown.is_standing and hit):
            let_stand(work, booking)


def _save(breakdown: Breakdown) -> None:
    breakdown.version += 1
    breakdown.save(update_fields=["stations", "end", "ended_at", "version"])


def _facts(breakdown: Breakdown) -> dict[str, object]:
    return {
        "instrument": breakdown.instrument.code,
        "fault": breakdown.fault_id,
        "stations": list(breakdown.stations),
        "start": breakdown.start,
        "end": breakdown.end,
        "ended_at": breakdown.ended_at,
    }
