"""What counts in typed text: exact cases, and that folding twice is folding once."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folding.characters import ForeignDigits, code, digits, line, paragraph, plain
from folding.numbers import NoNumber, figure, money, whole
from folding.times import NoTime, clock, day, moment

CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("ＩＭＵ－ＳＥＭ－００１", "IMU-SEM-001"),
        ("IMU\u200b-SEM\u00ad-001\ufeff", "IMU-SEM-001"),
        ("\u202eIMU-SEM-001\u202c", "IMU-SEM-001"),
        ("“IMU-SEM-001”", "IMU-SEM-001"),
        ("《IMU–SEM—001》", "IMU-SEM-001"),
        ("\u3000A\u00a0\u2003B\t", "A B"),
        ("K-6", "K-6"),
        ("k-6", "k-6"),
        ("researcher＠demo。example", "researcher@demo.example"),
        ("m²", "m²"),
    ],
)
def test_codes_that_look_alike_are_the_same(typed, same):
    assert code(typed) == same


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("内蒙古大学（本部）", "内蒙古大学（本部）"),
        (" 甲\u200b乙 \r\n丙 ", "甲乙 丙"),
        ("甲\u202e乙", "甲乙"),
        ("10 m² ①", "10 m² ①"),
        ("𠮷\U000e0100", "𠮷\U000e0100"),
        ("a\U000e0100", "a"),
        ("ᠮᠣᠩᠭᠣᠯ\u180eᠠ\u202fᠤᠨ", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ\u202fᠤᠨ"),
        ("甲\u202f乙\u180e", "甲 乙"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_names_keep_what_can_be_seen(typed, kept):
    assert line(typed) == kept


def test_paragraphs_keep_their_lines():
    assert paragraph("\ufeff一 \r\n\r二\u2028  三\n\n") == "一\n\n二\n  三"


def test_only_full_width_digits_are_folded():
    assert digits("１2３") == "123"
    for foreign in ("٣", "१", "𝟏", "๓"):
        with pytest.raises(ForeignDigits):
            digits(foreign)
        with pytest.raises(ForeignDigits):
            code(f"A{foreign}")
        with pytest.raises(NoNumber):
            figure(foreign)


def test_searches_are_compared_without_case_width_and_unseen_marks():
    assert plain("  ＳＥＭ\u200b\u3000电镜² ") == "sem 电镜2"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１００", "100"),
        ("1,234.50", "1234.50"),
        ("1，234．50", "1234.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("−2", "-2"),
        ("+2", "2"),
        ("", ""),
    ],
)
def test_figures(typed, read):
    assert figure(typed) == read


@pytest.mark.parametrize(
    "typed", ["1e2", "1E2", "١٠٠", "1,23", "12,34.5", "NaN", "1_000", "0x1", ".", "-", "1 2"]
)
def test_no_figures(typed):
    with pytest.raises(NoNumber):
        figure(typed)


@pytest.mark.parametrize("typed", ["￥1234.50", "¥1,234.50", "1234.50元", "RMB 1234.50", "1234.50"])
def test_money(typed):
    assert money(typed) == "1234.50"
    assert whole("3.0") == "3"
    with pytest.raises(NoNumber):
        whole("3.5")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-10-05 09:00", dt.datetime(2026, 10, 5, 9)),
        ("２０２６-10-05 ０９：00", dt.datetime(2026, 10, 5, 9)),
        ("2026年10月5日 9:00", dt.datetime(2026, 10, 5, 9)),
        ("2026年10月5日下午3点05分", dt.datetime(2026, 10, 5, 15, 5)),
        ("2026.10.5 9:00", dt.datetime(2026, 10, 5, 9)),
        ("2026/10/5 9:00 AM", dt.datetime(2026, 10, 5, 9)),
        ("2026/10/5 12:30 am", dt.datetime(2026, 10, 5, 0, 30)),
        ("2026-10-03 24:00", dt.datetime(2026, 10, 4)),
        ("2026-12-31T24:00:00+08:00", dt.datetime(2027, 1, 1, tzinfo=CHINA)),
        ("2026-10-05T09:00:30.5Z", dt.datetime(2026, 10, 5, 9, 0, 30, 500000, tzinfo=dt.UTC)),
        ("2026-10-05T09:00+0800", dt.datetime(2026, 10, 5, 9, tzinfo=CHINA)),
    ],
)
def test_moments(typed, read):
    assert moment(typed) == read
    assert moment(typed).utcoffset() == read.utcoffset()


@pytest.mark.parametrize(
    "typed",
    [
        "2026-W41-1T09:00", "2026-W41-1", "2026-10-05", "٢٠٢٦-10-05 09:00", "2026-10-05 ٠٩:00",
        "2026-10-05 24:01",
        "2026-02-30 09:00", "2026-10-05 25:00", "2026-10-0509:00", "13:00 PM", "2026-10-05 13:00 PM",
        "9999-12-31 24:00",
        "2026-10-05 09:00+99:99", "",
    ],
)  # fmt: skip
def test_no_moments(typed):
    with pytest.raises(NoTime):
        moment(typed)


def test_days_and_clock():
    assert day("２０２６年１月２日") == dt.date(2026, 1, 2)
    assert clock("９：05") == "09:05"
    assert clock("24:00") == "24:00"
    for typed in ("2026-W01-1", "20260102", "2026-1"):
        with pytest.raises(NoTime):
            day(typed)


ANY = st.text(st.characters(codec="utf-8"), max_size=30) | st.text(
    st.sampled_from("aA1１ \u3000\u200b\u202e\u180e\u202f\u200dᠠ甲\U000e0100\r\n\u0301“”-–"), max_size=12
)


@given(ANY)
def test_folding_twice_is_folding_once(text):
    for fold in (line, paragraph, plain):
        assert fold(fold(text)) == fold(text)
    try:
        once = code(text)
    except ForeignDigits:
        return
    assert code(once) == once


@given(ANY)
def test_what_nobody_sees_changes_nothing(text):
    hidden = "\u200b".join(text)
    assert line(hidden.replace("\r\u200b\n", "\r\n")) == line(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_plain_numbers_stay(value):
    text = f"{value:f}"
    assert figure(text) == text or (text.startswith("-0.00") and figure(text) == text)


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1)))
def test_iso_moments_stay(value):
    assert moment(value.isoformat()) == value
    assert day(value.date().isoformat()) == value.date()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("上午9:05", "09:05"),
        ("上午0:30", "00:30"),
        ("下午2:00", "14:00"),
        ("下午14:00", "14:00"),
        ("12:15 am", "00:15"),
        ("12:15 p.m.", "12:15"),
        ("9时05分", "09:05"),
        ("09:05:07", "09:05:07"),
    ],
)
def test_halves_of_the_day(typed, read):
    """As they are said and written; noon and midnight are twelve."""
    assert clock(typed) == read


@pytest.mark.parametrize(
    "typed", ["9:60", "9:05:60", "49:00", "上午9:05 am", "上午13:00", "14:00 pm", "0:30 pm", "下午24:00"]
)
def test_no_time_of_the_clock(typed):
    """A half that is said twice or does not fit, and what no clock shows."""
    with pytest.raises(NoTime):
        clock(typed)
