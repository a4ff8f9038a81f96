"""The content policy: strict everywhere, bent below two addresses alone, as docs/security.md says."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import reverse

from portal.middleware import RELAXED
from tests.factories.members import AdminFactory
from tests.site_wide.permission_rows import PAGES
from tests.site_wide.permission_targets import target
from tests.site_wide.test_permission_table import rows
from tests.site_wide.world import making_world

pytestmark = pytest.mark.django_db
STRICT = {
    "default-src": {"'self'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}
LOOSE_MARKUP = re.compile(
    r"""<script(?![^>]*\b(?:src=|type="application/json"))[^>]*>  # a script of its own; plain data may stand
      | <style[\s>]                           # a style sheet of its own
      | <[a-z][^<>]*\sstyle\s*=               # an inline style
      | <[a-z][^<>]*\son[a-z]+\s*=            # an event attribute
      | (?:src|href)\s*=\s*["']\s*javascript:
    """,
    re.VERBOSE | re.IGNORECASE,
)
OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source)[^>]*\s(?:src|href)\s*=\s*["'](?:https?:)?//""", re.I
)
GETS = [row for row in rows(PAGES) if row.method == "GET"]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of the permission table."""
    yield from making_world(django_db_blocker)


def policy(answer) -> dict[str, set[str]]:
    """The policy an answer carries: directive → sources."""
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.label)
def test_page_is_strict_for_everyone(world, row):
    """The header, and markup that lives within it: nothing inline, nothing from outside."""
    address, _body = target(world, row.label)
    for role in ("anonymous", "manager", "superuser"):
        answer = world.ask(role, "GET", address, None)
        assert policy(answer) == STRICT, role
        if answer.headers["Content-Type"].startswith("text/html") and not answer.streaming:
            html = answer.content.decode()
            assert LOOSE_MARKUP.findall(html) == [], role
            assert OUTSIDE.findall(html) == [], role


@pytest.mark.parametrize(
    "address", ["/no-such/", "/instruments/NO-SUCH/", "/api/v1/no-such/", "/api/v1/units/"]
)
def test_refusals_and_answers_to_programs_are_strict(client, address):
    """What is not a page carries the policy too."""
    assert policy(client.get(address)) == STRICT


def test_admin_alone_evaluates_strings(client):
    """Its theme needs that; its scripts still come from the site."""
    client.force_login(AdminFactory())
    for name in ("admin:index", "admin:members_memberunit_changelist"):
        got = policy(client.get(reverse(name)))
        assert got == STRICT | {
            "script-src": {"'self'", "'unsafe-eval'"},
            "style-src": {"'self'", "'unsafe-inline'"},
        }


def test_documentation_alone_writes_styles(client):
    """The description of the contract is drawn by its own script; nothing else bends below /api/."""
    got = policy(client.get(reverse("api-docs")))
    assert got == STRICT | {"style-src": {"'self'", "'unsafe-inline'"}}


def test_exceptions_are_those_written_down():
    """Code and docs/security.md name the same two addresses."""
    text = (settings.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"- Content policy:.*?(?=\n- )", text, re.DOTALL)
    assert set(re.findall(r"`(/[a-z0-9/]*)`", said)) == set(RELAXED)
