"""Windows of time and cursors as callers send them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid

import pytest
from django.utils import translation
from rest_framework.exceptions import ValidationError

from webapi.fields import WindowSerializer
from webapi.paging import _read

KEY = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, []),
        ({"start": "2026-03-04T10:00:00+08:00"}, []),
        ({"start": "2026-03-04T10:00:00+08:00", "end": "2026-03-04T02:00:01Z"}, []),
        ({"start": "2026-03-04T10:00:00+08:00", "end": "2026-03-04T02:00:00Z"}, ["end"]),
        ({"start": "2026-03-04T10:00:00"}, ["start"]),
        ({"start": "soon", "end": "2026-03-04"}, ["start", "end"]),
    ],
)
def test_a_window_has_moments_with_an_offset_and_is_not_empty(sent, wrong):
    """Either end may be left open; equal ends are no window."""
    read = WindowSerializer(data=sent)
    read.is_valid()
    assert list(read.errors) == wrong


def cursor(said) -> str:
    """A cursor as a page of a list would carry it."""
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def test_a_cursor_says_where_a_page_ended():
    """Which way, at which moment, at which row."""
    assert _read(cursor([1, "2026-03-04T02:00:00+00:00", str(KEY)])) == (
        True,
        (dt.datetime(2026, 3, 4, 2, tzinfo=dt.UTC), KEY),
    )


@pytest.mark.parametrize(
    "said",
    [
        [2, "2026-03-04T02:00:00+00:00", str(KEY)],
        [0, "2026-03-04T10:00:00+08:00", str(KEY)],
        [0, "2026-03-04T02:00:00", str(KEY)],
        [0, "soon", str(KEY)],
        [0, "2026-03-04T02:00:00+00:00", "row"],
        [0, 7, str(KEY)],
        [0],
        {},
        None,
    ],
)
def test_a_made_up_cursor_is_refused(said):
    """With where to take one from."""
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        _read(cursor(said))
    assert refused.value.detail == {"cursor": ["Take the cursor from a page of this list."]}
