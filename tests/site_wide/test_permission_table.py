"""Who may reach what: every route of the site for every role, against one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.site_wide import permission_rows
from tests.site_wide.permission_targets import target
from tests.site_wide.routes import routes
from tests.site_wide.world import CLERK, ROLES, World, making_world

pytestmark = pytest.mark.django_db

LOG_IN = ("/accounts/login/", "/admin/login/")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    label: str
    method: str
    expected: tuple[str, ...]

    @property
    def route(self) -> str:
        """Name of the route without the mark of its variant."""
        return self.label.split("#")[0]


def rows(text: str) -> list[Row]:
    """Read the lines of one table."""
    read = []
    for line in _lines(text):
        label, method, *expected = line
        assert len(expected) == len(ROLES), line
        read.append(Row(label, method, tuple(expected)))
    return read


def model_rows(text: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read the lines of the admin's models: label of the model → role → its five statuses."""
    read: dict[str, dict[str, tuple[str, ...]]] = {}
    for label, role, *expected in _lines(text):
        assert len(expected) == len(MODEL_PAGES), label
        for one in ("officer", "superuser") if role == "both" else (role,):
            read.setdefault(label, {})[one] = tuple(expected)
    return read


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines() if not line.startswith("#")]


MODEL_PAGES = ("changelist", "add", "history", "delete", "change")
HAND_WRITTEN = rows(permission_rows.PAGES) + rows(permission_rows.API) + rows(permission_rows.ADMIN)
MODELS = model_rows(permission_rows.MODELS)
REGISTERED = {model._meta.label_lower: model for model in admin.site._registry}


def model_route(label: str, page: str) -> str:
    """Name of the admin's route of one page of one model."""
    return f"admin:{label.replace('.', '_')}_{page}"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world, made once for the module and taken back after it."""
    yield from making_world(django_db_blocker)


def shown(answer: Any) -> str:
    """The answer as the table writes it."""
    if answer.status_code == 302 and answer.headers["Location"].split("?")[0] in LOG_IN:
        return "in"
    return str(answer.status_code)


def test_every_route_is_listed():
    """A route that nobody wrote down fails, and so does a line whose route is gone."""
    there = {route.name for route in routes()}
    by_model = {model_route(label, page) for label in MODELS for page in MODEL_PAGES}
    bare = {f"/admin/{label.replace('.', '/')}/<path:object_id>/" for label in MODELS}  # leads to `change`
    listed = {row.route for row in HAND_WRITTEN} | by_model | bare | set(permission_rows.FALLBACKS)
    assert there - listed == set(), "routes without a line in the permission table"
    assert listed - there == set(), "lines of the permission table without a route"


def test_every_admin_model_is_listed():
    """The admin's registry and the table name the same models."""
    assert set(MODELS) == set(REGISTERED)


@pytest.mark.parametrize("row", HAND_WRITTEN, ids=lambda row: f"{row.method} {row.label}")
def test_route_answers_each_role_as_listed(world, row):
    """Every role in turn; the whole line is compared, so that a failure shows all of it."""
    address, body = target(world, row.label)
    got = tuple(shown(world.ask(role, row.method, address, body)) for role in ROLES)
    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, row.expected, strict=True))


@pytest.mark.parametrize("label", sorted(MODELS))
def test_admin_pages_answer_each_role_as_listed(world, label):
    """Changelist, add, history, delete and change; the clerk stops at the door."""
    row = REGISTERED[label]._default_manager.order_by("-pk").first()
    assert row is not None, "the world has no row of this model"
    for place, page in enumerate(MODEL_PAGES):
        arguments = [] if page in {"changelist", "add"} else [row.pk]
        address = reverse(model_route(label, page), args=arguments)
        got = {role: shown(world.ask(role, "GET", address, None)) for role in (*ROLES, CLERK)}
        officers = {role: statuses[place] for role, statuses in MODELS[label].items()}
        outside = dict.fromkeys(ROLES[:-2], "in")
        assert got == outside | {CLERK: "in"} | officers, page


def test_usage_is_taken_from_keepers_alone(world):
    """The answer is always 200, for each record is judged by itself: the outcome tells."""
    address, body = target(world, "api-usage-records")
    got = {role: world.ask(role, "POST", address, body).json()["results"][0]["status"] for role in ROLES[1:]}
    allowed = {"steward", "manager", "superuser"}
    assert got == {role: "created" if role in allowed else "refused" for role in ROLES[1:]}


@pytest.mark.parametrize("address", ["/api/v1/no-such/", "/admin/no-such/", "/no-such/"])
def test_unknown_address_is_not_found(world, address):
    """What no route takes is a 404, or asks outsiders of the admin to log in."""
    expected = "in" if address.startswith("/admin/") else "404"
    assert shown(world.ask("anonymous", "GET", address, None)) == expected
    assert shown(world.ask("superuser", "GET", address, None)) == "404"
