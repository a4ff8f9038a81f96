"""What was opened before an account was closed, a role ended or a password changed opens nothing afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from changes import perform
from members.actions.people import PersonData, change_person, set_admin_access
from members.actions.roles import end_network_role, end_unit_role, give_network_role, give_unit_role
from members.enums import NetworkRoleKind, UnitRoleKind
from members.models import NetworkRole, Person, UnitRole
from tests.api.calling import Caller
from tests.choosing import agreeing
from tests.factories.members import AdminFactory, PersonFactory, UnitFactory, make_manager
from webapi.models import AccessToken

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-and-good-one-7"


class Ways:
    """A browser signed in and a program with a token, both opened now."""

    def __init__(self, person):
        self.client, self.caller = Client(), Caller(person)
        self.client.force_login(Person.objects.get(pk=person.pk))

    def open(self):
        """Which of the two still opens something."""
        page = self.client.get(reverse("portal:me")).status_code == 200
        return page, self.caller.get("bookings/").status_code == 200


def closing(person, admin):
    """Close the account and open it again."""
    for is_active in (False, True):
        said = {field.name: getattr(person, field.name) for field in fields(PersonData)}
        agreeing(admin, change_person, person, PersonData(**{**said, "is_active": is_active}))


def network_role(kind):
    """Give, end and give again a role of the network."""

    def change(person, admin):
        role = NetworkRole.objects.filter(person=person, kind=kind).first()
        agreeing(admin, end_network_role, role)
        perform(admin, give_network_role, person, kind)

    return change


def unit_role(kind):
    """End and give again a role in the unit."""

    def change(person, admin):
        agreeing(admin, end_unit_role, UnitRole.objects.get(person=person, kind=kind))
        perform(admin, give_unit_role, person, person.home_unit, kind)

    return change


def admin_access(person, admin):
    """Take away and give again the way into the admin."""
    for allowed in (False, True):
        perform(admin, set_admin_access, person, allowed=allowed)


CHANGES = {
    "account": closing,
    "admin": admin_access,
    **{f"network {kind}": network_role(kind) for kind in NetworkRoleKind.values},
    **{f"unit {kind}": unit_role(kind) for kind in UnitRoleKind.values},
}


@pytest.fixture
def person():
    """Somebody who is everything at once."""
    made = PersonFactory(is_staff=True)
    admin = AdminFactory()
    make_manager(made.home_unit)
    for kind in NetworkRoleKind.values:
        perform(admin, give_network_role, made, kind)
    for kind in UnitRoleKind.values:
        perform(admin, give_unit_role, made, made.home_unit, kind)
    return made


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_taken_and_given_again_revives_nothing(person, change):
    """Old cookie and old token stay shut; new ones open."""
    before = Ways(person)
    neighbour = Ways(PersonFactory())
    assert before.open() == (True, True)
    change(person, AdminFactory())
    assert before.open() == (False, False)
    assert Ways(person).open() == (True, True)
    assert neighbour.open() == (True, True)
    (revoked,) = AccessToken.objects.exclude(revoked_at=None)
    assert revoked.person == person
    assert Entry.objects.filter(verb="webapi.token.revoked").count() == 1


def test_a_role_that_ended_by_its_date_revives_nothing(person):
    """Nobody is there when the day comes; the old token is shut when the role is given again."""
    admin = AdminFactory()
    before = Ways(person)
    role = NetworkRole.objects.get(person=person, kind=NetworkRoleKind.OFFICER)
    perform(admin, end_network_role, role, valid_to=timezone.localdate() + dt.timedelta(days=2))
    assert before.open() == (True, True)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        perform(admin, give_network_role, person, NetworkRoleKind.OFFICER)
        assert before.open() == (False, False)


def test_a_first_role_signs_nobody_out():
    """Nor does one in another unit."""
    person, admin = PersonFactory(), AdminFactory()
    before = Ways(person)
    perform(admin, give_unit_role, person, person.home_unit, UnitRoleKind.STEWARD)
    perform(admin, give_unit_role, person, UnitFactory(), UnitRoleKind.STEWARD)
    perform(admin, give_network_role, person, NetworkRoleKind.EXPERT)
    assert before.open() == (True, True)


def test_a_new_password_signs_out_elsewhere_and_revokes_tokens():
    """The browser in which it was changed stays in; the page said so before."""
    person = PersonFactory()
    person.set_password(PASSWORD)
    person.save()
    elsewhere, here = Ways(person), Ways(person)
    address = reverse("account_change_password")
    page = here.client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "revokes all your access tokens" in page
    new = PASSWORD + "-new"
    answer = here.client.post(address, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert elsewhere.open() == (False, False)
    assert here.open() == (True, False)
    assert AccessToken.objects.filter(revoked_at=None).count() == 0
    assert Entry.objects.filter(verb="webapi.token.revoked", actor=person).count() == 2


def test_a_refused_password_changes_nothing():
    """With a wrong old one everything stays open."""
    person = PersonFactory()
    person.set_password(PASSWORD)
    person.save()
    ways = Ways(person)
    new = PASSWORD + "-new"
    body = {"oldpassword": "wrong", "password1": new, "password2": new}
    ways.client.post(reverse("account_change_password"), body)
    assert ways.open() == (True, True)
