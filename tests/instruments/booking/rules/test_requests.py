"""How long a request holds its time, and until when a booking can be undone."""

import datetime as dt

from instruments.booking.rules.requests import is_overdue, last_change, request_expiry

ASKED = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_a_request_holds_its_time_for_the_policy_s_hours_but_never_past_its_start():
    assert request_expiry(48, ASKED + 72 * HOUR, ASKED) == ASKED + 48 * HOUR
    assert request_expiry(48, ASKED + 5 * HOUR, ASKED) == ASKED + 5 * HOUR


def test_a_slip_can_be_undone_for_half_an_hour_after_the_cut_off():
    assert last_change(ASKED + 48 * HOUR, 24 * 60, ASKED) == ASKED + 24 * HOUR
    assert last_change(ASKED + 4 * HOUR, 24 * 60, ASKED) == ASKED + HOUR / 2
    assert last_change(ASKED + HOUR / 4, 24 * 60, ASKED) == ASKED + HOUR / 4


def test_only_a_request_past_its_time_is_overdue():
    assert is_overdue("requested", ASKED, ASKED)
    assert not is_overdue("requested", ASKED + HOUR, ASKED)
    assert not is_overdue("requested", None, ASKED)
    assert not is_overdue("confirmed", ASKED, ASKED)
