"""The state table, and a machine that walks it at random."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.booking.enums import HOLDING_STATES, BookingState
from instruments.booking.errors import WrongBookingState
from instruments.booking.rules.booking_states import (
    FINAL_STATES,
    TRANSITIONS,
    holds_time,
    legal_verbs,
    next_state,
)

VERBS = sorted({verb for _, verb in TRANSITIONS})


def test_the_table_is_what_was_agreed():
    """Every legal step, spelled out by hand; nothing else is legal."""
    agreed = {
        "requested": {
            "approve": "confirmed",
            "decline": "declined",
            "cancel": "cancelled",
            "expire": "expired",
            "move": "requested",
            "move_and_ask": "requested",
            "move_and_compete": "competing",
            "move_and_confirm": "confirmed",
            "let_compete": "competing",
            "hand_over": "requested",
        },
        "competing": {
            "approve": "confirmed",
            "decline": "declined",
            "lose": "declined",
            "hand_over": "competing",
            "cancel": "cancelled",
            "expire": "expired",
            "move": "competing",
            "move_and_ask": "requested",
            "move_and_compete": "competing",
            "move_and_confirm": "confirmed",
        },
        "confirmed": {
            "cancel": "cancelled",
            "move": "confirmed",
            "move_and_ask": "requested",
            "move_and_compete": "competing",
            "move_and_confirm": "confirmed",
            "hand_over": "confirmed",
            "hand_over_and_ask": "requested",
            "check_in": "in_use",
            "miss": "no_show",
            "finish_maintenance": "completed",
        },
        "in_use": {"check_out": "completed"},
        "offered": {
            "take": "confirmed",
            "take_and_ask": "requested",
            "let_go": "cancelled",
            "withdraw": "cancelled",
            "expire": "expired",
        },
    }
    assert {(s, v): t for s, steps in agreed.items() for v, t in steps.items()} == TRANSITIONS
    assert {"completed", "declined", "cancelled", "expired", "no_show"} == FINAL_STATES


@pytest.mark.parametrize("state", BookingState.values)
@pytest.mark.parametrize("verb", VERBS)
def test_every_pair_is_in_the_table_or_refused(state, verb):
    """No pair falls between."""
    if (state, verb) in TRANSITIONS:
        assert next_state(state, verb) == TRANSITIONS[state, verb]
        assert verb in legal_verbs(state)
    else:
        with pytest.raises(WrongBookingState) as refusal:
            next_state(state, verb)
        assert (refusal.value.booking_state, refusal.value.wanted) == (state, verb)


def test_an_unknown_state_is_a_programmers_mistake():
    """Not a refusal."""
    with pytest.raises(ValueError, match="nonsense"):
        next_state("nonsense", "approve")


@given(st.lists(st.sampled_from(VERBS), max_size=12))
def test_a_random_walk_stays_in_the_table(walk):
    """A booking never leaves a final state, and time given back is taken again only by what still waits for it."""
    state, given_back = BookingState.REQUESTED, False
    for verb in walk:
        if verb not in legal_verbs(state):
            continue
        assert state not in FINAL_STATES
        state = next_state(state, verb)
        assert not (given_back and holds_time(state))
        given_back = given_back or not (holds_time(state) or state == BookingState.COMPETING)
    assert holds_time(state) == (state in HOLDING_STATES)
