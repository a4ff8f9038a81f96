"""Figures and dates as readers of both languages see them; expected texts written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from display import formats
from folding.times import LOCAL

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0, "0"),
        (42, "42"),
        (1347, "1347"),
        (9999, "9999"),
        (10000, "10,000"),
        (186420, "186,420"),
    ],
)
def test_number_groups_only_long_counts(value, expected):
    assert formats.number(value) == expected


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("1862.5"), 1, "1,862.5"),
        (Decimal("1862.45"), 1, "1,862.5"),
        (Decimal("-3.05"), 1, "−3.1"),
        (Decimal("186420"), 0, "186,420"),
        (None, 1, "–"),
    ],
)
def test_hours_have_fixed_decimals(value, places, expected):
    assert formats.hours(value, places) == expected


def test_hours_refuse_binary_floats():
    with pytest.raises(TypeError, match="never float"):
        formats.hours(0.1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal("1234"), "¥1,234.00"), (Decimal("-0.5"), "−¥0.50"), (Decimal("0.005"), "¥0.01"), (None, "–")],
)
def test_money_is_written_to_the_fen(value, expected):
    assert formats.money(value) == expected


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (Decimal("1386000"), "138.6 万元", "¥1.39M"),
        (Decimal("300"), "300 元", "¥300"),
        (Decimal("12500"), "1.25 万元", "¥12.5k"),
        (Decimal("-12500"), "−1.25 万元", "−¥12.5k"),
        (Decimal("235000000"), "2.35 亿元", "¥235M"),
    ],
)
def test_money_short_uses_the_units_of_the_reader(value, chinese, english):
    assert formats.money_short(value, "zh-hans") == chinese
    assert formats.money_short(value, "en") == english


@pytest.mark.parametrize(
    ("ratio", "places", "expected"),
    [(Decimal("0.8125"), 1, "81.3%"), (Decimal("0.8125"), 2, "81.25%"), (1, 0, "100%"), (None, 1, "–")],
)
def test_percent_takes_a_ratio(ratio, places, expected):
    assert formats.percent(ratio, places) == expected


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (45, "45 分钟", "45 min"),
        (60, "1 小时", "1 h"),
        (150, "2.5 小时", "2.5 h"),
        (95, "1 小时 35 分钟", "1 h 35 min"),
        (1440, "24 小时", "24 h"),
        (20160, "14 天", "14 days"),
        (None, "–", "–"),
    ],
)
def test_minutes_become_the_shortest_exact_length(value, chinese, english):
    assert formats.minutes(value, "zh-hans") == chinese
    assert formats.minutes(value, "en") == english


def test_moments_are_shown_in_the_zone_of_our_people():
    late = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # 02:30 of Wednesday 25 November in Shanghai
    assert formats.local_datetime(late, "zh-hans") == "2026-11-25 02:30"
    assert formats.local_datetime(late, "en") == "25 Nov 2026, 02:30"
    assert formats.local_date(late, "zh-hans") == "2026-11-25"
    assert formats.weekday(late, "en") == "Wed"


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        formats.clock(datetime(2026, 11, 25, 9, 0))


def moment(day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, 11, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("start", "end", "chinese", "english"),
    [
        (moment(25, 14), moment(25, 16, 30), "11月25日 周三 14:00–16:30", "Wed 25 Nov 14:00–16:30"),
        (moment(25, 20), moment(26, 0), "11月25日 周三 20:00–24:00", "Wed 25 Nov 20:00–24:00"),
        (
            moment(25, 22),
            moment(26, 2),
            "11月25日 周三 22:00 – 11月26日 周四 02:00",
            "Wed 25 Nov 22:00 – Thu 26 Nov 02:00",
        ),
        (
            moment(25, 9, year=2025),
            moment(25, 10, year=2025),
            "2025年11月25日 周二 09:00–10:00",
            "Tue 25 Nov 2025 09:00–10:00",
        ),
    ],
)
def test_time_range_names_the_day_once(start, end, chinese, english):
    assert formats.time_range(start, end, "zh-hans", TODAY) == chinese
    assert formats.time_range(start, end, "en", TODAY) == english


def test_a_range_of_the_clock_says_when_it_ends_on_another_day():
    """Midnight is 24:00 of the same day."""
    for end, chinese, english in (
        (moment(25, 23), "22:00–23:00", "22:00–23:00"),
        (moment(26, 0), "22:00–24:00", "22:00–24:00"),
        (moment(26, 2), "22:00–次日 02:00", "22:00–02:00 (+1)"),
        (moment(27, 2), "22:00–02:00 (+2)", "22:00–02:00 (+2)"),
    ):
        assert formats.clock_range(moment(25, 22), end, "zh-hans") == chinese
        assert formats.clock_range(moment(25, 22), end, "en") == english
    assert (formats.month_name(moment(25, 1), "zh-hans"), formats.month_name(moment(25, 1), "en")) == (
        "11月",
        "Nov",
    )


def test_what_is_not_known_is_a_dash_in_every_form():
    for write in (formats.local_date, formats.local_datetime, formats.minutes, formats.money_short):
        assert write(None, "en") == "–"
    assert (formats.clock(None), formats.percent(None), formats.money(None)) == ("–", "–", "–")


def test_a_large_sum_is_written_with_its_sign_in_both_languages():
    assert formats.money_short(Decimal(-1386000), "en") == "−¥1.39M"
    assert formats.money_short(Decimal(-1386000), "zh-hans") == "−138.6 万元"
