"""Which problem an error of ours, of the framework or of the database becomes."""

from __future__ import annotations

import pytest
from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import IntegrityError, OperationalError, ProgrammingError
from django.http import Http404, UnreadablePostError
from django.utils import translation
from rest_framework import exceptions as drf_errors

from changes.errors import FieldsRefused, StaleVersion
from webapi.problems import Problem, flat, problem_of, problem_response

MALFORMED = "The call is not well formed."
MISSING = "There is no such thing, or it is not visible to you."


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (Http404(), 404, MISSING),
        (drf_errors.NotFound(), 404, MISSING),
        (django_errors.PermissionDenied(), 403, "You have no right to do this."),
        (django_errors.RequestDataTooBig(), 413, "The body is too large."),
        (django_errors.BadRequest(), 400, MALFORMED),
        (django_errors.SuspiciousOperation(), 400, MALFORMED),
        (UnreadablePostError(), 400, MALFORMED),
        (
            OperationalError("database is locked"),
            503,
            "The database is busy. Please repeat the call with the same key.",
        ),
        (
            IntegrityError("UNIQUE constraint failed"),
            409,
            "This conflicts with what is stored. Look at the present state and try again.",
        ),
    ],
)
def test_each_error_has_its_status_and_sentence(error, status, detail):
    """What does not exist and what may not be seen read the same."""
    body = problem_of(error).body()
    assert (body["status"], body["detail"], body["type"]) == (status, detail, "about:blank")
    assert "errors" not in body


def test_a_fault_of_ours_tells_nothing_of_itself():
    """It is logged for us, and whoever listens to faults hears of it."""
    assert problem_of(RuntimeError("secret words")) is None
    heard = []

    def hear(**told):
        heard.append(told["request"])

    got_request_exception.connect(hear)
    try:
        answer = problem_response(RuntimeError("secret words"), {"request": "the call"})
    finally:
        got_request_exception.disconnect(hear)
    assert answer.status_code == 500
    assert answer.data == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on our side. It has been noted.",
    }
    assert heard == ["the call"]


def test_a_database_error_that_is_no_outage_is_a_fault_of_ours():
    """Nobody is told to repeat what will fail again."""
    assert problem_of(ProgrammingError("no such column")) is None


def test_wrong_fields_of_a_form_and_wrong_values_of_no_field():
    """Each with its field; those of the whole under none."""
    by_field = django_errors.ValidationError({"name": ["too long"], "__all__": ["do not fit"]})
    assert problem_of(by_field).errors == [
        {"field": "name", "message": "too long"},
        {"field": "", "message": "do not fit"},
    ]
    assert problem_of(django_errors.ValidationError(["one", "two"])).errors == [
        {"field": "", "message": "one"},
        {"field": "", "message": "two"},
    ]
    nested = drf_errors.ValidationError({"records": [{}, {"start": ["late"]}], "non_field_errors": ["odd"]})
    found = problem_of(nested)
    assert (found.status, found.errors) == (
        400,
        [{"field": "records.1.start", "message": "late"}, {"field": "", "message": "odd"}],
    )


@pytest.mark.parametrize(("wait", "seconds"), [(None, "1"), (0.2, "1"), (7.1, "8")])
def test_who_calls_too_often_is_told_when_to_come_back(wait, seconds):
    """In whole seconds, at least one."""
    found = problem_of(drf_errors.Throttled(wait=wait))
    assert (found.status, dict(found.headers)) == (429, {"Retry-After": seconds})


def test_who_is_unknown_is_told_how_to_say_who_it_is():
    """By the scheme that the framework has put on the error."""
    error = drf_errors.NotAuthenticated()
    error.auth_header = "Bearer"
    found = problem_of(error)
    assert (found.status, dict(found.headers)) == (401, {"WWW-Authenticate": "Bearer"})


def test_a_change_that_came_too_late():
    """412 where the caller named a version, else 409; with the version and what is stored now, where they are known."""
    named = problem_of(StaleVersion(3, 4))
    assert (named.status, named.title, dict(named.extra)) == (412, "Changed meanwhile", {"version": 4})
    assert named.type == "urn:open-instruments:problem:stale-version"
    unnamed = problem_of(StaleVersion(None, None))
    assert (unnamed.status, dict(unnamed.extra)) == (409, {})
    shown = StaleVersion(3, 4)
    shown.shown = {"name": "x"}
    assert dict(problem_of(shown).extra) == {"version": 4, "current": {"name": "x"}}


def test_refused_fields_stand_below_the_member_that_holds_them():
    """As far as that is known."""
    assert problem_of(FieldsRefused({"name": ["empty"]})).errors == [{"field": "name", "message": "empty"}]
    assert list(flat({"name": ["empty"]}, "unit")) == [{"field": "unit.name", "message": "empty"}]


def test_a_problem_without_a_title_has_that_of_its_status():
    """So that every answer has one."""
    assert Problem(418, "no coffee").body() == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "no coffee",
    }
