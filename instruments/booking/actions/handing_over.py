"""Actions room: hands a booking over to somebody else, who has it from then on."""

from __future__ import annotations

from changes import Work, unchanged
from instruments.booking.actions.slots import facts, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.events import BookingHandedOver
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.queries.waiting import waiting_on
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.requests import is_overdue
from instruments.inventory.permissions import is_custodian
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import approval_needed, owner_of, policy_of
from instruments.terms.rules.owners import owned
from members.locks import lock_person
from members.models import Person
from members.permissions import require


def hand_over(work: Work, booking: Booking, to: Person, *, seen: int | None = None) -> Booking:
    """Give a booking or request to somebody else before it begins, at the price and by the rules of that person.

    Who booked hands it to people of their own unit or organisation alone, custodians to anybody the rules let have it;
    where the rules want an approval of that person, an owner's handing over asks for it. It leaves its series; a part
    of a set is not handed over. The new person can give it back for a time of grace, as if booked now. Tells the new
    person, and of owner and custodians whoever does not act. Raises NotAllowed, StaleVersion, WrongBookingState,
    RulesBroken.
    """
    booking = lock_booking(work, booking)
    require(work.actor, "move_booking", booking)
    unchanged(booking, seen)
    if is_overdue(booking.state, booking.expires_at, work.now):
        raise WrongBookingState(BookingState.EXPIRED, "hand_over")
    after = next_state(booking.state, "hand_over")
    giver, to = booking.person, lock_person(work, to.pk)
    keeps = is_custodian(work.actor, booking.instrument)
    policy = policy_of(booking.instrument)
    verdict = admission(
        booking.instrument,
        to,
        *(booking.start, booking.end, work.now),
        companion=bool(booking.companion),
        but=booking.pk,
    )
    quote = verdict.quote
    problems = owned(_against(work, booking, to, keeps=keeps), owner_of(policy))
    # How long ahead it is booked was judged when it was made.
    problems += [one for one in verdict.problems if one.rule != "notice"]
    if problems or quote.yuan_per_hour is None or quote.price is None:
        raise RulesBroken(problems)
    before = facts(booking)
    asks = approval_needed(policy, quote.category, booking.end - booking.start)
    if booking.state not in WAITING_STATES:
        booking.requested_at = work.now
    if booking.state not in WAITING_STATES:
        booking.requested_at = work.now
    if booking.state not in WAITING_STATES and asks and not keeps:
        booking.state = next_state(booking.state, "hand_over_and_ask")
        booking.expires_at = waiting_on(policy, booking.start, work.now, work.now, held=True).until
        booking.decided_at = booking.decided_by = booking.asked_anew_at = None
        booking.nudged_at = booking.escalated_at = None
    else:
        booking.state = after
    booking.person, booking.series, booking.reminded_at = to, None, None
    booking.category, booking.yuan_per_hour, booking.price = quote.category, quote.yuan_per_hour, quote.price
    save(
        booking,
        *("person", "series", "reminded_at", "category", "yuan_per_hour", "price"),
        *("state", "requested_at", "expires_at", "decided_at", "decided_by"),
        *("asked_anew_at", "nudged_at", "escalated_at"),
    )
    names = {"giver": str(giver), "actor": str(work.actor)}
    tell(work, [to], "booking_received", booking, **names)
    by_owner = giver.pk == work.actor.pk
    others = recipients_of(booking.instrument, but=giver) if by_owner else [giver]
    tell(work, [one for one in others if one.pk != to.pk], "booking_handed_over", booking, **names)
    said = {**facts(booking), "reason": f"{giver} → {to}"}
    work.emit(BookingHandedOver(target=booking, before=before, after=said))
    return booking


def _against(work: Work, booking: Booking, to: Person, *, keeps: bool) -> list[BrokenRule]:
    """Return what stands against handing it over, beside the rules of a booking."""
    problems = []
    if booking.kind != BookingKind.USE or hasattr(booking, "part"):
        problems.append(problem("handed_set"))
    if to.pk == booking.person_id or not to.is_active:
        problems.append(problem("handed_to"))
    elif not keeps and not _of_one_group(booking.person, to):
        problems.append(problem("handed_group"))
    if booking.start <= work.now:
        problems.append(problem("started"))
    return problems


def _of_one_group(one: Person, two: Person) -> bool:
    """Tell whether two people are of one member unit, or outside the network of one organisation."""
    if one.home_unit_id is not None or two.home_unit_id is not None:
        return one.home_unit_id == two.home_unit_id
    return bool(one.organisation) and one.organisation == two.organisation
