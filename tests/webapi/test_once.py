"""Unsafe calls count once."""

from __future__ import annotations

import datetime as dt
import subprocess
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response

from tests.api.calling import Caller, is_problem
from tests.factories.members import PersonFactory
from webapi import claimants, idempotency
from webapi.idempotency import once
from webapi.models import StoredAnswer
from webapi.problems import Problem
from webapi.tasks import forget_old_answers
from webapi.views import ContractView

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

calls = []


class Anything(serializers.Serializer):
    """What the counter takes."""

    a = serializers.JSONField(required=False)
    text = serializers.CharField(required=False)


class Counter(ContractView):
    """Counts its calls and answers as told."""

    @once
    def post(self, request, how):
        """Answer."""
        if how != "unread":
            self.body(request, Anything)
        calls.append(request.data)
        if how == "busy":
            raise OperationalError("database is locked")
        if how == "bug":
            raise RuntimeError("a fault of ours")
        if how == "refused":
            return Problem(422, "no").response()
        if how == "overloaded":
            return Problem(503, "later").response()
        if how == "nested":
            with transaction.atomic():
                PersonFactory(email="made@test.example")
        return Response({"calls": len(calls)}, status=201)


urlpatterns = [
    path("api/v1/count/<str:how>/", Counter.as_view()),
    path("api/v1/", include("config.api_urls")),
]


@pytest.fixture
def caller():
    """Somebody with a token."""
    calls.clear()
    return Caller(PersonFactory())


def test_same_key_and_body_give_the_stored_answer(caller):
    """The handler runs once; the second answer says that it is a copy."""
    first = caller.post("count/ok/", {"a": 1}, key="k-1")
    again = caller.post("count/ok/", {"a": 1}, key="k-1")
    assert (first.status_code, first.json()) == (201, {"calls": 1})
    assert "Idempotent-Replayed" not in first.headers
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (
        201,
        first.content,
        "true",
    )
    assert again.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert len(calls) == 1


def test_key_of_another_call_is_refused(caller):
    """Another body, and another address, with the same key: 422."""
    caller.post("count/ok/", {"a": 1}, key="k-1")
    assert is_problem(caller.post("count/ok/", {"a": 2}, key="k-1"), 422)
    assert is_problem(caller.post("count/refused/", {"a": 1}, key="k-1"), 422)
    assert len(calls) == 1


def test_keys_belong_to_the_caller(caller):
    """Two people may draw the same key."""
    caller.post("count/ok/", {"a": 1}, key="k-1")
    assert Caller(PersonFactory()).post("count/ok/", {"a": 1}, key="k-1").json() == {"calls": 2}


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "tab\there", "ключ".encode().decode("latin-1"), "end "])
def test_bad_or_missing_key_is_400(caller, key):
    """Nothing is done without a proper key."""
    headers = {"idempotency-key": key} if key else None
    if key == "end ":
        headers = {"idempotency-key": "\x01"}
    assert is_problem(caller.post("count/ok/", {}, key="", headers=headers), 400)
    assert calls == []


def test_longest_key_is_taken(caller):
    """255 visible characters."""
    assert caller.post("count/ok/", {}, key="~" * 255).status_code == 201


def test_refusals_are_kept_but_overload_is_not(caller):
    """A 422 comes back as it was; a 503 may be tried again under the same key."""
    for _attempt in range(2):
        assert is_problem(caller.post("count/refused/", {}, key="k-1"), 422)
    assert len(calls) == 1
    for _attempt in range(2):
        assert is_problem(caller.post("count/overloaded/", {}, key="k-2"), 503)
        answer = caller.post("count/busy/", {}, key="k-3")
        assert is_problem(answer, 503)
        assert int(answer.headers["Retry-After"]) >= 1
    assert len(calls) == 5
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == ["k-1"]


def test_fault_of_ours_is_a_500_problem_and_frees_the_key(caller):
    """The answer tells nothing of the inside."""
    caller.client.raise_request_exception = False
    answer = caller.post("count/bug/", {}, key="k-1")
    assert is_problem(answer, 500)
    assert b"fault" not in answer.content
    assert not StoredAnswer.objects.exists()


