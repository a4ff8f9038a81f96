"""Weeks with dates: a day is open as the week that held on it says, whatever is changed afterwards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from audit.models import Entry
from changes import perform
from instruments.booking.queries.availability import free
from instruments.inventory.errors import InvalidInstrument
from instruments.terms.actions.terms import set_opening
from instruments.terms.models import OpeningPeriod
from instruments.terms.queries.opening import coming_weeks, opening_of, weeks_of
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval, total
from instruments.terms.rules.opening import WeeklyPeriod, open_hours, open_intervals
from instruments.usage.queries.usage_totals import open_hours_of
from tests.factories.instruments import make_instrument, make_steward
from tests.instruments.inventory.test_inventory import client_of
from tests.instruments.terms.test_terms_pages import at

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
NIGHT = [WeeklyPeriod(day, 0, 60) for day in range(7)]
NOTHING: list[WeeklyPeriod] = []


@pytest.fixture
def instrument():
    """Open on workdays from eight to twenty."""
    return make_instrument(workdays=(8, 20), rates=True)


@pytest.fixture
def steward(instrument):
    """Keeps it."""
    return make_steward(instrument)


def window(first: dt.date, days: int) -> Interval:
    """Whole local days."""
    return Interval(local_midnight(first), local_midnight(first + dt.timedelta(days)))


def hours(instrument, first: dt.date, days: int) -> Decimal:
    """The open hours of some days, as the evaluation counts them."""
    span = window(first, days)
    return open_hours_of([instrument], span.start, span.end)[instrument.pk]


@time_machine.travel(NOON, tick=False)
def test_a_year_behind_keeps_its_hours_whatever_the_week_becomes(instrument, steward):
    """On the last evening of the period the week is made round the clock: nothing of the past changes."""
    before = hours(instrument, dt.date(2025, 1, 1), 365)
    assert before == Decimal("3132.00")
    perform(steward, set_opening, instrument, [WeeklyPeriod(day, 0, 1440) for day in range(7)])
    assert hours(instrument, dt.date(2025, 1, 1), 365) == before
    assert hours(instrument, MONDAY - dt.timedelta(7), 14) == 5 * 12 + 7 * 24
    assert weeks_of([instrument.pk])[instrument.pk][0] == WeeklyPeriod(0, 0, 1440)


@time_machine.travel(NOON, tick=False)
def test_a_week_to_come_holds_from_its_day(instrument, steward):
    """Hours, open stretches and free slots follow the week of their day, both edges included."""
    day = MONDAY + dt.timedelta(9)  # a Wednesday
    perform(steward, set_opening, instrument, NIGHT, valid_from=day)
    assert hours(instrument, day - dt.timedelta(1), 1) == 12
    assert hours(instrument, day, 1) == 1
    assert hours(instrument, MONDAY, 14) == 7 * 12 + 5
    opened = opening_of(instrument, window(day - dt.timedelta(1), 2))
    assert opened == [
        Interval(local_midnight(day) - dt.timedelta(hours=16), local_midnight(day) - dt.timedelta(hours=4)),
        Interval(local_midnight(day), local_midnight(day) + dt.timedelta(hours=1)),
    ]
    span = window(day - dt.timedelta(1), 2)
    assert [(slot.start, slot.end) for slot in free(instrument, span.start, span.end)] == [
        (stretch.start, stretch.end) for stretch in opened
    ]
    assert coming_weeks(instrument, MONDAY) == {day: tuple(NIGHT)}


@time_machine.travel(NOON, tick=False)
def test_weeks_are_replaced_from_a_day_on(instrument, steward):
    """Between two known weeks another is put in; one of the same day is replaced; a closed week is one too."""
    later, soon = MONDAY + dt.timedelta(14), MONDAY + dt.timedelta(7)
    perform(steward, set_opening, instrument, NIGHT, valid_from=later)
    perform(steward, set_opening, instrument, NOTHING, valid_from=soon)
    assert list(coming_weeks(instrument, MONDAY)) == [soon, later]
    assert [hours(instrument, day, 7) for day in (MONDAY, soon, later)] == [60, 0, 7]
    perform(steward, set_opening, instrument, [WeeklyPeriod(0, 0, 120)], valid_from=soon)
    assert [hours(instrument, day, 7) for day in (MONDAY, soon, later)] == [60, 2, 7]
    perform(steward, set_opening, instrument, NIGHT)
    assert [hours(instrument, day, 7) for day in (MONDAY, soon, later)] == [7, 2, 7]
    assert hours(instrument, MONDAY - dt.timedelta(7), 7) == 60
    entry = Entry.objects.order_by("-sequence").first()
    assert (entry.verb, entry.after["valid_from"]) == ("instruments.opening.changed", "2026-03-02")


@time_machine.travel(NOON, tick=False)
def test_each_week_to_come_is_that_of_its_own_days(instrument, steward):
    """The one that begins later is not yet in the one before it."""
    morning, evening = [WeeklyPeriod(0, 480, 720)], [WeeklyPeriod(4, 1080, 1200)]
    first, second = MONDAY + dt.timedelta(7), MONDAY + dt.timedelta(14)
    perform(steward, set_opening, instrument, morning, valid_from=first)
    perform(steward, set_opening, instrument, evening, valid_from=second)
    assert coming_weeks(instrument, MONDAY) == {first: tuple(morning), second: tuple(evening)}


@time_machine.travel(NOON, tick=False)
def test_the_past_is_not_written(instrument, steward):
    """A day behind is refused and nothing changes; the very same week changes nothing either."""
    before = list(OpeningPeriod.objects.values())
    with pytest.raises(InvalidInstrument) as refused:
        perform(steward, set_opening, instrument, NIGHT, valid_from=MONDAY - dt.timedelta(1))
    assert list(refused.value.fields) == ["valid_from"]
    perform(steward, set_opening, instrument, [WeeklyPeriod(day, 480, 1200) for day in range(5)])
    assert list(OpeningPeriod.objects.values()) == before


@time_machine.travel(NOON, tick=False)
def test_the_page_takes_a_day_and_shows_the_weeks_to_come(instrument, steward):
    """Today by default; a past day stands beside its field and nothing typed is lost."""
    client, url = client_of(steward), at("set_opening", instrument)
    typed = {"day_0_0_opens": "09:00", "day_0_0_closes": "10:00"}
    answer = client.post(url, {**typed, "valid_from": "2026-03-01"})
    assert (answer.status_code, list(answer.context["week"].errors)) == (422, ["valid_from"])
    assert 'value="2026-03-01"' in answer.content.decode()
    assert client.post(url, {**typed, "valid_from": "2026-03-10"}).status_code == 302
    page = client.get(at("terms", instrument)).content.decode()
    assert "Monday 09:00–10:00" in page
    assert "from 2026-03-10" in page or "from 10" in page
    assert hours(instrument, MONDAY, 7) == 60


def test_hours_are_parted_where_the_week_changes():
    """Counting by weekday and adding up stretches agree, at and between midnights."""
    edge = MONDAY + dt.timedelta(45)
    week = [
        *[WeeklyPeriod(day, 480, 1200, until=edge) for day in range(5)],
        *[WeeklyPeriod(day, 0, 1440, since=edge) for day in range(7)],
    ]
    for first, last in ((0, 90), (44, 46), (45, 46), (44, 45)):
        for shift in (0, 90, 1000):
            span = Interval(
                local_midnight(MONDAY + dt.timedelta(first)) + dt.timedelta(minutes=shift),
                local_midnight(MONDAY + dt.timedelta(last)) + dt.timedelta(minutes=shift),
            )
            exact = Decimal(total(open_intervals(week, (), span)) / dt.timedelta(hours=1)).quantize(
                Decimal("0.01")
            )
            assert open_hours(week, (), span) == exact
