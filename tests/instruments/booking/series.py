"""Series of the tests: four Wednesdays, asked for, read back, told."""

from __future__ import annotations

import datetime as dt

from changes import perform
from instruments.booking.actions.series import request_series
from instruments.booking.queries.series import bookings_of
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.terms.rules.intervals import Interval
from notices.models import Notice
from tests.instruments.moments import at

WEEKLY = rule_of("weekly", 4)
SAID = {"purpose": "稀土矿"}


def weekly(start=None):
    """Four Wednesdays, 09:00 to 11:00."""
    first = start or at(2, 9)
    return occurrences(Interval(first, first + dt.timedelta(hours=2)), WEEKLY)


def ask(person, instrument, times=None, **more):
    """Ask for a series of four weeks."""
    return perform(person, request_series, instrument, times or weekly(), rule=WEEKLY, said=SAID, **more)


def told(person):
    """The kinds of notice somebody got, in order."""
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def states(series):
    """The states of the bookings in order."""
    return [row.state for row in bookings_of(series)]
