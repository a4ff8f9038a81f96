"""Units, people and roles: rights, the credit code, and the manager a unit always keeps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from members.actions.people import PersonData, change_person, create_person, set_admin_access
from members.actions.roles import end_network_role, end_unit_role, give_network_role, give_unit_role
from members.actions.units import UnitData, UnitProfile, change_unit, change_unit_profile, create_unit
from members.errors import InvalidPerson, InvalidRole, InvalidUnit, LastManager, RoleExists
from members.models import MemberUnit, NetworkRole, Person, UnitRole
from members.permissions import can, roles_of
from members.queries.people import experts, managers_of, officers, roles_in
from members.queries.units import directory, unit_by_code
from tests.factories.members import (
    AdminFactory,
    EnterprisePersonFactory,
    PersonFactory,
    RegionFactory,
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


@pytest.fixture
def data():
    """A valid unit; the check digit of its credit code is right."""
    return UnitData(
        code="NEW",
        name_zh="新大学",
        region=RegionFactory(),
        joined_on=dt.date(2026, 1, 1),
        credit_code="91110000600037341L",
    )


def verbs():
    """The history, oldest first."""
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def test_a_unit_is_born_with_its_manager(data):
    """Unit, account and role in one go, all on record."""
    unit = perform(
        make_officer(), create_unit, data, manager=PersonData(email="Boss@New.example", display_name="张主任")
    )
    person = Person.objects.get(email="boss@new.example")
    assert (person.home_unit, person.has_usable_password()) == (unit, False)
    assert roles_of(person).manager_of == {unit.pk}
    assert list(managers_of(unit.pk, TODAY)) == [person]
    assert verbs() == ["members.unit.created", "members.person.created", "members.role.given"]


def test_a_wrong_unit_is_not_written(data):
    """All fields at once, and neither unit nor manager remains."""
    UnitFactory(name_zh="新大学")
    before = (MemberUnit.objects.count(), Person.objects.count())
    officer = make_officer()
    with pytest.raises(InvalidUnit) as refused:
        perform(
            officer,
            create_unit,
            replace(data, code="lower", credit_code="91110000600037341X"),
            manager=PersonData(email="a@b.example", display_name="甲"),
        )
    assert sorted(refused.value.fields) == ["code", "credit_code", "name_zh"]
    with pytest.raises(InvalidPerson):
        perform(
            officer,
            create_unit,
            replace(data, name_zh="又一大学"),
            manager=PersonData(email=officer.email.upper(), display_name="甲"),
        )
    assert (MemberUnit.objects.count(), verbs()) == (before[0] + 1, [])


@pytest.mark.parametrize("person", [AnonymousUser, PersonFactory, make_expert])
def test_only_officers_create_units(data, person):
    """Everybody else is refused, on record."""
    with pytest.raises(NotAllowed):
        perform(person(), create_unit, data, manager=PersonData(email="a@b.example", display_name="甲"))
    assert verbs() == ["members.refused"]
    assert unit_by_code("NEW") is None


def test_a_manager_changes_the_profile_only():
    """Contact yes, name no; the same again writes nothing."""
    unit = UnitFactory()
    manager = make_manager(unit)
    profile = UnitProfile(contact_name="李老师", website="https://new.example/")
    perform(manager, change_unit_profile, unit, profile)
    perform(manager, change_unit_profile, unit, profile)
    assert MemberUnit.objects.get(pk=unit.pk).contact_name == "李老师"
    assert verbs() == ["members.unit.changed"]
    wanted = UnitData(code=unit.code, name_zh="改名", region=unit.region, joined_on=unit.joined_on)
    with pytest.raises(NotAllowed):
        perform(manager, change_unit, unit, wanted)
    changed = perform(make_officer(), change_unit, unit, wanted)
    assert (changed.name_zh, Entry.objects.first().before["name_zh"]) == ("改名", unit.name_zh)
    with pytest.raises(InvalidUnit):
        perform(manager, change_unit_profile, unit, UnitProfile(contact_email="nobody"))


def test_the_last_manager_stays():
    """Not ended, not closed, until there is another; a future one is not enough."""
    unit = UnitFactory()
    role = UnitRoleFactory(unit=unit)
    officer = make_officer()
    with pytest.raises(LastManager):
        perform(officer, end_unit_role, role)
    other = PersonFactory(home_unit=unit)
    perform(role.person, give_unit_role, other, unit, "manager", valid_from=TODAY + dt.timedelta(days=5))
    with pytest.raises(LastManager):
        perform(officer, end_unit_role, role)
    person = role.person
    closed = PersonData(email=person.email, display_name=person.display_name, home_unit=unit, is_active=False)
    with pytest.raises(LastManager):
        perform(officer, change_person, person, closed)
    assert UnitRole.objects.get(pk=role.pk).valid_to is None
    ended = perform(officer, end_unit_role, role, valid_to=TODAY + dt.timedelta(days=5))
    assert ended.valid_to == dt.date(2026, 3, 9)
    assert [row.person for row in roles_in(unit, dt.date(2026, 3, 9))] == [other]
    assert [row.person for row in roles_in(unit, dt.date(2026, 3, 8))] == [person]


def test_roles_are_given_once():
    """Twice, to a closed account, or ended before begun: refused."""
    unit = UnitFactory()
    manager = make_manager(unit)
    person = PersonFactory(home_unit=unit)
    assert roles_of(person).steward_in == frozenset()
    role = perform(manager, give_unit_role, person, unit, "steward")
    assert roles_of(person).steward_in == {unit.pk}
    with pytest.raises(RoleExists):
        perform(manager, give_unit_role, person, unit, "steward")
    with pytest.raises(InvalidRole):
        perform(manager, end_unit_role, role, valid_to=TODAY - dt.timedelta(days=1))
    with pytest.raises(InvalidRole):
        perform(manager, give_unit_role, PersonFactory(is_active=False), unit, "viewer")
    perform(manager, end_unit_role, role)
    assert roles_of(Person.objects.get(pk=person.pk)).units == frozenset()
    with pytest.raises(NotAllowed):
        perform(manager, give_unit_role, person, UnitFactory(), "manager")
    assert verbs() == ["members.role.given", "members.role.ended", "members.refused"]


def test_officers_name_experts_and_superusers_officers():
    """One step up each."""
    officer, admin, person = make_officer(), AdminFactory(), PersonFactory()
    role = perform(officer, give_network_role, person, "expert")
    assert roles_of(person).is_expert
    with pytest.raises(NotAllowed):
        perform(officer, give_network_role, person, "officer")
    perform(admin, give_network_role, person, "officer")
    assert roles_of(person).is_officer
    with pytest.raises(RoleExists):
        perform(officer, give_network_role, person, "expert")
    perform(officer, end_network_role, role)
    assert list(experts(TODAY)) == []
    assert set(officers(TODAY)) == {officer, person}
    assert NetworkRole.objects.get(pk=role.pk).valid_to == TODAY
    with pytest.raises(NotAllowed):
        perform(officer, set_admin_access, person, allowed=True)
    assert perform(admin, set_admin_access, person, allowed=True).is_staff


def test_people_belong_somewhere():
    """A member needs a unit, an outsider has none; managers create people of their own unit."""
    unit = UnitFactory()
    manager = make_manager(unit)
    data = PersonData(email=" New@Test.example ", display_name="王工", home_unit=unit)
    assert perform(manager, create_person, data).email == "new@test.example"
    with pytest.raises(NotAllowed):
        perform(manager, create_person, replace(data, home_unit=UnitFactory()))
    officer = make_officer()
    with pytest.raises(InvalidPerson) as refused:
        perform(officer, create_person, replace(data, display_name="", home_unit=None))
    assert sorted(refused.value.fields) == ["display_name", "email", "home_unit"]
    with pytest.raises(InvalidPerson):
        perform(officer, create_person, replace(data, email="x@y.example", affiliation="enterprise"))


def test_roles_take_one_query_and_end_with_the_account(django_assert_num_queries):
    """Kept on the instance; closed accounts and visitors have none; a superuser is what an officer is."""
    unit = UnitFactory()
    person = make_manager(unit)
    UnitRoleFactory(unit=unit, person=person, kind="viewer", valid_to=dt.date(2026, 3, 4))
    with django_assert_num_queries(1):
        assert roles_of(person).units == {unit.pk}
        assert can(person, "manage_unit", unit)
        assert not can(person, "create_unit")
    assert roles_of(person).viewer_in == frozenset()
    person.is_active = False
    assert roles_of(person).units == frozenset()
    assert roles_of(AnonymousUser()).units == frozenset()
    assert roles_of(AdminFactory()).is_officer
    assert not roles_of(EnterprisePersonFactory()).is_officer
    with pytest.raises(ValueError):
        can(person, "fly")


def test_units_that_left_are_not_listed():
    """Suspended ones are."""
    UnitFactory(code="LEFT", state="left")
    UnitFactory(code="HALT", state="suspended")
    assert [unit.code for unit in directory()] == ["HALT"]
    assert unit_by_code("LEFT").code == "LEFT"


def test_a_stale_page_of_the_admin_says_what_changed_meanwhile_and_loses_nothing(data):
    """Two officers open one unit; the second to save is refused, keeps what was typed, and may send it once more."""
    officer = make_officer(is_staff=True)
    unit = perform(officer, create_unit, data, manager=PersonData(email="a@b.example", display_name="甲"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    page = reverse("admin:members_memberunit_change", args=[unit.pk])
    shown = client.get(page).context["adminform"].form
    typed = {
        name: shown[name].value() for name in shown.fields if shown[name].value() not in {None, False}
    } | {"short_name": "我的简称"}
    perform(officer, change_unit, unit, replace(data, website="https://other.example/"))
    answer = client.post(page, typed)
    form = answer.context["adminform"].form
    assert form.errors["website"] == ["It now says: https://other.example/"]
    assert form["short_name"].value() == "我的简称"
    unit.refresh_from_db()
    assert (unit.website, unit.short_name) == ("https://other.example/", data.short_name)
    again = {**typed, "version": form["version"].value(), "website": "https://other.example/"}
    assert client.post(page, again).status_code == 302
    unit.refresh_from_db()
    assert (unit.website, unit.short_name) == ("https://other.example/", "我的简称")
