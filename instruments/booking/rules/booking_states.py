"""Rules room: the states of a booking and the steps between them, as data."""

from __future__ import annotations

from instruments.booking.enums import HOLDING_STATES, BookingState
from instruments.booking.errors import WrongBookingState

TRANSITIONS: dict[tuple[BookingState, str], BookingState] = {
    (BookingState.REQUESTED, "approve"): BookingState.CONFIRMED,
    (BookingState.REQUESTED, "decline"): BookingState.DECLINED,
    (BookingState.REQUESTED, "cancel"): BookingState.CANCELLED,
    (BookingState.REQUESTED, "expire"): BookingState.EXPIRED,
    (BookingState.REQUESTED, "move"): BookingState.REQUESTED,
    (BookingState.REQUESTED, "move_and_ask"): BookingState.REQUESTED,
    (BookingState.REQUESTED, "move_and_confirm"): BookingState.CONFIRMED,
    (BookingState.REQUESTED, "move_and_compete"): BookingState.COMPETING,
    (BookingState.REQUESTED, "let_compete"): BookingState.COMPETING,
    (BookingState.COMPETING, "approve"): BookingState.CONFIRMED,
    (BookingState.COMPETING, "decline"): BookingState.DECLINED,
    (BookingState.COMPETING, "lose"): BookingState.DECLINED,
    (BookingState.COMPETING, "cancel"): BookingState.CANCELLED,
    (BookingState.COMPETING, "expire"): BookingState.EXPIRED,
    (BookingState.COMPETING, "move"): BookingState.COMPETING,
    (BookingState.COMPETING, "move_and_ask"): BookingState.REQUESTED,
    (BookingState.COMPETING, "move_and_compete"): BookingState.COMPETING,
    (BookingState.COMPETING, "move_and_confirm"): BookingState.CONFIRMED,
    (BookingState.CONFIRMED, "cancel"): BookingState.CANCELLED,
    (BookingState.CONFIRMED, "move"): BookingState.CONFIRMED,
    (BookingState.CONFIRMED, "move_and_ask"): BookingState.REQUESTED,
    (BookingState.CONFIRMED, "move_and_compete"): BookingState.COMPETING,
    (BookingState.CONFIRMED, "move_and_confirm"): BookingState.CONFIRMED,
    (BookingState.REQUESTED, "hand_over"): BookingState.REQUESTED,
    (BookingState.COMPETING, "hand_over"): BookingState.COMPETING,
    (BookingState.CONFIRMED, "hand_over"): BookingState.CONFIRMED,
    (BookingState.CONFIRMED, "hand_over_and_ask"): BookingState.REQUESTED,
    (BookingState.CONFIRMED, "check_in"): BookingState.IN_USE,
    (BookingState.CONFIRMED, "miss"): BookingState.NO_SHOW,
    (BookingState.CONFIRMED, "finish_maintenance"): BookingState.COMPLETED,
    (BookingState.IN_USE, "check_out"): BookingState.COMPLETED,
    (BookingState.OFFERED, "take"): BookingState.CONFIRMED,
    (BookingState.OFFERED, "take_and_ask"): BookingState.REQUESTED,
    (BookingState.OFFERED, "let_go"): BookingState.CANCELLED,
    (BookingState.OFFERED, "withdraw"): BookingState.CANCELLED,
    (BookingState.OFFERED, "expire"): BookingState.EXPIRED,
}
"""(state, step) -> state after it; a pair that is missing is not legal.

`move` keeps the state; `move_and_ask` is a move that needs a new approval, `move_and_compete` one that holds no time
until then, `move_and_confirm` one to where none is; `let_compete` is a request that has held its time long enough,
`lose` one whose time another got;
`take_and_ask` takes an offered time that needs an approval, `hand_over_and_ask` gives a booking to somebody who does.
"""

FINAL_STATES = frozenset(
    state for state in BookingState if not any(start == state for start, _ in TRANSITIONS)
)
"""States without a way out."""

UNUSED_STATES = FINAL_STATES - frozenset(HOLDING_STATES)
"""Ends without a use: the time, or the rest of it, is given back."""


def next_state(state: str, verb: str) -> BookingState:
    """Return the state after the step. Raises WrongBookingState for none in the table, ValueError for no state."""
    known = BookingState(state)
    try:
        return TRANSITIONS[known, verb]
    except KeyError:
        raise WrongBookingState(known, verb) from None


def legal_verbs(state: str) -> frozenset[str]:
    """Return the steps that are legal in a state."""
    return frozenset(verb for start, verb in TRANSITIONS if start == state)


def holds_time(state: str) -> bool:
    """Tell whether a booking in that state keeps others from its time."""
    return state in HOLDING_STATES