def test_a_handler_that_does_not_check_its_body_is_a_fault_of_ours(caller):
    """Nobody can forget to refuse misspelt keys: the call fails whatever it holds, and leaves nothing."""
    caller.client.raise_request_exception = False
    assert is_problem(caller.post("count/unread/", {"a": 1}, key="k-1"), 500)
    assert not StoredAnswer.objects.exists()


def test_call_in_flight_is_409_until_it_is_given_up(caller):
    """After a minute the key can be taken over."""
    first = caller.post("count/ok/", {}, key="k-1")
    assert first.status_code == 201
    now = timezone.now()
    StoredAnswer.objects.update(status=None, created_at=now)
    answer = caller.post("count/ok/", {}, key="k-1")
    assert is_problem(answer, 409)
    assert int(answer.headers["Retry-After"]) >= 1
    StoredAnswer.objects.update(created_at=now - dt.timedelta(seconds=idempotency.IN_FLIGHT_SECONDS + 1))
    assert caller.post("count/ok/", {}, key="k-1").json() == {"calls": 2}


def test_claim_of_a_killed_process_is_taken_over_at_once(caller):
    """Whoever was killed answers no more; who lives is waited for."""
    caller.post("count/ok/", {}, key="k-1")
    sleeper = subprocess.Popen(["sleep", "60"])
    StoredAnswer.objects.update(
        status=None, created_at=timezone.now(), claimed_by=claimants._name_of(sleeper.pid)
    )
    assert is_problem(caller.post("count/ok/", {}, key="k-1"), 409)
    sleeper.kill()
    sleeper.wait()
    assert caller.post("count/ok/", {}, key="k-1").json() == {"calls": 2}
    # The row names us now, and is answered.
    row = StoredAnswer.objects.get()
    assert (row.status, row.claimed_by) == (201, claimants.this_process())


def test_number_of_a_dead_process_given_anew_is_another_process():
    """The start time tells them apart; what another machine says is never taken for dead."""
    machine, number, started = claimants.this_process().split("/")
    assert not claimants.is_dead(claimants.this_process())
    assert claimants.is_dead(f"{machine}/{number}/{int(started) + 1}")
    assert not claimants.is_dead(f"elsewhere/{number}/1")
    assert not claimants.is_dead("")


@pytest.mark.parametrize(("age", "wait"), [(0, 1), (0.5, 1), (10, 10), (30, 30), (45, 15), (59.5, 1)])
def test_who_waits_asks_a_few_times_and_not_sixty(caller, age, wait):
    """As long again as it has taken, and never past the minute after which the key is free."""
    caller.post("count/ok/", {}, key="k-1")
    with time_machine.travel(timezone.now(), tick=False):
        StoredAnswer.objects.update(
            status=None, created_at=timezone.now() - dt.timedelta(seconds=age), claimed_by="elsewhere/1/1"
        )
        answer = caller.post("count/ok/", {}, key="k-1")
    assert is_problem(answer, 409)
    assert answer.headers["Retry-After"] == str(wait)


def test_overtaken_call_leaves_nothing(caller, monkeypatch):
    """Whoever took longer than a minute and lost the key rolls back, effect and answer."""
    keep = idempotency._keep

    def overtaken(claimed, response):
        StoredAnswer.objects.filter(pk=claimed.pk).update(created_at=timezone.now() + dt.timedelta(seconds=9))
        keep(claimed, response)

    monkeypatch.setattr(idempotency, "_keep", overtaken)
    assert is_problem(caller.post("count/nested/", {}, key="k-1"), 409)
    assert not type(PersonFactory()).objects.filter(email="made@test.example").exists()


def test_old_answers_are_forgotten_after_a_day(caller):
    """Younger ones stay."""
    for key in ("old", "young"):
        caller.post("count/ok/", {}, key=key)
    StoredAnswer.objects.filter(key="old").update(
        created_at=timezone.now() - dt.timedelta(hours=24, seconds=1)
    )
    assert forget_old_answers() == 1
    assert StoredAnswer.objects.get().key == "young"


