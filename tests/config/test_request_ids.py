"""The id of a request: from the proxy or made here, in the answer, in the log, and in the tasks it starts."""

from __future__ import annotations

import io
import json
import logging
from types import SimpleNamespace

import pytest
from celery import shared_task

from background import request_ids
from config import log
from config.celery import app


@shared_task(name="tests.whose")
def whose() -> str:
    """The id under which a task runs."""
    return request_ids.current()


@pytest.mark.parametrize("given", ["0123456789abcdef", "a-b-c-d-e", "A" * 64])
def test_the_proxys_id_is_kept(client, given):
    """Letters, digits and strokes."""
    assert client.get("/livez", headers={"x-request-id": given})["X-Request-ID"] == given
    assert request_ids.current() == ""


@pytest.mark.parametrize(
    "given", ["", "short", "A" * 65, "with blanks in", "a\nb-cdefgh", "ééééééééé", "{jndi:ldap}"]
)
def test_anything_else_is_replaced(client, given):
    """What a visitor writes does not enter the log."""
    made = client.get("/livez", headers={"x-request-id": given})["X-Request-ID"]
    assert len(made) == 32
    assert made != given


def test_a_task_bears_the_id_of_its_request():
    """At once, as the tests run tasks; and afterwards the request's own is still there."""
    token = request_ids.begin("request-12345")
    assert whose.delay().result == "request-12345"
    assert request_ids.current() == "request-12345"
    request_ids.end(token)


def test_a_task_bears_the_id_through_a_broker():
    """In the message's headers, taken out again by the worker."""
    headers: dict[str, str] = {}
    token = request_ids.begin("request-12345")
    request_ids._send(headers=headers)
    request_ids.end(token)
    assert headers == {"request_id": "request-12345"}

    message = SimpleNamespace(request=SimpleNamespace(request_id=headers["request_id"], headers=None))
    request_ids._take(task_id="t", task=message)
    assert request_ids.current() == "request-12345"
    request_ids._leave(task_id="t")
    assert request_ids.current() == ""


def test_the_schedules_task_bears_its_own_id():
    """Nobody asked for it."""
    result = whose.apply(task_id="0123-task-0123")
    assert result.result == "0123-task-0123"
    assert app.tasks["tests.whose"] is not None


@pytest.fixture
def written():
    """A logger that writes JSON, and its lines."""
    handler, stream = log.OncePerMinute(), io.StringIO()
    handler.setStream(stream)
    handler.setFormatter(log.AsJson())
    handler.addFilter(log.WithRequest())
    logger = logging.Logger("trial")
    logger.addHandler(handler)
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_object_a_line(written):
    """Line feeds and control signs stay within their string; a traceback too."""
    logger, lines = written
    token = request_ids.begin("request-12345")
    logger.warning("Name: %s", 'x\r\n{"level": "INFO"}\x1b[31m')
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        logger.exception("Failed")
    request_ids.end(token)
    logger.warning("Outside")
    first, second, third = lines()
    assert first["message"] == 'Name: x\r\n{"level": "INFO"}\x1b[31m'
    assert (first["level"], first["logger"], first["request_id"]) == ("WARNING", "trial", "request-12345")
    assert first["at"].endswith("+00:00")
    assert second["message"] == "Failed"
    assert second["traceback"].endswith("ValueError: broken\nin two")
    assert third["request_id"] == "-"


def test_a_task_that_ends_without_having_begun_leaves_no_id():
    """A worker that was warned off, say."""
    request_ids._leave(task_id="never begun")
    assert request_ids.current() == ""
