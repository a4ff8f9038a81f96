"""Every refusal has one shape, and nothing a caller sends is a fault of ours."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, is_problem
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db

NASTY = {
    "not json": b"{",
    "array": b"[]",
    "text": b'"x"',
    "null": b"null",
    "number": b"1",
    "nan": b'{"kind": NaN}',
    "infinity": b'{"kind": -Infinity}',
    "null character": b'{"kind": "a\\u0000b"}',
    "null character in a key": b'{"a\\u0000": 1}',
    "lone surrogate": b'{"kind": "\\ud800"}',
    "not utf-8": b'{"kind": "\xff"}',
    "huge integer": b'{"kind": ' + b"9" * 5000 + b"}",
    "deep": b'{"kind": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep enough": b'{"parameters": ' + b"[" * 20 + b"]" * 20 + b"}",
    "object for text": b'{"kind": {}}',
    "list for object": b'{"kind": "x", "parameters": []}',
    "nested parameter": b'{"kind": "x", "parameters": {"year": {"a": 1}}}',
}


@pytest.mark.parametrize("what", NASTY)
def test_nasty_body_is_400(what):
    """Whatever is in it."""
    assert is_problem(Caller(PersonFactory()).post("report-runs/", raw=NASTY[what]), 400), what


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "x"]
)
def test_other_media_types_are_415(content_type):
    """There is one format."""
    answer = Caller(PersonFactory()).post("report-runs/", raw=b"x", content_type=content_type)
    assert is_problem(answer, 415)


def test_charset_of_the_body_is_not_negotiable():
    """A made-up charset cannot reach a decoder."""
    answer = Caller(PersonFactory()).post(
        "report-runs/", raw=b'{"kind": "none"}', content_type="application/json; charset=zlib"
    )
    assert is_problem(answer, 422)


@pytest.mark.parametrize(
    "path", ["", "nothing/", "units", "bookings/not-a-uuid/", "evaluations/99999/", "units/%F0%9F/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_address_is_a_404_problem(path, method):
    """By every method, with the body of a missing object."""
    missing = Caller().get("units/NO-SUCH/")
    answer = getattr(Caller(), method)(path)
    assert is_problem(answer, 404)
    assert answer.content == missing.content


def test_wrong_method_is_405():
    """With what is allowed instead."""
    answer = Caller(PersonFactory()).client.delete(
        "/api/v1/units/", headers={"authorization": f"Bearer {Caller(PersonFactory()).token}"}
    )
    assert is_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_nobody_may_not_write():
    """A call without a token is a 401 that names the scheme."""
    answer = Caller().post("report-runs/", {})
    assert is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_session_does_not_open_the_interface(client):
    """Being logged in on the pages is not enough."""
    client.force_login(PersonFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert is_problem(client.post("/api/v1/report-runs/", {}, content_type="application/json"), 401)


def test_null_character_in_a_query_is_400():
    """PostgreSQL could not take it."""
    assert is_problem(Caller().get("instruments/?q=%00"), 400)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_answer_is_json_whatever_is_asked_for(accept):
    """A browser gets JSON, not a refusal."""
    answer = Caller().get("units/", headers={"accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Authorization" in answer.headers["Vary"]


def test_messages_follow_the_reader():
    """Chinese unless English is asked for; the structure stays."""
    english = Caller().get("units/?x=1", headers={"accept-language": "en"}).json()
    assert english["errors"] == [{"field": "x", "message": "This parameter is unknown here."}]
