"""Which files may be kept with a booking, how many, and until when."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.letters.rules.attachments import file_problems, is_pdf, missing_file, takes_files
from tests.instruments.moments import NOW

MB = 1024 * 1024
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"%PDF-1.7\n...\n%%EOF\n", True),
        (b"%PDF-1.7" + b"x" * 5000 + b"%%EOF" + b"\n" * 2043, True),
        (b"%PDF-1.7" + b"x" * 5000 + b"%%EOF" + b"\n" * 2044, False),
        (b"%PDF-1.7 without an end", False),
        (b" %PDF-1.7\n%%EOF", False),
        (b"MZ%PDF-1.7%%EOF", False),
        (b"", False),
    ],
)
def test_a_pdf_by_its_first_and_last_bytes(content, is_one):
    """It begins as one, and its end is among the last 2048 bytes."""
    assert is_pdf(content) == is_one


@pytest.mark.parametrize(
    ("allowed", "state", "start", "rules"),
    [
        ("may", "requested", NOW + SECOND, []),
        ("may", "competing", NOW + SECOND, []),
        ("must", "confirmed", NOW + SECOND, []),
        ("may", "confirmed", NOW, ["attachments_over"]),
        ("may", "in_use", NOW + SECOND, ["attachments_over"]),
        ("may", "cancelled", NOW + SECOND, ["attachments_over"]),
        ("no", "requested", NOW + SECOND, ["attachments_none"]),
    ],
)
def test_until_the_visit(allowed, state, start, rules):
    """To what stands and has not begun, where the rules ask for files."""
    assert [one.rule for one in takes_files(allowed, state, start, NOW)] == rules


@pytest.mark.parametrize(
    ("sizes", "present", "rules"),
    [
        ([1, 10 * MB], 3, []),
        ([10 * MB + 1], 0, ["attachment_size"]),
        ([0], 0, ["attachment_size"]),
        ([1, 1], 4, ["attachments_most"]),
        ([0, 1], 4, ["attachment_size", "attachments_most"]),
        ([], 5, []),
    ],
)
def test_five_of_ten_megabytes(sizes, present, rules):
    """Both edges, and all that is wrong at once."""
    assert [one.rule for one in file_problems(sizes, present)] == rules


@pytest.mark.parametrize(
    ("allowed", "present", "rules"),
    [("must", 0, ["attachment"]), ("must", 1, []), ("may", 0, []), ("no", 0, [])],
)
def test_only_what_is_required_is_missed(allowed, present, rules):
    """One file is enough."""
    assert [one.rule for one in missing_file(allowed, present)] == rules
