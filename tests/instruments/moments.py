"""The week in which the tests of bookings play."""

import datetime as dt

from folding.times import LOCAL

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=LOCAL)  # Monday 09:00 in Shanghai


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Local time in the week of Monday 2 March 2026; day 0 is that Monday, day 6 the Sunday."""
    return dt.datetime(2026, 3, 2, tzinfo=LOCAL) + dt.timedelta(days=day, hours=hour, minutes=minute)
