"""Every form that changes something says which version its person saw; the few that need none are named with why."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import resolve

from tests.site_wide.test_permission_table import LOG_IN
from tests.site_wide.test_posts import addresses, signed_in
from tests.site_wide.world import World, making_world

pytestmark = pytest.mark.django_db

ROLES = ("researcher", "steward", "manager", "expert", "officer", "superuser")
CARRIERS = {"version"}
"""Names under which a form says what was seen; `initial-…` carries each field as it was shown."""
SAVES = {"_save", "post", "version"}
"""What a form of the admin has that changes something; lists and pages to be read are forms there too."""
FILES = {"reporting:file"}
NEW = "makes something new"
ONE_WAY = "one step that can be taken once, whatever else was changed"
OWN = "the log-in and its keys: nobody else changes them"
OWN_DRAFT = "what one collects lies in one's own session"
NEEDS_NONE = {
    "account_change_password": OWN,
    "account_logout": OWN,
    "account_reauthenticate": OWN,
    "account_reset_password": OWN,
    "set_language": OWN,
    "instruments:calendars": NEW,
    "instruments:end_calendar": ONE_WAY,
    "portal:tokens": NEW,
    "portal:revoke_token": ONE_WAY,
    "notices:read": ONE_WAY,
    "notices:read_all": ONE_WAY,
    "reporting:new": NEW,
    "reporting:cancel": ONE_WAY,
    "members:give_role": NEW,
    "members:invite": NEW,
    "instruments:add": NEW,
    "instruments:maintenance": NEW,
    "instruments:book": NEW,
    "instruments:basket": OWN_DRAFT,
    "instruments:basket_add": OWN_DRAFT,
    "instruments:basket_book": NEW,
    "instruments:cancel_bundle": "what was given back meanwhile cannot be given back again",
    "instruments:wait": NEW,
    "instruments:decide_many": "each tick carries the version of its row",
    "instruments:breakdown": NEW,
    "instruments:upkeep": NEW,
    "instruments:repeat_maintenance": NEW,
    "instruments:report_fault": NEW,
    "instruments:name_deputy": NEW,
    "instruments:end_deputy": ONE_WAY,
    "instruments:replies": NEW,
    "instruments:attachments": NEW,
    "instruments:messages": NEW,
    "instruments:read_messages": ONE_WAY,
    "instruments:organisation_register": NEW,
    "instruments:usage_add": NEW,
    "instruments:usage_import": NEW,
    "instruments:usage_correct": "its address names one wording, and wordings never change",
    "instruments:usage_void": "its address names one wording, and wordings never change",
    "admin:evaluations_round_add": NEW,
    "admin:evaluations_scheme_add": NEW,
    "admin:instruments_holiday_add": NEW,
    "admin:instruments_stewardship_add": NEW,
    "admin:members_memberunit_add": NEW,
    "admin:members_networkrole_add": NEW,
    "admin:members_organisation_add": NEW,
    "admin:members_person_add": NEW,
    "admin:members_unitrole_add": NEW,
}
ON_SOME_DAYS = {"instruments:basket_add", "instruments:decide_many"}
"""Forms of rows that the small world does not have on every day: what is free, and several requests at once."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The small world of the permission table."""
    yield from making_world(django_db_blocker)


class Forms(HTMLParser):
    """The forms of a page that are sent: address, names of their fields, those too that stand elsewhere on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, set[str]]] = []
        self.inside = False
        self.elsewhere: list[tuple[str, str]] = []

    @property
    def found(self) -> list[tuple[str, set[str]]]:
        """Address and names of each."""
        return [
            (address, names | {name for form, name in self.elsewhere if form and form == key})
            for key, address, names in self.forms
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form that is sent, note a field of it."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = said.get("method", "").lower() == "post" or "hx-post" in said
            if self.inside:
                address = said.get("hx-post") or said.get("action", "")
                self.forms.append((said.get("id", ""), address, set()))
        elif tag in {"input", "textarea", "select", "button"}:
            if "form" in said:
                self.elsewhere.append((said["form"], said.get("name", "")))
            elif self.inside:
                self.forms[-1][2].add(said.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a form."""
        self.inside = self.inside and tag != "form"


def sent_forms(world: World) -> dict[str, bool]:
    """Route of every form of every page, as each role sees it, and whether all of them carry a version."""
    carried: dict[str, bool] = {}
    for role in ROLES:
        client = signed_in(world, role)
        asked = [address for route, address in addresses(world).items() if route not in FILES]
        for address in asked:
            answer = client.get(address)
            if answer.status_code == 302:
                leads = answer.headers["Location"]
                asked += {leads.split("?")[0] if leads.startswith(LOG_IN) else leads}.difference(asked)
            if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
                continue
            page = answer.request["PATH_INFO"]
            reader = Forms()
            reader.feed(answer.text)
            for action, names in reader.found:
                place = urlsplit(action or f"{page}?{answer.request['QUERY_STRING']}")
                route = resolve(place.path or page).view_name
                if route.startswith("admin:") and not names & SAVES:
                    continue
                seen = names & CARRIERS or any(name.startswith("initial-") for name in names)
                in_address = bool(parse_qs(place.query).keys() & CARRIERS)
                carried[route] = carried.get(route, True) and bool(seen or in_address)
    return carried


def test_every_form_carries_what_was_seen(world):
    """A route that is new here either carries a version or is named above with its reason."""
    found = sent_forms(world)
    silent = {route for route, carries in found.items() if not carries}
    assert silent - NEEDS_NONE.keys() == set()
    # No reason outlives its form, and what carries a version is no exception.
    assert NEEDS_NONE.keys() - silent - ON_SOME_DAYS == set()
    assert len(found.keys() - silent) > 30


def test_a_form_without_a_version_is_seen():
    """The control: the reader tells one from the other, and passes by what is not sent."""
    reader = Forms()
    reader.feed(
        """<form><input name=version></form><form method=post action="/a/"><input name=x></form>
        <form id=f hx-post="/b/"><input type=hidden name=version></form><button form=f name=_save>"""
    )
    assert reader.found == [("/a/", {"x"}), ("/b/", {"version", "_save"})]
