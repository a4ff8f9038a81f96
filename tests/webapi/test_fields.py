"""Moments as programs write them."""

from __future__ import annotations

import datetime as dt

import pytest

from webapi.fields import InvalidInstant, instant

NINE = dt.datetime(2026, 5, 4, 1, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T09:00:00+08:00",
        "2026-05-04T01:00:00Z",
        "2026-05-04T01:00:00z",
        "2026-05-04t01:00:00z",
        "2026-05-04 01:00Z",
        "2026-05-04T01:00:00.000000+00:00",
        "2026-05-04T09:00:00+0800",
    ],
)
def test_what_is_a_moment(text):
    """RFC 3339, in letters of either size."""
    assert instant(text) == NINE


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T09:00:00",
        "２０２６-05-04T09:00:00Z",
        "٢٠٢٦-05-04T09:00:00Z",
        "2026-W19-1T09:00:00Z",
        "20260504T090000Z",
        "2026-05-04",
        "2026-13-04T09:00:00Z",
        "1979-05-04T09:00:00Z",
        "2026-05-04T09:00:00Z\n",
        "",
        None,
        7,
    ],
)
def test_what_is_none(text):
    """Without an offset, in other digits, by weeks, in another shape, out of range."""
    with pytest.raises(InvalidInstant):
        instant(text)
