"""Bad input at large: no answer is an error of the server, no refusal of the interface is dumb, none leaves a trace.

A few hundred cases in each run; `BAD_INPUTS=5000` asks for more, `BAD_INPUTS_SEED` for others.
"""

from __future__ import annotations

import json
import os
import traceback
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.site_wide.bad_input import HEADERS, JSON, TEXTS, Place, fingerprint, places
from tests.site_wide.world import World, making_world
from tests.transactions import outermost

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("BAD_INPUTS", "120"))
SEED = int(os.environ.get("BAD_INPUTS_SEED", "20260302"))
ROLES = ("anonymous", "researcher", "steward", "manager", "officer", "superuser")
AGAIN = 40
"""After so many calls the counters of the brakes begin anew."""


class _UndoneError(Exception):
    """Takes a request's writes back."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The small world of the permission table."""
    yield from making_world(django_db_blocker)


@pytest.fixture(scope="module")
def asked_of(world: World) -> list[Place]:
    """Every address that takes something."""
    return places(world)


def fault_of(answer: Any, place: Place, before: str) -> str:
    """Say what is wrong with an answer; nothing where it is right."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code < 400:
        return ""
    if fingerprint() != before:
        return f"{answer.status_code} and something was written"
    if not place.is_api:
        return ""
    if answer.headers["Content-Type"] != "application/problem+json":
        return f"{answer.status_code} is no problem of the contract"
    told = json.loads(answer.content)
    if told.get("status") != answer.status_code or not (
        told.get("title") and told.get("detail") and told.get("type")
    ):
        return f"{answer.status_code} does not say what is wrong"
    if answer.status_code in {400, 422} and not all(
        {"field", "rule"} & one.keys() and one.get("message") for one in told.get("errors", [])
    ):
        return f"{answer.status_code} does not say where"
    return ""


class Tried:
    """What was asked and what came of it."""

    def __init__(self, world: World) -> None:
        self.world, self.statuses, self.faults = world, Counter(), {}

    def ask(
        self, role: str, place: Place, said: Any, headers: dict[str, str], *, raw: bytes | None = None
    ) -> None:
        """Ask once, look at the answer, take back what it wrote."""
        if sum(self.statuses.values()) % AGAIN == 0:
            for name in ("default", "pages"):
                caches[name].clear()
        try:
            with outermost():
                before = fingerprint()
                fault, status = self._asked(role, place, said, headers, raw, before)
                raise _UndoneError
        except _UndoneError:
            pass
        self.statuses[f"{'api' if place.is_api else 'page'} {status}"] += 1
        if fault:
            self.faults.setdefault((fault, place.label, place.method), (role, said, headers, raw))

    def _asked(self, role, place, said, headers, raw, before) -> tuple[str, int]:
        client = Client(raise_request_exception=True)
        sent = dict(headers)
        if place.is_api:
            sent = {"idempotency-key": uuid.uuid4().hex} | sent
            if role in self.world.bearers:
                sent["authorization"] = f"Bearer {self.world.bearers[role]}"
        elif role in self.world.sessions:
            client.cookies["sessionid"] = self.world.sessions[role]
        try:
            answer = self._sent(client, place, said, sent, raw)
            if answer.streaming:
                answer.getvalue()
        except Exception as error:  # noqa: BLE001 - whatever a page raises is what is looked for
            where = traceback.extract_tb(error.__traceback__)
            own = [one for one in where if "/.venv/" not in one.filename and "tests" not in one.filename]
            last = own[-1] if own else where[-1]
            return f"{type(error).__name__}: {str(error)[:80]} at {last.filename[-50:]}:{last.lineno}", 500
        return fault_of(answer, place, before), answer.status_code

    def report(self) -> list[str]:
        """A line for each fault, with one case of it."""
        return [
            f"{fault} | {method} {label} as {role}: {said!r:.200} {headers} {raw!r}"
            for (fault, label, method), (role, said, headers, raw) in self.faults.items()
        ]

    @staticmethod
    def _sent(client, place, said, headers, raw):
        if place.method == "GET":
            return client.get(place.address, said, headers=headers)
        if raw is not None or place.is_api:
            data = raw if raw is not None else json.dumps(said)
            return client.generic(
                place.method, place.address, data, content_type="application/json", headers=headers
            )
        return client.post(place.address, said, headers=headers)


def form_of(place: Place) -> st.SearchStrategy[dict[str, Any]]:
    """What is sent to a page, or asked of any address: some of its names and others, each with nonsense."""
    names = st.sampled_from(place.names) | TEXTS if place.names else TEXTS
    clean = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
    values = clean | st.lists(clean, min_size=2, max_size=3)
    keys = names.map(lambda text: text.encode("utf-8", "replace").decode())
    known = st.sampled_from(place.names) if place.names else keys
    few = st.dictionaries(known, values, min_size=1, max_size=2)
    return (st.dictionaries(keys, values, max_size=6) | few).map(
        lambda said: {**place.body, **said} if said else {}
    )


def body_of(place: Place) -> st.SearchStrategy[Any]:
    """What is sent to the interface: what would be right with some of it replaced, or anything at all."""
    names = st.sampled_from(place.names) | TEXTS if place.names else TEXTS
    changed = st.dictionaries(names, JSON, max_size=4).map(lambda said: {**place.body, **said})
    known = st.sampled_from(place.names) if place.names else TEXTS
    one = st.dictionaries(known, JSON | TEXTS, max_size=1).map(lambda said: {**place.body, **said})
    return changed | one | JSON


def test_no_nonsense_is_an_error_of_the_server(world, asked_of):
    """Every address of the site, every kind of person, as many cases as are asked for."""
    tried = Tried(world)
    programs, pages = ([place for place in asked_of if place.is_api is api] for api in (True, False))

    @seed(SEED)
    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def try_one(data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(data.draw(st.sampled_from([programs, pages]))))
        role = data.draw(st.sampled_from(ROLES))
        headers = data.draw(HEADERS if place.is_api else st.just({}))
        raw = (
            data.draw(st.none() | st.binary(max_size=40)) if place.is_api and place.method != "GET" else None
        )
        said = data.draw(body_of(place) if place.is_api and place.method != "GET" else form_of(place))
        tried.ask(role, place, said, headers, raw=raw)

    try_one()
    print(f"{sum(tried.statuses.values())} cases: {dict(sorted(tried.statuses.items()))}")
    for line in tried.report():
        print(line)
    assert tried.faults == {}
    assert sum(tried.statuses.values()) >= CASES * 0.9


def test_the_look_sees_what_is_wrong(world):
    """An answer of the server's own error, a dumb refusal and a trace are each found."""

    class Answer:
        streaming = False

        def __init__(self, status, body, kind="application/problem+json"):
            self.status_code, self.content, self.headers = (
                status,
                json.dumps(body).encode(),
                {"Content-Type": kind},
            )

    place, now = Place("x", "POST", "/api/v1/x/"), fingerprint()
    good = {
        "type": "t",
        "title": "t",
        "detail": "d",
        "status": 400,
        "errors": [{"field": "a", "message": "m"}],
    }
    assert fault_of(Answer(400, good), place, now) == ""
    assert fault_of(Answer(200, {}), place, now) == ""
    assert fault_of(Answer(500, good), place, now) == "500"
    assert "written" in fault_of(Answer(400, good), place, "other")
    assert "no problem" in fault_of(Answer(400, good, "text/html"), place, now)
    assert "what" in fault_of(Answer(400, good | {"detail": ""}), place, now)
    assert "where" in fault_of(Answer(400, good | {"errors": [{"message": "m"}]}), place, now)
