"""Somebody who has an account elsewhere: the department is asked to move it; nothing changes before it does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from members.actions.invitations import ask_transfer
from members.errors import InvalidPerson
from members.models import Person
from notices.models import Notice
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer
from tests.instruments.inventory.test_inventory import client_of

pytestmark = pytest.mark.django_db

TYPED = {"display_name": "王五", "email": "WANG@elsewhere.example", "language": "zh-hans"}


@pytest.fixture
def unit():
    """The unit that wants somebody."""
    return UnitFactory(name_zh="甲大学", name_en="Alpha University")


@pytest.fixture
def person():
    """Of another unit."""
    return PersonFactory(email="wang@elsewhere.example")


def told():
    """Whom which kind of notice reached."""
    return sorted(Notice.objects.values_list("person_id", "kind"))


def test_the_page_offers_it_and_the_department_and_the_person_are_told(unit, person):
    """First the refusal with a way on, what was typed kept; then the asking. The account stays where it is."""
    manager, officer = make_manager(unit), make_officer()
    client, url = client_of(manager), reverse("members:invite", args=[unit.code])
    home = person.home_unit
    answer = client.post(url, TYPED)
    page = answer.content.decode()
    assert (answer.status_code, told()) == (422, [])
    assert 'name="transfer"' in page
    assert 'value="WANG@elsewhere.example"' in page
    assert client.post(url, {**TYPED, "transfer": "1"}).status_code == 302
    assert told() == sorted([(officer.pk, "transfer_asked"), (person.pk, "transfer_wanted")])
    assert Notice.objects.get(person=officer).link == f"/admin/members/person/{person.pk}/change/"
    person.refresh_from_db()
    assert (person.home_unit, person.version, Person.objects.count()) == (home, 1, 3)
    entry = Entry.objects.get(verb="members.person.transfer_asked")
    assert (entry.actor, entry.target_id, entry.after) == (manager, str(person.pk), {"unit": unit.code})


def test_who_is_here_already_or_nowhere_is_not_asked_for(unit, person):
    """Neither does the page offer it for them."""
    manager = make_manager(unit)
    own = PersonFactory(home_unit=unit)
    closed = PersonFactory(is_active=False)
    url = reverse("members:invite", args=[unit.code])
    for email in (own.email, closed.email, "nobody@nowhere.example"):
        with pytest.raises(InvalidPerson):
            perform(manager, ask_transfer, email, unit)
        answer = client_of(manager).post(url, {**TYPED, "email": email, "transfer": "1"})
        assert (answer.status_code, 'name="transfer"' in answer.content.decode()) == (422, False)
    assert told() == []


def test_a_manager_of_another_unit_asks_for_nobody(unit, person):
    """The right is that of inviting."""
    with pytest.raises(NotAllowed):
        perform(make_manager(UnitFactory()), ask_transfer, person.email, unit)
    assert told() == []
