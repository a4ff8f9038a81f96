"""Actions room: cancels and moves bookings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from changes import Work, unchanged
from folding.times import LOCAL
from instruments.booking.actions.slots import claim_station, facts, give_time_back, held_by, release, save
from instruments.booking.actions.telling import tell_of_move, tell_others
from instruments.booking.actions.waivers import record_waived, still_broken
from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.errors import RulesBroken, SlotTaken, WrongBookingState
from instruments.booking.events import BookingCancelled, BookingMoved
from instruments.booking.locks import lock_booking, lock_booking_alone
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.holding import taken_problems
from instruments.booking.queries.together import booked_together
from instruments.booking.queries.waiting import waiting_on
from instruments.booking.rules.booking_states import holds_time, next_state
from instruments.booking.rules.requests import Waiting, is_overdue, last_change, reason_problems
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import is_custodian
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import approval_needed, owner_of, policy_of, terms_of
from instruments.terms.queries.rates import category_of
from instruments.terms.rules.booking_policy import maintenance_problems
from instruments.terms.rules.intervals import Interval, widened
from instruments.terms.rules.owners import owned
from instruments.terms.wording import listed
from members.permissions import can, require
from notices.wording import both_names


def cancel_booking(work: Work, booking: Booking, *, reason: str = "", seen: int | None = None) -> Booking:
    """Give the time back: the owner until the last moment for changes (a request always), custodians until the start.

    Running maintenance may be cancelled until it ends. Tells the other side. Raises NotAllowed, StaleVersion,
    WrongBookingState, RulesBroken after the last moment or for a reason longer than 300 characters.
    """
    booking = cancel_untold(work, booking, reason=reason, seen=seen)
    tell_others(work, booking, "booking_cancelled")
    return booking


def cancel_untold(work: Work, booking: Booking, *, reason: str = "", seen: int | None = None) -> Booking:
    """Give the time back as `cancel_booking` does; whoever cancels more at once tells of all together."""
    booking = lock_booking(work, booking)
    require(work.actor, "cancel_booking", booking)
    unchanged(booking, seen)
    reason = reason.strip()
    if wrong := reason_problems(reason):
        raise RulesBroken(wrong)
    after = _legal(work, booking, "cancel")
    problems = _too_late(work, booking)
    if problems:
        raise RulesBroken(problems)
    before = facts(booking)
    booking.state, booking.ended_at, booking.reason = after, work.now, reason
    save(booking, "state", "ended_at", "reason")
    work.emit(BookingCancelled(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)
    return booking


def move_booking(
    work: Work,
    booking: Booking,
    *,
    start: dt.datetime,
    end: dt.datetime,
    instrument: Instrument | None = None,
    waive: str = "",
    seen: int | None = None,
) -> Booking:
    """Move a booking to another time, or to another instrument too; the price is quoted anew.

    The new time is another one and meets every rule of a new booking. Where the policy wants an approval, an owner's
    move asks again; a custodian's move of another person's booking keeps its state. A request keeps its last moment, or
    gets an earlier one. What is used only together moves together (`booked_together`), or nothing does. A custodian
    may `waive` rules for somebody else's booking, by a reason that goes on record.
    Tells the other side. Raises NotAllowed, StaleVersion, WrongBookingState, RulesBroken, SlotTaken; ValueError for a
    naive time.
    """
    rest = _along(work, booking, instrument)
    if rest:
        lock_instruments(work, {booking.instrument_id, *(row.instrument_id for row in rest)})
    beside = {booking.instrument_id, *(row.instrument_id for row in rest)} if rest else set()
    moved = [
        move_untold(
            work,
            booking,
            start=start,
            end=end,
            instrument=instrument,
            waive=waive,
            seen=seen,
            beside=beside,
        )
    ]
    for row in rest:
        try:
            moved.append(move_untold(work, row, start=start, end=end, waive=waive, beside=beside))
        except (RulesBroken, SlotTaken) as error:
            raise RulesBroken(_of_another(row, error)) from error
    for row, left, was in moved:
        names = both_names(left)
        tell_of_move(work, row, left, old_instrument=names, old_start=was.start, old_end=was.end)
    return moved[0][0]


def move_untold(
    work: Work,
    booking: Booking,
    *,
    start: dt.datetime,
    end: dt.datetime,
    instrument: Instrument | None = None,
    station: int | None = None,
    waive: str = "",
    seen: int | None = None,
    beside: Collection[int] = (),
) -> tuple[Booking, Instrument, Interval]:
    """Move as `move_booking` does; return the booking, where and when it was. Whoever moves more at once tells.

    With a `station` to that one alone. `beside` are the instruments whose bookings move with it.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("Times must carry their offset.")
    wanted = booking.instrument_id if instrument is None else instrument.pk
    target = lock_instruments(work, {booking.instrument_id, wanted})[wanted]
    booking = lock_booking_alone(work, booking)
    _demand_move(work, booking, target)
    unchanged(booking, seen)
    after = _legal(work, booking, _verb_of_move(work, booking, target, start, end))
    waive = waive.strip()
    problems = _too_late(work, booking)
    before = facts(booking)
    problems += _priced(work, booking, target, start, end, beside=beside)
    left_behind = [row.instrument for row in booked_together(booking) if row.instrument_id not in beside]
    if left_behind:
        problems.append(problem("goes_along", required=listed(left_behind)))
    if target.pk == booking.instrument_id and (start, end) == (booking.start, booking.end):
        problems.append(problem("unchanged"))
    problems = owned(problems, owner_of(policy_of(target)))
    if problems or waive:
        problems += taken_problems(target, start, end, station, but=booking.pk)
    broken = still_broken(work, target, booking.person, problems, waive)
    if any(one.rule != "slot_taken" for one in broken):
        raise RulesBroken(broken)
    left, was, at = booking.instrument, held_by(booking), booking.station
    wish = Interval(start.astimezone(dt.UTC), end.astimezone(dt.UTC))
    same, firm = target.pk == left.pk, after not in WAITING_STATES
    booking.station = (
        _station(work, target, booking, wish, prefer=at if same else 1, close=bool(waive), firm=firm)
        if station is None
        else claim_station(work, target, wish, station, close=bool(waive), moving=booking.pk, firm=firm)
    )
    if not same or not wish.overlaps(was):
        booking.in_doubt = ""
    booking.instrument, booking.start, booking.end = target, wish.start, wish.end
    if after not in WAITING_STATES:
        booking.expires_at = None
    elif booking.state == after and booking.expires_at is not None:
        booking.expires_at = min(booking.expires_at, wish.start)
    else:
        booking.expires_at = _waiting(work, booking, target, wish.start).until
        booking.asked_anew_at, booking.nudged_at, booking.escalated_at = work.now, None, None
    if after in WAITING_STATES:
        booking.decided_at = booking.decided_by = None
    booking.state, booking.reminded_at = after, None
    save(
        booking,
        *("instrument", "station", "start", "end", "state", "expires_at", "reminded_at"),
        *("category", "yuan_per_hour", "price", "decided_at", "decided_by", "in_doubt"),
        *("asked_anew_at", "nudged_at", "escalated_at"),
    )
    work.emit(BookingMoved(target=booking, before=before, after=facts(booking)))
    record_waived(work, booking, problems, waive)
    if holds_time(str(before["state"])):
        still = wish if same and booking.station == at and holds_time(booking.state) else None
        release(work, left, at, was, still)
    return booking, left, was


