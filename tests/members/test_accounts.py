"""Accounts of the department, of people who move, and of managers: what a change of an account may not do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from django.test import Client

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from members.actions.people import PersonData, change_person
from members.actions.roles import give_unit_role
from members.enums import NetworkRoleKind, UnitRoleKind
from members.errors import LastManager
from members.models import Person, UnitRole
from tests.choosing import agreeing
from tests.factories.members import (
    AdminFactory,
    NetworkRoleFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_expert,
    make_manager,
    make_officer,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 4)  # a Wednesday


@pytest.fixture(autouse=True)
def _now():
    """Stand still on a Wednesday noon."""
    with time_machine.travel(dt.datetime(2026, 3, 4, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


def data_of(person: Person, **changes) -> PersonData:
    """What the account says now, with changes."""
    return replace(
        PersonData(
            email=person.email,
            display_name=person.display_name,
            affiliation=person.affiliation,
            home_unit=person.home_unit,
        ),
        **changes,
    )


@pytest.mark.parametrize("who", ["superuser", "officer", "expert", "staff", "officer to be"])
def test_officers_do_not_change_accounts_of_the_department(who):
    """Whoever sets an address can take the account over by its reset mail; a superuser alone may."""
    officer = make_officer(is_staff=True)
    person = {
        "superuser": AdminFactory,
        "officer": make_officer,
        "expert": make_expert,
        "staff": lambda: PersonFactory(is_staff=True),
        "officer to be": lambda: (
            NetworkRoleFactory(kind=NetworkRoleKind.OFFICER, valid_from=TODAY + dt.timedelta(days=9)).person
        ),
    }[who]()
    before = Person.objects.filter(pk=person.pk).values().get()
    for change in ({"email": "mine@example.org"}, {"is_active": False}):
        with pytest.raises(NotAllowed):
            perform(officer, change_person, person, data_of(person, **change))
    assert Person.objects.filter(pk=person.pk).values().get() == before
    assert [e.verb for e in Entry.objects.all()] == ["members.refused"] * 2
    changed = perform(AdminFactory(), change_person, person, data_of(person, display_name="新名"))
    assert changed.display_name == "新名"


def test_the_admin_shows_such_accounts_and_changes_nothing():
    """An officer reads the superuser's page; what they send is refused."""
    officer, admin = make_officer(is_staff=True), AdminFactory(email="root@example.org")
    client = Client()
    client.force_login(officer)
    address = f"/admin/members/person/{admin.pk}/change/"
    assert client.get(address).status_code == 200
    sent = {"email": "mine@example.org", "display_name": "x", "affiliation": "member_unit", "language": "en"}
    assert client.post(address, sent).status_code == 403
    admin.refresh_from_db()
    assert admin.email == "root@example.org"


def test_what_an_action_refuses_in_the_admin_stays_on_record():
    """The admin takes its transaction back; the refusal is written after it."""
    client = Client()
    client.force_login(make_officer(is_staff=True))
    person = PersonFactory()
    answer = client.post(
        "/admin/members/networkrole/add/",
        {"person": person.pk, "kind": "officer", "valid_from": "2026-03-04"},
    )
    assert answer.status_code == 403
    assert Entry.objects.filter(verb="members.refused").count() == 1


def test_who_moves_leaves_the_roles_of_the_old_unit():
    """Roles there end today, one that would begin later never begins; those elsewhere stay."""
    old, new, third = UnitFactory(), UnitFactory(), UnitFactory()
    person = make_manager(old)
    make_manager(old)
    steward = UnitRoleFactory(unit=old, person=person, kind=UnitRoleKind.STEWARD)
    coming = UnitRoleFactory(
        unit=old, person=person, kind=UnitRoleKind.VIEWER, valid_from=TODAY + dt.timedelta(days=5)
    )
    kept = UnitRoleFactory(unit=third, person=person, kind=UnitRoleKind.VIEWER)
    agreeing(make_officer(), change_person, person, data_of(person, home_unit=new))
    ends = dict(UnitRole.objects.filter(person=person).values_list("pk", "valid_to"))
    assert ends[steward.pk] == TODAY
    assert ends[coming.pk] == coming.valid_from
    assert ends[kept.pk] is None
    assert Entry.objects.filter(verb="members.role.ended").count() == 3


def test_the_last_manager_does_not_move_away():
    """Nothing changes, not even the roles that could have ended."""
    person = make_manager(UnitFactory())
    with pytest.raises(LastManager):
        perform(make_officer(), change_person, person, data_of(person, home_unit=UnitFactory()))
    assert not UnitRole.objects.exclude(valid_to=None).exists()
    assert not Entry.objects.exists()


def test_who_manages_from_next_week_is_not_closed_today():
    """The present manager leaves on the day the next one begins; without the next one a day would be bare."""
    unit, officer = UnitFactory(), make_officer()
    present, coming = make_manager(unit), PersonFactory(home_unit=unit)
    week = TODAY + dt.timedelta(days=7)
    perform(officer, give_unit_role, coming, unit, "manager", valid_from=week)
    UnitRole.objects.filter(person=present).update(valid_to=week)
    with pytest.raises(LastManager):
        perform(officer, change_person, coming, data_of(coming, is_active=False))
    coming.refresh_from_db()
    assert coming.is_active


def test_a_new_password_goes_on_record(client):
    """By the page and by the link of a mail alike; the words of it nowhere."""
    person = PersonFactory()
    person.set_password("old-password-123")
    person.save()
    client.force_login(person)
    new = {
        "oldpassword": "old-password-123",
        "password1": "new-password-456",
        "password2": "new-password-456",
    }
    client.post("/accounts/password/change/", new)
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.after) == ("members.person.password_changed", person, None)
    person.refresh_from_db()
    assert person.check_password("new-password-456")


def test_a_new_password_keeps_what_changed_meanwhile():
    """The page may have read the person long ago; only the password is its own."""
    stale = PersonFactory(display_name="旧名")
    Person.objects.filter(pk=stale.pk).update(display_name="新名")
    get_adapter().set_password(stale, "另一个-password-2026")
    fresh = Person.objects.get(pk=stale.pk)
    assert fresh.display_name == "新名"
    assert fresh.check_password("另一个-password-2026")
    assert stale.password == fresh.password
