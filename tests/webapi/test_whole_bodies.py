"""A request that did not arrive whole is refused and leaves nothing, whatever it was; its true retry is the first."""

from __future__ import annotations

import io
import json

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from gunicorn.http.errors import InvalidChunkSize

from config.bodies import MOST_CHUNKED_BYTES, STEP_BYTES
from config.wsgi import application
from members.models import Person
from notices.models import Notice
from tests.api.calling import Caller
from tests.factories.members import PersonFactory
from tests.webapi import test_once
from webapi.models import StoredAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.webapi.test_once")]

BODY = json.dumps({"text": "x" * 200}).encode()


class Chunks:
    """What gunicorn hands over for a body in chunks; may break off, or be no chunks at all."""

    def __init__(self, data, error=None):
        self.data, self.error = io.BytesIO(data), error

    def read(self, size):
        """Return the next bytes."""
        data = self.data.read(size)
        if not data and self.error is not None:
            raise self.error
        return data


def sent(caller, data, *, length=None, path="count/ok/", key="k-1", stream=None):
    """Send bytes past every client: `length` is what the head announces, None for a body in chunks."""
    got = {}
    environment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/api/v1/{path}",
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {caller.token}",
        "HTTP_IDEMPOTENCY_KEY": key,
        "wsgi.input": stream or io.BytesIO(data),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    if length is None:
        environment["HTTP_TRANSFER_ENCODING"] = "chunked"
    else:
        environment["CONTENT_LENGTH"] = str(length)

    def start(status, _headers):
        got["status"] = int(status.split()[0])

    got["body"] = json.loads(b"".join(application(environment, start)))
    return got["status"], got["body"]


@pytest.fixture(autouse=True)
def _keep_the_connection():
    """As Django's own client does: the end of a request closes no connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def caller():
    """Somebody with a token."""
    test_once.calls.clear()
    return Caller(PersonFactory())


@pytest.mark.parametrize("arrived", [0, 1, 40, len(BODY) - 1])
def test_a_body_cut_short_leaves_its_key_free(caller, arrived):
    """Wherever the line broke: 400, nothing stored; the whole call with the same key counts, once."""
    status, told = sent(caller, BODY[:arrived], length=len(BODY))
    assert (status, told["status"]) == (400, 400)
    assert not StoredAnswer.objects.exists()
    assert test_once.calls == []
    assert sent(caller, BODY, length=len(BODY)) == (201, {"calls": 1})
    assert sent(caller, BODY, length=len(BODY)) == (201, {"calls": 1})
    assert test_once.calls == [json.loads(BODY)]


@pytest.mark.parametrize("error", [OSError("closed"), InvalidChunkSize(b"zz")])
@pytest.mark.parametrize("arrived", [0, 40, len(BODY)])
def test_chunks_that_broke_off_leave_the_key_free(caller, arrived, error):
    """Even where all bytes came and only the end is missing."""
    assert sent(caller, b"", stream=Chunks(BODY[:arrived], error))[0] == 400
    assert not StoredAnswer.objects.exists()
    assert sent(caller, BODY, length=len(BODY)) == (201, {"calls": 1})


def test_a_body_in_chunks_is_read_like_any_other(caller):
    """Django alone would take it for empty; the same body with a length is the same call."""
    assert sent(caller, b"", stream=Chunks(BODY)) == (201, {"calls": 1})
    assert test_once.calls == [json.loads(BODY)]
    assert sent(caller, BODY, length=len(BODY)) == (201, {"calls": 1})


def test_an_endless_body_in_chunks_is_too_large(caller):
    """Reading stops at the bound."""

    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return b"x" * size

    stream = Endless()
    assert sent(caller, b"", stream=stream)[0] == 413
    assert stream.given <= MOST_CHUNKED_BYTES + STEP_BYTES
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"phone=13800000000&language=en&mail_wanted=on"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="phone"\r\n\r\n13800000000\r\n--b--\r\n',
        ),
    ],
)
@pytest.mark.urls("config.urls")
def test_a_form_cut_short_changes_nothing(content_type, body):
    """Forms of pages too, whatever their encoding: half a form must not be taken for a whole one."""
    person = PersonFactory(phone="1")
    client = Client()
    client.force_login(person)
    token = "a" * 32
    environment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/me/account/",
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body) + 60),
        "HTTP_COOKIE": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}",
        "HTTP_X_CSRFTOKEN": token,
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    got = []
    b"".join(application(environment, lambda status, _headers: got.append(int(status.split()[0]))))
    assert got == [400]
    assert Person.objects.get(pk=person.pk).phone == "1"
    assert not Notice.objects.exists()
