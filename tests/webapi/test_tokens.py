"""Access tokens: made, used, ended."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from audit.models import Entry
from changes import perform
from tests.api.calling import Caller, is_problem
from tests.factories.members import PersonFactory
from webapi import tokens
from webapi.models import AccessToken

pytestmark = pytest.mark.django_db


def _get(text):
    return Caller().get("units/", headers={"authorization": f"Bearer {text}"})


def test_issued_token_opens_and_is_kept_as_a_digest_alone():
    """The text is nowhere in the row; the prefix recognises it; the history has an entry without the secret."""
    person = PersonFactory()
    text, token = perform(person, tokens.issue, person, name=" laptop ", scopes=["write", "read"], days=30)
    assert text.startswith(token.prefix + "_")
    assert (len(token.prefix), token.name, token.scopes) == (12, "laptop", ["read", "write"])
    assert token.digest == tokens.digest_of(text)
    assert text not in str(vars(token))
    entry = Entry.objects.get(verb="webapi.token.issued")
    assert entry.actor_id == person.pk
    assert text.removeprefix(token.prefix) not in str(entry.after)
    assert _get(text).status_code == 200


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "admin"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
    ],
)
def test_senseless_token_is_refused(wish, field):
    """Nothing is written."""
    with pytest.raises(tokens.InvalidToken) as refused:
        perform(None, tokens.issue, PersonFactory(), **{"name": "x", "scopes": ["read"], "days": 1, **wish})
    assert set(refused.value.fields) == {field}
    assert not AccessToken.objects.exists()


def test_token_ends_when_revoked_expired_or_its_person_leaves():
    """Each is a 401 with WWW-Authenticate, and the same words."""
    person = PersonFactory()
    revoked, row = perform(person, tokens.issue, person, name="a", scopes=["read"], days=1)
    perform(person, tokens.revoke, row)
    perform(person, tokens.revoke, row)
    assert Entry.objects.filter(verb="webapi.token.revoked").count() == 1
    expired, _row = perform(person, tokens.issue, person, name="b", scopes=["read"], days=1)
    left = PersonFactory(is_active=False)
    of_left, _row = perform(left, tokens.issue, left, name="c", scopes=["read"], days=9)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1, seconds=1), tick=False):
        answers = [_get(text) for text in (revoked, expired, of_left, "oi_unknown", "", "other", "oi_Ă©\x7f")]
    for answer in answers:
        assert is_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert is_problem(Caller().get("units/", headers={"authorization": "Basic eDp5"}), 401)
    assert {token.name for token in tokens.tokens_of(person)} == {"a", "b"}


def test_scopes_are_enforced_on_every_address():
    """Reading needs read, writing needs write: 403, even where everybody may read."""
    person = PersonFactory()
    reader, writer = Caller(person, scopes=["read"]), Caller(person, scopes=["write"])
    assert is_problem(reader.post("report-runs/", {"kind": "x"}), 403)
    assert is_problem(writer.get("units/"), 403)
    assert is_problem(writer.post("report-runs/", {"kind": "no-such-report"}), 422)


def test_last_use_is_noted_once_a_minute():
    """Within the minute no call writes."""
    text, token = perform(None, tokens.issue, PersonFactory(), name="a", scopes=["read"], days=1)
    now = dt.datetime.now(dt.UTC)
    noted = []
    for seconds in (0, 59, 61):
        with time_machine.travel(now + dt.timedelta(seconds=seconds), tick=False):
            _get(text)
        token.refresh_from_db()
        noted.append(token.last_used_at)
    assert noted[0] == noted[1] == now
    assert noted[2] == now + dt.timedelta(seconds=61)


def test_command_prints_the_token_and_nothing_else():
    """Whatever the case of the address; scopes default to read."""
    person = PersonFactory(email="some.one@test.example")
    out = StringIO()
    call_command("issue_token", "Some.One@test.example", "--scope", "read", "--scope", "write", stdout=out)
    assert out.getvalue().count("\n") == 1
    assert AccessToken.objects.get(digest=tokens.digest_of(out.getvalue().strip())).person_id == person.pk
    for arguments in (["nobody@test.example"], ["some.one@test.example", "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("issue_token", *arguments, stdout=out)
