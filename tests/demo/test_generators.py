"""The generators give the same network for the same seed, and another for another."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.utils import timezone

from changes import perform
from demo.clock import clock_at
from demo.plan import LOCAL, SIZES, Plan, shares
from demo.rounds import calendar_of, present_of
from demo.seed import draft, usage_of
from evaluations.rounds.rules.working_days import working_days
from evaluations.schemes.models import Scheme
from instruments.inventory.actions.reference import load_reference


def digest(seed):
    """A digest of everything drafted, with running numbers for the keys the database would give."""
    plan = Plan(SIZES["small"], dt.datetime(2026, 11, 24, 10, 40, tzinfo=LOCAL), seed)
    network = draft(plan)
    for rows in (
        [unit.row for unit in network.units],
        network.people.rows,
        [one.row for one in network.instruments],
    ):
        for number, row in enumerate(rows, start=1):
            row.pk = number
    text = [(unit.row.code, unit.row.credit_code, unit.row.contact_name) for unit in network.units]
    text += [(person.email, person.display_name, person.password) for person in network.people.rows]
    text += [
        (one.row.code, one.row.technical, one.row.original_value, one.fields, one.opening, one.prices)
        for one in network.instruments
    ]
    text += usage_of(network)
    return hashlib.sha256(repr(text).encode()).hexdigest()


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_network():
    perform(None, load_reference)
    assert digest(7) == digest(7)
    assert digest(7) != digest(8)


@pytest.mark.parametrize(
    ("total", "weights", "parts"), [(10, [1, 1, 1], [4, 3, 3]), (7, [5, 2], [5, 2]), (0, [1, 2], [0, 0])]
)
def test_shares_add_up(total, weights, parts):
    assert shares(total, weights) == parts


@pytest.mark.parametrize("day", [dt.date(2026, 1, 10), dt.date(2026, 5, 22), dt.date(2026, 12, 31)])
def test_last_round_took_its_steps_in_order_and_in_the_past(day):
    steps = calendar_of(day)
    assert steps.opened < steps.collecting_until < steps.snapshot < steps.scored < steps.first
    assert steps.period_end <= steps.snapshot
    assert steps.scored < steps.first < steps.last < steps.final < day
    assert working_days(steps.first, steps.last) == 5


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (dt.date(2026, 1, 1), dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
        (dt.date(2026, 2, 10), dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
        (dt.date(2026, 3, 20), dt.date(2026, 1, 1), dt.date(2026, 3, 1)),
        (dt.date(2026, 11, 25), dt.date(2026, 1, 1), dt.date(2026, 11, 1)),
        (dt.date(2026, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 1)),
    ],
)
def test_this_years_round_can_be_walked_on_any_day(day, start, end):
    """Its period is over, its last day to report is past, and its steps lie in order."""
    days = present_of(day)
    assert (days.period_start, days.period_end) == (start, end)
    assert days.period_end <= day
    assert days.opened < days.reported < days.given < days.collecting_until < day


def test_the_clock_stands_where_it_is_put_and_goes_on_afterwards():
    """Also for columns whose default is the present."""
    moment = dt.datetime(2026, 5, 6, 1, tzinfo=dt.UTC)
    with clock_at(moment):
        assert timezone.now() == moment
        assert timezone.localdate() == dt.date(2026, 5, 6)
        assert Scheme().created_at == moment
    assert timezone.now() != moment
