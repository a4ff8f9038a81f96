"""An event in lines is byte for byte what icalendar writes of the same facts, whatever the texts."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Event

from folding.times import LOCAL
from instruments.calendars.rules.event_lines import EventFacts, escaped, event_lines, folded

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200) | st.text(
    "\\^,;:\r\nNn科 🔬", max_size=200
)
MOMENTS = st.datetimes(dt.datetime(1992, 1, 1), dt.datetime(2037, 12, 31), timezones=st.just(dt.UTC))
"""In no year of them is the local clock put forward."""
WORDS = st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])


@st.composite
def facts(draw):
    """What an event may say."""
    return EventFacts(
        uid=str(draw(st.uuids())),
        sequence=draw(st.integers(0, 10_000)),
        start=draw(MOMENTS).replace(microsecond=0).astimezone(LOCAL),
        end=draw(MOMENTS).replace(microsecond=0).astimezone(LOCAL),
        stamp=draw(MOMENTS),
        created=draw(MOMENTS),
        summary=draw(TEXT),
        status=draw(WORDS),
        transparency=draw(st.sampled_from(["OPAQUE", "TRANSPARENT"])),
        location=draw(TEXT),
        description=draw(TEXT),
        url=draw(st.just("") | st.text("abcxyz/:.-_?=&%0123456789", min_size=1, max_size=150)),
    )


def by_icalendar(said):
    """The same facts through the components of the library."""
    made = Event()
    for name, value in (
        ("uid", said.uid),
        ("sequence", said.sequence),
        ("dtstart", said.start),
        ("dtend", said.end),
        ("dtstamp", said.stamp),
        ("created", said.created),
        ("last-modified", said.stamp),
        ("summary", said.summary),
        ("status", said.status),
        ("transp", said.transparency),
    ):
        made.add(name, value)
    for name, value in (
        ("location", said.location),
        ("description", said.description),
        ("url", said.url),
    ):
        if value:
            made.add(name, value)
    return made.to_ical()


@given(facts())
def test_every_event_is_written_as_by_icalendar(said):
    """Order, escapes, folds and ends of lines are the same."""
    assert event_lines(said, LOCAL.key).encode() == by_icalendar(said)


@given(TEXT)
@example("科" * 40)
@example("a" * 73 + "\\n")
@example("^" * 200)
def test_no_line_is_longer_than_seventy_five_octets(text):
    """Nor is a character torn, and what is unfolded is what was folded."""
    line = f"SUMMARY:{escaped(text)}"
    whole = folded(line)
    assert all(len(part.encode()) <= 75 for part in whole.split("\r\n"))
    assert whole.replace("\r\n ", "") == line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a, b; c\\d", r"a\, b\; c\\d"),
        ("one\r\ntwo\nthree\rfour", r"one\ntwo\nthree\nfour"),
        ("302室：电镜", "302室：电镜"),
    ],
)
def test_marks_of_rfc_5545(text, value):
    """Section 3.3.11: comma, semicolon, backslash and the end of a line."""
    assert escaped(text) == value


@pytest.mark.parametrize(("octets", "lines"), [(74, 1), (75, 2), (148, 2), (149, 3)])
def test_a_line_is_folded_from_seventy_five_octets_on(octets, lines):
    """The next begins with a space, which counts."""
    assert folded("x" * octets).count("\r\n ") == lines - 1
