"""The history in the admin: verbs in words, objects by name, facts to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.chain import record
from audit.models import Entry
from audit.vocabulary import VERBS, in_words
from tests.factories.instruments import make_instrument
from tests.factories.members import UnitFactory, make_officer

ROOT = Path(__file__).parents[2]
LIST = "admin:audit_entry_changelist"
QUERIES = 8
"""What the list asks the database, its session and reader included."""


@pytest.fixture
def officer(client):
    """A signed-in officer who may enter the admin."""
    person = make_officer(is_staff=True)
    client.force_login(person)
    return person


def test_every_verb_of_the_code_has_words():
    written = re.compile(r"\"((?:demo|evaluations|instruments|members|notices|reporting|webapi)\.[a-z_.]+)\"")
    said = re.compile(r"(?:verb=|verb: str = |Event\(\s*)" + written.pattern)
    found = set()
    for folder in ("instruments", "members", "evaluations", "platform"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(said.findall(path.read_text(encoding="utf-8")))
    assert len(found) > 40
    assert found - VERBS.keys() == set()
    for past in ("approved", "declined"):
        assert f"instruments.booking.{past}" in VERBS
    for app in ("evaluations", "instruments", "members", "reporting", "webapi"):
        assert f"{app}.refused" in VERBS


def test_an_unknown_verb_stays_as_it_is():
    assert in_words("elsewhere.done") == "elsewhere.done"


@pytest.mark.django_db
def test_the_list_says_what_was_done_to_what(client, officer):
    unit = UnitFactory(name_zh="内蒙古大学")
    record(actor=officer, verb="members.unit.changed", target=unit, before=None, after={"name": "内蒙古大学"})
    page = client.get(reverse(LIST), headers={"accept-language": "en"}).content.decode()
    assert "unit changed" in page
    assert f'href="{reverse("admin:members_memberunit_change", args=[unit.pk])}">内蒙古大学</a>' in page
    entry = Entry.objects.get()
    detail = client.get(reverse("admin:audit_entry_change", args=[entry.pk])).content.decode()
    assert "&quot;name&quot;: &quot;内蒙古大学&quot;" in detail
    assert "\\u5185" not in detail


@pytest.mark.django_db
def test_an_object_that_is_gone_keeps_its_key(client, officer):
    unit = UnitFactory()
    record(actor=officer, verb="members.unit.changed", target=unit)
    the_list = reverse(LIST)
    unit.delete()
    page = client.get(the_list)
    assert page.status_code == 200
    assert [entry.target_name for entry in page.context["cl"].result_list] == [""]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(client, officer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(LIST)).status_code == 200
        return len(caught)

    record(actor=officer, verb="instruments.instrument.changed", target=make_instrument())
    one = queries()
    for _ in range(2):
        record(actor=officer, verb="instruments.instrument.changed", target=make_instrument())
    assert (one, queries()) == (QUERIES, QUERIES)
