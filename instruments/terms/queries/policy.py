"""Queries room: the booking policy of an instrument."""

from __future__ import annotations

from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.booking_policy import BookingTerms


def policy_of(instrument: Instrument) -> BookingPolicy:
    """Return the instrument's policy, or an unsaved one with the network's defaults where it has none."""
    try:
        return instrument.policy
    except BookingPolicy.DoesNotExist:
        return BookingPolicy(instrument=instrument)


def terms_of(policy: BookingPolicy) -> BookingTerms:
    """Return the part of a policy that the rules judge by."""
    return BookingTerms(
        shortest_minutes=policy.shortest_minutes,
        longest_minutes=policy.longest_minutes,
        step_minutes=policy.step_minutes,
        notice_minutes=policy.notice_minutes,
        horizon_days=policy.horizon_days,
    )
