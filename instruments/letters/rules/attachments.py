"""Rules room: what files may be kept with a booking, how many, and until when."""

from __future__ import annotations

import datetime as dt

from instruments.booking.enums import WAITING_STATES, BookingState
from instruments.terms.enums import Attachments
from instruments.terms.errors import BrokenRule, problem

MOST = 5
"""Files of one booking."""
MOST_MB = 10
MOST_BYTES = MOST_MB * 1024 * 1024
_TAIL = 2048
"""Where the end of a PDF is looked for: some programs write a few bytes behind it."""
_OPEN = (*WAITING_STATES, BookingState.CONFIRMED)


def is_pdf(content: bytes) -> bool:
    """Tell by its first and last bytes whether a file is a PDF, whatever it is called."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]


def takes_files(allowed: str, state: str, start: dt.datetime, now: dt.datetime) -> list[BrokenRule]:
    """Return why no file can be attached: the rules ask for none, or the visit has begun or comes to nothing."""
    if allowed == Attachments.NO:
        return [problem("attachments_none")]
    return [] if state in _OPEN and now < start else [problem("attachments_over")]


def file_problems(sizes: list[int], present: int) -> list[BrokenRule]:
    """Return what is wrong with some files, of so many bytes each, beside those that are `present` already."""
    problems = []
    if not all(0 < size <= MOST_BYTES for size in sizes):
        problems.append(problem("attachment_size", required=MOST_MB))
    if present + len(sizes) > MOST:
        problems.append(problem("attachments_most", chosen=present + len(sizes), required=MOST))
    return problems


def missing_file(allowed: str, present: int) -> list[BrokenRule]:
    """Return what keeps a request from being approved: a file that is required, and not there."""
    return [problem("attachment")] if allowed == Attachments.MUST and not present else []
