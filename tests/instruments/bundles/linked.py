"""What tests of instruments that are used only together do: ask for a set, look at all bookings, read a refusal."""

from __future__ import annotations

import pytest

from changes import perform
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.bundles.actions.bundles import WantedPart, request_bundle
from instruments.terms.rules.intervals import Interval


def ask(person, instruments, start, end, **more):
    """Ask for instruments at one time as a set."""
    wanted = [WantedPart(1, one, Interval(start, end)) for one in instruments]
    return perform(
        person,
        request_bundle,
        wanted,
        when_lost=more.pop("when_lost", "all"),
        said={"purpose": "冷台"},
        **more,
    )


def times():
    """Code, start, end and state of all bookings."""
    rows = Booking.objects.order_by("instrument__code", "requested_at", "pk")
    return list(rows.values_list("instrument__code", "start", "end", "state"))


def rules(act):
    """The rules that a refusal names."""
    with pytest.raises(RulesBroken) as refused:
        act()
    return [(one.rule, str(one.message)) for one in refused.value.problems]
