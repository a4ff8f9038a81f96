"""Opening hours, policy, rates and stewards: success, each refusal, the audit row."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import pytest
import time_machine

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.inventory.actions.stewards import end_stewardship, give_stewardship
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import Stewardship
from instruments.inventory.permissions import is_custodian
from instruments.terms.actions.policies import set_policy
from instruments.terms.actions.terms import (
    add_exception,
    remove_exception,
    set_opening,
    set_rate,
    take_back_rate,
)
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod, Rate
from instruments.terms.queries.rates import rate_for
from instruments.terms.rules.limits import PolicyData
from instruments.terms.rules.opening import WeeklyPeriod
from members.models import UnitRole
from tests.choosing import agreeing
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 4, 2, 0, tzinfo=dt.UTC)  # Wednesday 10:00 in Shanghai
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _now():
    """Stand still on a Wednesday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def instrument():
    """An instrument without opening hours and rates."""
    return make_instrument(always_open=False, rates=False)


def last():
    """The newest entry of the history."""
    return Entry.objects.order_by("-sequence").first()


def test_opening_hours_are_replaced(instrument):
    """Sorted, once each; the same again writes nothing."""
    steward = make_steward(instrument)
    week = [WeeklyPeriod(0, 840, 1080), WeeklyPeriod(0, 480, 720), WeeklyPeriod(6, 0, 1440)]
    perform(steward, set_opening, instrument, week)
    rows = list(OpeningPeriod.objects.order_by("weekday", "opens").values_list("weekday", "opens", "closes"))
    assert rows == [(0, 480, 720), (0, 840, 1080), (6, 0, 1440)]
    assert (last().verb, last().after["periods"][0]) == ("instruments.opening.changed", [0, 480, 720])
    perform(steward, set_opening, instrument, week)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "week",
    [
        [WeeklyPeriod(7, 0, 60)],
        [WeeklyPeriod(0, 60, 60)],
        [WeeklyPeriod(0, 0, 1441)],
        [WeeklyPeriod(1, 480, 720), WeeklyPeriod(1, 719, 1080)],
    ],
)
def test_impossible_weeks_are_refused(instrument, week):
    """Nothing is changed."""
    with pytest.raises(InvalidInstrument):
        perform(make_steward(instrument), set_opening, instrument, week)
    assert OpeningPeriod.objects.count() == 0


def test_a_dated_exception_comes_and_goes(instrument):
    """Both are on record; one that is gone changes nothing."""
    steward = make_steward(instrument)
    row = perform(
        steward,
        add_exception,
        instrument,
        start=NOW,
        end=NOW + dt.timedelta(hours=8),
        is_open=False,
        reason="停电",
    )
    assert last().after["reason"] == "停电"
    perform(steward, remove_exception, row)
    perform(steward, remove_exception, row)
    assert (OpeningException.objects.count(), Entry.objects.count()) == (0, 2)
    with pytest.raises(InvalidInstrument):
        perform(steward, add_exception, instrument, start=NOW, end=NOW, is_open=False)


def test_policy_is_set(instrument):
    """Before and after are on record."""
    wanted = PolicyData(approval_required=False, shortest_minutes=60, longest_minutes=240, step_minutes=60)
    perform(make_steward(instrument), set_policy, instrument, wanted)
    assert BookingPolicy.objects.get().shortest_minutes == 60
    assert (last().verb, last().before["shortest_minutes"], last().after["shortest_minutes"]) == (
        "instruments.policy.changed",
        30,
        60,
    )


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"step_minutes": 4, "horizon_days": 0}, ["horizon_days", "step_minutes"]),
        ({"shortest_minutes": 45}, ["step_minutes"]),
        ({"longest_minutes": 30, "shortest_minutes": 60}, ["longest_minutes"]),
        ({"request_expiry_hours": 0}, ["request_expiry_hours"]),
        ({"questions": "电压？ | 高"}, ["questions"]),
        ({"requests_hold_hours": 721}, ["requests_hold_hours"]),
        ({"open_to": ""}, ["open_to"]),
        ({"open_to": "member,friend"}, ["open_to"]),
        ({"named_people": "li@example.edu.cn\n李四"}, ["named_people"]),
        ({"named_people": "\n".join(f"p{n}@example.edu.cn" for n in range(201))}, ["named_people"]),
    ],
)
def test_a_policy_must_make_sense(instrument, change, fields):
    """All wrong fields at once; nothing is changed."""
    with pytest.raises(InvalidInstrument) as refused:
        perform(make_steward(instrument), set_policy, instrument, replace(PolicyData(), **change))
    assert sorted(refused.value.fields) == fields
    assert BookingPolicy.objects.get().shortest_minutes == 30


