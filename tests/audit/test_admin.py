"""The history in the admin: verbs in words, objects by name, facts to be read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.history import record
from audit.models import Checkpoint, Entry
from audit.sealing import seal
from tests.factories.instruments import make_instrument
from tests.factories.members import UnitFactory, make_officer

LIST = "admin:audit_entry_changelist"
QUERIES = 8
"""What the list asks the database, its session and reader included."""


@pytest.fixture
def officer(client):
    """A signed-in officer who may enter the admin."""
    person = make_officer(is_staff=True)
    client.force_login(person)
    return person


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
    gone = uuid4()
    record(actor=officer, verb="members.unit.changed", target=f"members.memberunit:{gone}")
    page = client.get(reverse(LIST))
    assert page.status_code == 200
    assert [entry.target_name for entry in page.context["cl"].result_list] == [""]
    assert str(gone) in page.content.decode()


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


@pytest.mark.django_db
def test_the_detail_says_since_when_the_entry_is_sealed(client, officer):
    """Not yet; then leaf, hash and the first checkpoint that covers it, not a later one. The list tells the number."""
    record(actor=None, verb="members.unit.changed", target="thing:1")
    entry = record(actor=None, verb="members.unit.changed", target="thing:2")
    address = reverse("admin:audit_entry_change", args=[entry.pk])
    english = {"accept-language": "en"}
    assert "not yet sealed" in client.get(address, headers=english).content.decode()
    assert (seal(1), seal(1)) == (1, 1)
    record(actor=None, verb="members.unit.changed", target="thing:3")
    assert seal() == 1
    page = client.get(address, headers=english).content.decode()
    assert "not yet sealed" not in page
    assert entry.leaf.hash in page
    assert str(Checkpoint.objects.get(size=2)) in page
    assert str(Checkpoint.objects.get(size=3)) not in page
    found = client.get(reverse(LIST), {"q": str(entry.pk)})
    assert [row.pk for row in found.context["cl"].result_list] == [entry.pk]
