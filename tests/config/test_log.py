"""The log: one entry a cause and minute."""

from __future__ import annotations

import io
import logging

import pytest
from django.db import OperationalError

from config import log


@pytest.fixture
def written():
    """A logger of its own and what stands in its log."""
    handler, stream = log.OncePerMinute(), io.StringIO()
    handler.setStream(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.Logger("trial")
    logger.addHandler(handler)
    return logger, stream


def fail(logger, error, where="/a/"):
    """Fail at one place, as every request does."""
    try:
        raise error
    except type(error):
        logger.exception("Failed at %s", where)


def refuse(logger):
    """As a driver's error comes through the framework: wrapped, with a second line."""
    try:
        try:
            raise ConnectionError("connection refused\n\tIs the server running?")
        except ConnectionError as cause:
            raise OperationalError("connection refused\n\tIs the server running?") from cause
    except OperationalError:
        logger.exception("The database is away.")


def test_a_thousand_refusals_are_one_line_and_the_next_minute_counts_them(written, monkeypatch):
    """No traceback for an outage, and nothing is lost of how many there were."""
    logger, stream = written
    monkeypatch.setattr(log.time, "monotonic", lambda: 100.0)
    for _ in range(1000):
        refuse(logger)
    assert stream.getvalue() == "ERROR The database is away. ConnectionError: connection refused\n"
    monkeypatch.setattr(log.time, "monotonic", lambda: 160.0)
    refuse(logger)
    assert stream.getvalue().splitlines()[1:] == [
        "ERROR The database is away. ConnectionError: connection refused (999 more like it were left out)"
    ]


def test_a_fault_of_ours_keeps_its_traceback_and_another_one_is_not_hidden_by_it(written):
    """Same message, another place or kind: both are told."""
    logger, stream = written
    for _ in range(3):
        fail(logger, ValueError("one"))
    fail(logger, KeyError("two"))
    text = stream.getvalue()
    assert text.count("Traceback") == 2
    assert "ValueError: one" in text
    assert "KeyError: 'two'" in text


def test_what_is_no_failure_is_written_each_time(written):
    """Warnings about requests stay as they are."""
    logger, stream = written
    for number in range(3):
        logger.warning("Conflict: %s", number)
    assert stream.getvalue().count("Conflict") == 3


def test_answers_of_one_status_are_one_line_whatever_was_asked_for(written):
    """An outage is told by its cause; the addresses that met it would only hide that."""
    logger, stream = written
    for number in range(3):
        logger.error("Service Unavailable: %s", number, extra={"status_code": 503})
        logger.warning("Not Found: %s", number, extra={"status_code": 404})
    assert stream.getvalue().splitlines() == [
        "ERROR Service Unavailable: 0", *(f"WARNING Not Found: {number}" for number in range(3)),
    ]  # fmt: skip


def test_it_never_grows(written, monkeypatch):
    """However many causes there are."""
    logger, _stream = written
    monkeypatch.setattr(log, "MOST_KEPT", 5)
    for number in range(50):
        logger.error("Cause %s" % number, exc_info=ValueError("x"))  # noqa: G002, UP031
    assert len(logger.handlers[0]._seen) <= 5
