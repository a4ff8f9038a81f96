"""When the invented instruments are open, to whom, and at what price."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

from demo.texts import Template, Use
from folding.times import LOCAL
from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod, Rate
from members.enums import UserCategory

# Weekday -> windows in minutes after local midnight.
OPENING: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "office": dict.fromkeys(range(5), ((510, 1050),)),
    "noon": dict.fromkeys(range(5), ((510, 720), (840, 1080))),
    "long": dict.fromkeys(range(5), ((480, 1200),)),
    "six": dict.fromkeys(range(6), ((510, 1230),)),
    "always": dict.fromkeys(range(7), ((0, 1440),)),
}
SUNDAY = 6
OPENING_OF_USE: dict[Use, tuple[tuple[str, ...], tuple[int, ...]]] = {
    Use.VISIT: (("office", "noon", "long", "six"), (34, 22, 32, 12)),
    Use.DAY: (("office", "long", "six"), (50, 35, 15)),
    Use.RUN: (("always",), (1,)),
    Use.REMOTE: (("always",), (1,)),
    Use.NIGHT: (("always",), (1,)),
}
# What is open around the clock is used in these minutes of a day: nobody loads a sample at half past four.
USED: dict[Use, tuple[int, int]] = {
    Use.VISIT: (480, 1200),
    Use.DAY: (480, 1200),
    Use.RUN: (480, 1440),
    Use.REMOTE: (0, 1440),
    Use.NIGHT: (1140, 1440),
}
SHARE_OF_RATE = (
    (UserCategory.INTERNAL, Decimal("0.4")),
    (UserCategory.MEMBER, Decimal("0.6")),
    (UserCategory.NON_PROFIT, Decimal("0.75")),
    (UserCategory.ENTERPRISE, Decimal(1)),
)
HOLIDAYS = ((1, 1, 1, "元旦"), (5, 1, 3, "劳动节"), (10, 1, 7, "国庆节"))


def periods(instrument: Instrument, opening: str) -> list[OpeningPeriod]:
    """Draft the weekly opening time."""
    return [
        OpeningPeriod(
            instrument=instrument,
            weekday=weekday,
            opens=opens,
            closes=closes,
            valid_from=instrument.joined_on,
        )
        for weekday, windows in OPENING[opening].items()
        for opens, closes in windows
    ]


def holidays(first_year: int, last_year: int) -> list[tuple[dt.date, dt.date, str]]:
    """The public holidays with fixed dates as [first day, day after)."""
    return [
        (start, start + dt.timedelta(days=days), name)
        for year in range(first_year, last_year + 1)
        for month, day, days, name in HOLIDAYS
        for start in (dt.date(year, month, day),)
    ]


def is_holiday(day: dt.date) -> bool:
    """Whether the day is one of those holidays."""
    return any(start <= day < end for start, end, _ in holidays(day.year, day.year))


def closures(instrument: Instrument, today: dt.date) -> list[OpeningException]:
    """Draft the holidays of last year, this year and the next New Year as closed."""
    return [
        OpeningException(
            instrument=instrument, start=local(start, 0), end=local(end, 0), is_open=False, reason=name
        )
        for start, end, name in holidays(today.year - 1, today.year + 1)
        if start < dt.date(today.year + 1, 2, 1)
    ]


def used_windows(use: Use, opening: str, weekday: int) -> tuple[tuple[int, int], ...]:
    """The minutes of that day of the week in which somebody comes, within the opening time."""
    if weekday == SUNDAY and use in {Use.VISIT, Use.DAY}:
        return ()
    return (USED[use],) if opening == "always" else OPENING[opening].get(weekday, ())


def draw_opening(rng: Random, use: Use) -> str:
    """Draw when an instrument is open; only what needs nobody beside it is open around the clock."""
    names, weights = OPENING_OF_USE[use]
    return rng.choices(names, weights=weights)[0]


def policy(
    instrument: Instrument, template: Template, opening: str, *, approval: bool, rng: Random
) -> BookingPolicy:
    """Draft the booking rules: a usual booking of this kind keeps them."""
    step = rng.choice([30, 30, 30, 60])
    least, usual = (hours * 60 for hours in template.hours)
    longest = max(usual, {"long": 480, "six": 480}.get(opening, 420))
    shortest = least // 2 if least >= 720 else rng.choice([step, 60])
    return BookingPolicy(
        instrument=instrument,
        approval_required=approval,
        shortest_minutes=shortest,
        longest_minutes=longest,
        step_minutes=step,
        notice_minutes=rng.choice([60, 120, 720, 1440]),
        horizon_days=rng.choice([28, 30, 30, 60]),
        cancel_cutoff_minutes=rng.choice([0, 120, 720, 1440]),
        request_expiry_hours=rng.choice([24, 48, 48, 72]),
    )


def yuan_per_hour(full: int) -> dict[str, Decimal]:
    """Price per hour for each category, in whole tens of yuan; the fuller the cost, the further from home."""
    return {str(category): (share * full / 10).quantize(Decimal(1)) * 10 for category, share in SHARE_OF_RATE}


def rates(instrument: Instrument, prices: dict[str, Decimal], since: dt.date) -> list[Rate]:
    """Draft the price list."""
    return [
        Rate(instrument=instrument, category=category, yuan_per_hour=price, valid_from=since)
        for category, price in prices.items()
    ]


def local(day: dt.date, minutes: int) -> dt.datetime:
    """The moment so many minutes after local midnight of that day."""
    return dt.datetime.combine(day, dt.time.min, LOCAL) + dt.timedelta(minutes=minutes)
