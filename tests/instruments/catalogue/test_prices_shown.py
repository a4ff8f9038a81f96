"""Prices that nobody will ever pay are not shown; the week begins today."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from instruments.booking.queries.week import week
from instruments.catalogue.queries.instrument_page import price_rows
from instruments.inventory.enums import SharingMode
from tests.factories.instruments import make_instrument

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("mode", "categories"),
    [
        (SharingMode.EXTERNAL, ["internal", "member", "non_profit", "enterprise"]),
        (SharingMode.INTERNAL, ["internal"]),
        (SharingMode.NOT_SHARED, ["internal"]),
    ],
)
def test_only_who_may_book_has_a_price(engineer, mode, categories):
    rows = price_rows(make_instrument(sharing_mode=mode), engineer, TODAY)
    assert [row.category for row in rows] == categories


@pytest.mark.parametrize(
    ("day", "first"),
    [(0, 0), (6, 0), (7, 7), (13, 7), (-1, -7), (-7, -7), (-8, -14)],
)
def test_seven_days_count_from_today(monday, day, first):
    """On a Saturday as on a Monday."""
    saturday = TODAY + dt.timedelta(days=5)
    monday.move_to(dt.datetime(2026, 3, 7, 4, tzinfo=dt.UTC))
    view = week(make_instrument(), saturday + dt.timedelta(days=day), AnonymousUser())
    assert view.first == saturday + dt.timedelta(days=first)
    assert [one.day for one in view.days] == [view.first + dt.timedelta(days=n) for n in range(7)]