def _along(work: Work, booking: Booking, instrument: Instrument | None) -> list[Booking]:
    """Return what moves with a booking: nothing to another instrument, nor where this person may not move all of it.

    What stays behind then stands against the move.
    """
    if instrument is not None and instrument.pk != booking.instrument_id:
        return []
    rows = booked_together(booking)
    return rows if all(can(work.actor, "move_booking", row) for row in rows) else []


def _of_another(row: Booking, error: RulesBroken | SlotTaken) -> list[BrokenRule]:
    """Say of each rule that stands against moving a booking along whose it is."""
    said = [one.message for one in error.problems] if isinstance(error, RulesBroken) else [error.message]
    return owned(
        [problem("along", chosen=row.instrument.code, required=text) for text in said],
        owner_of(policy_of(row.instrument)),
    )


def _demand_move(work: Work, booking: Booking, target: Instrument) -> None:
    require(work.actor, "move_booking", booking)
    if target.pk != booking.instrument_id:
        require(work.actor, "book_instrument", target)
        if booking.person_id != work.actor.pk or booking.kind == BookingKind.MAINTENANCE:
            require(work.actor, "keep_instrument", target)


def _verb_of_move(
    work: Work, booking: Booking, target: Instrument, start: dt.datetime, end: dt.datetime
) -> str:
    asks = approval_needed(policy_of(target), category_of(booking.person, target), end - start)
    decides = is_custodian(work.actor, target) and booking.person_id != work.actor.pk
    if booking.kind == BookingKind.MAINTENANCE or (asks and decides):
        return "move"
    if not asks:
        return "move_and_confirm"
    competes = _waiting(work, booking, target, start).state == BookingState.COMPETING
    return "move_and_compete" if competes else "move_and_ask"