def test_too_many_calls_are_429(caller, settings):
    """With the seconds to wait; nothing is stored."""
    from webapi.throttles import CallerThrottle

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CallerThrottle.THROTTLE_RATES, "caller", "2/min")
        answers = [caller.post("count/ok/", {}, key=f"k-{n}") for n in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 429]
    assert is_problem(answers[2], 429)
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert StoredAnswer.objects.count() == 2


@override_settings(API_MOST_BODY_BYTES=1000)
def test_body_past_our_own_bound_is_413(caller):
    """By what its head announces; the bound itself is taken."""
    assert is_problem(caller.post("count/ok/", raw='{"a": "' + "x" * 991 + '"} '), 413)
    assert calls == []
    assert caller.post("count/ok/", raw='{"a": "' + "x" * 991 + '"}').status_code == 201


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_large_body_is_413(caller):
    """Before anything is read into memory."""
    assert is_problem(caller.post("count/ok/", {"a": "x" * 2000}), 413)
    assert calls == []


def call_of(person, key="k-1"):
    """A call as the framework hands it over."""
    request = RequestFactory().post("/api/v1/count/ok/", b"{}", content_type="application/json")
    return SimpleNamespace(headers={"Idempotency-Key": key}, user=person, _request=request)


def test_nobody_takes_a_key():
    """Without a person there is nobody whose key it would be."""
    with pytest.raises(NotAuthenticated):
        idempotency.claim(call_of(SimpleNamespace(pk=None)))
    assert not StoredAnswer.objects.exists()


def test_a_row_that_vanishes_between_two_looks_was_given_up(monkeypatch):
    """The second time the key is free; where another one is quicker each time, the caller is told to come back."""
    person = PersonFactory()
    create, lost = StoredAnswer.objects.create, []

    def too_late(**values):
        if len(lost) < losses:
            lost.append(values["key"])
            raise IntegrityError("UNIQUE constraint failed")
        return create(**values)

    monkeypatch.setattr(StoredAnswer.objects, "create", too_late)
    losses = 1
    claimed = idempotency.claim(call_of(person))
    assert (StoredAnswer.objects.get().pk, lost) == (claimed.pk, ["k-1"])
    losses = 3
    with pytest.raises(idempotency.KeyInFlight):
        idempotency.claim(call_of(person, "k-2"))
    assert (StoredAnswer.objects.count(), lost) == (1, ["k-1", "k-2", "k-2"])


def test_an_answer_is_kept_in_one_piece(caller, monkeypatch):
    """A plain answer is kept as it is; one that comes piece by piece cannot be, and is a fault of ours."""
    caller.client.raise_request_exception = False
    answers = [HttpResponse(b"plain", status=202), StreamingHttpResponse([b"a", b"b"])]

    def handle(_view, _request, how):
        return answers.pop(0)

    monkeypatch.setattr(Counter, "post", once(handle))
    monkeypatch.setattr(Counter, "body_is_checked", True, raising=False)
    first = caller.post("count/ok/", {}, key="k-1")
    assert (first.status_code, first.content) == (202, b"plain")
    assert is_problem(caller.post("count/ok/", {}, key="k-2"), 500)
    again = caller.post("count/ok/", {}, key="k-1")
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (202, b"plain", "true")
    assert StoredAnswer.objects.get().key == "k-1"


def test_a_process_whose_name_cannot_be_told_is_not_certainly_dead(monkeypatch, tmp_path):
    """A system without /proc, another machine, nonsense: then the minute decides. One that is gone is dead."""
    mine = claimants.this_process()
    machine, number, started = mine.rsplit("/", 2)
    assert claimants.is_dead(mine) is False
    assert claimants.is_dead(f"{machine}/{number}/{int(started) + 1}") is True
    for name in ("", "elsewhere/1/1", f"{machine}/x/1"):
        assert claimants.is_dead(name) is False
    for state, dead in (("S", False), ("Z", True)):
        folder = tmp_path / "7"
        folder.mkdir(exist_ok=True)
        (folder / "stat").write_text(f"7 (a) b) {state} " + " ".join(str(n) for n in range(4, 30)))
        monkeypatch.setattr(claimants, "PROC", tmp_path)
        monkeypatch.setattr(claimants, "_machine", lambda: "here")
        assert claimants.is_dead("here/7/22") is dead