def test_a_rate_begins_today_or_later(instrument):
    """The new rate ends the old one; yesterday's stays as it was."""
    steward = make_steward(instrument)
    perform(steward, set_rate, instrument, "member", Decimal("100"), TODAY)
    perform(steward, set_rate, instrument, "member", Decimal("120.005"), dt.date(2026, 4, 1))
    assert rate_for(instrument, "member", dt.date(2026, 3, 31)) == Decimal("100.00")
    assert rate_for(instrument, "member", dt.date(2026, 4, 1)) == Decimal("120.01")
    perform(steward, set_rate, instrument, "member", Decimal("90"), TODAY)
    assert last().before == {"yuan_per_hour": "100.00"}
    assert Rate.objects.count() == 2
    with pytest.raises(InvalidInstrument) as refused:
        perform(steward, set_rate, instrument, "friend", Decimal("-1"), dt.date(2026, 3, 3))
    assert sorted(refused.value.fields) == ["category", "valid_from", "yuan_per_hour"]
    for nonsense in ("NaN", "Infinity", "1E+40"):
        with pytest.raises(InvalidInstrument):
            perform(steward, set_rate, instrument, "member", Decimal(nonsense), TODAY)


def test_strangers_set_nothing(instrument):
    """Every action refuses, on record, and writes nothing."""
    stranger = PersonFactory()
    attempts = [
        lambda: perform(stranger, set_opening, instrument, [WeeklyPeriod(0, 0, 60)]),
        lambda: perform(stranger, set_policy, instrument, PolicyData()),
        lambda: perform(stranger, set_rate, instrument, "member", Decimal(1), TODAY),
        lambda: perform(
            stranger, add_exception, instrument, start=NOW, end=NOW + dt.timedelta(hours=1), is_open=True
        ),
        lambda: perform(stranger, give_stewardship, instrument, stranger),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert set(Entry.objects.values_list("verb", flat=True)) == {"instruments.refused"}
    assert (OpeningPeriod.objects.count(), Rate.objects.count(), Stewardship.objects.count()) == (0, 0, 0)


def test_a_manager_names_a_steward(instrument):
    """The person keeps the instrument at once and is a steward of the unit."""
    manager = make_manager(instrument.unit)
    person = PersonFactory(home_unit=instrument.unit)
    assert not is_custodian(person, instrument)
    kept = perform(manager, give_stewardship, instrument, person)
    assert is_custodian(person, instrument)
    assert UnitRole.objects.filter(person=person, kind="steward", unit=instrument.unit).count() == 1
    with pytest.raises(InvalidInstrument):
        perform(manager, give_stewardship, instrument, person)
    with pytest.raises(InvalidInstrument):
        perform(manager, give_stewardship, instrument, PersonFactory())
    agreeing(manager, end_stewardship, kept)
    perform(manager, end_stewardship, kept)
    person = type(person).objects.get(pk=person.pk)
    assert not is_custodian(person, instrument)
    assert list(Entry.objects.order_by("sequence").values_list("verb", flat=True)) == [
        "instruments.stewardship.given",
        "members.role.given",
        "instruments.stewardship.ended",
    ]


def test_the_same_terms_again_are_no_change(instrument):
    """Policy and price as they are: nothing enters the history."""
    steward = make_steward(instrument)
    policy = PolicyData(**{f.name: getattr(BookingPolicy.objects.get(), f.name) for f in fields(PolicyData)})
    assert perform(steward, set_policy, instrument, policy) == BookingPolicy.objects.get()
    rate = perform(steward, set_rate, instrument, "member", Decimal("100.00"), valid_from=TODAY)
    assert Entry.objects.count() == 1
    again = perform(steward, set_rate, instrument, "member", Decimal("100.00"), valid_from=TODAY)
    assert (again, Rate.objects.count(), Entry.objects.count()) == (rate, 1, 1)


def test_a_price_that_is_gone_is_not_taken_back_again(instrument):
    """The second of two who press the button changes nothing."""
    steward = make_steward(instrument)
    rate = perform(
        steward, set_rate, instrument, "member", Decimal("100.00"), valid_from=TODAY + dt.timedelta(days=9)
    )
    stored = Rate.objects.get()
    perform(steward, take_back_rate, rate)
    count = Entry.objects.count()
    perform(steward, take_back_rate, stored)
    assert (Rate.objects.exists(), Entry.objects.count()) == (False, count)


def test_all_that_is_wrong_with_an_exception_is_named_at_once(instrument):
    """An end before its start, and a reason of more than a hundred characters."""
    with pytest.raises(InvalidInstrument) as refused:
        perform(
            make_steward(instrument),
            add_exception,
            instrument,
            start=NOW + dt.timedelta(hours=2),
            end=NOW + dt.timedelta(hours=1),
            is_open=True,
            reason="长" * 101,
        )
    assert set(refused.value.fields) == {"end", "reason"}
    assert not OpeningException.objects.exists()