def _waiting(work: Work, booking: Booking, target: Instrument, start: dt.datetime) -> Waiting:
    """Return how it waits for its decision there: a request as one that was asked then, any other as one of now."""
    asked = booking.waits_since if booking.state in WAITING_STATES else work.now
    return waiting_on(policy_of(target), start, asked, work.now)


def _priced(
    work: Work,
    booking: Booking,
    target: Instrument,
    start: dt.datetime,
    end: dt.datetime,
    *,
    beside: Collection[int],
) -> list[BrokenRule]:
    """Return what the rules of a new booking say of the time; the booking has its new price, where there is one."""
    if booking.kind == BookingKind.MAINTENANCE:
        return maintenance_problems(start, end, work.now)
    verdict = admission(
        target,
        booking.person,
        *(start, end, work.now),
        companion=bool(booking.companion),
        but=booking.pk,
        beside=beside,
    )
    offer = verdict.quote
    if offer.yuan_per_hour is not None and offer.price is not None:
        booking.category, booking.yuan_per_hour, booking.price = (
            offer.category,
            offer.yuan_per_hour,
            offer.price,
        )
    return verdict.problems


def _station(
    work: Work, target: Instrument, booking: Booking, wish: Interval, *, prefer: int, close: bool, firm: bool
) -> int:
    """Keep the station where it is free, else take the first free one."""
    close = close or booking.kind == BookingKind.MAINTENANCE
    found = claim_station(work, target, wish, None, close=close, moving=booking.pk, firm=firm)
    if found != prefer and prefer <= target.station_count:
        busy = Booking.objects.holding(work.now).filter(instrument=target, station=prefer)
        needed = wish if close else widened(wish, terms_of(policy_of(target)).apart)
        if not busy.exclude(pk=booking.pk).overlapping(needed.start, needed.end).exists():
            return prefer
    return found


def _legal(work: Work, booking: Booking, verb: str) -> BookingState:
    if is_overdue(booking.state, booking.expires_at, work.now):
        raise WrongBookingState(BookingState.EXPIRED, verb)
    return next_state(booking.state, verb)


def _too_late(work: Work, booking: Booking) -> list[BrokenRule]:
    """Return why this person can no longer give the time back."""
    now = work.now
    if booking.kind == BookingKind.MAINTENANCE:
        return [problem("started")] if booking.end <= now else []
    if booking.start <= now:
        return [problem("started")]
    if booking.state in WAITING_STATES or is_custodian(work.actor, booking.instrument):
        return []
    if booking.in_doubt:  # nobody is bound to what cannot be used
        return []
    cutoff = policy_of(booking.instrument).cancel_cutoff_minutes
    last = last_change(booking.start, cutoff, booking.requested_at)
    return (
        [problem("cancel_cutoff", required=f"{last.astimezone(LOCAL):%Y-%m-%d %H:%M}")] if now > last else []
    )
