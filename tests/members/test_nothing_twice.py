"""What is said twice, comes too late or names nobody: the second time nothing changes, and nobody is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import NotAuthenticated

from audit.models import Entry
from changes import perform
from members.actions import roles
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    register_organisation,
)
from members.actions.people import change_person
from members.actions.roles import end_network_role, end_unit_role, give_network_role, settle_ended_roles
from members.actions.units import UnitData, change_unit, create_unit
from members.api.caller import caller
from members.enums import UnitState
from members.errors import InvalidOrganisation, InvalidRole
from members.models import MemberUnit, NetworkRole, Organisation, Person, UnitRole
from members.queries.units import unit_by_code
from notices.models import Notice
from tests.choosing import agreeing
from tests.factories.members import (
    AdminFactory,
    NetworkRoleFactory,
    OrganisationFactory,
    PersonFactory,
    RegionFactory,
    UnitFactory,
    UnitRoleFactory,
    make_manager,
    make_officer,
)
from tests.members.test_accounts import data_of

pytestmark = pytest.mark.django_db
CODE = "91110000600037341L"
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _now():
    """Stand still on a Wednesday noon."""
    with time_machine.travel(dt.datetime(2026, 3, 4, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


def told() -> tuple[int, int]:
    """How long the history is, and how many notices there are."""
    return Entry.objects.count(), Notice.objects.count()


def firm(**more) -> OrganisationData:
    """An enterprise with a credit code."""
    return OrganisationData(
        **{"name_zh": "青城制药有限公司", "kind": "enterprise", "credit_code": CODE} | more
    )


class TestRoles:
    """A role ends once."""

    @pytest.mark.parametrize(
        ("factory", "end"), [(UnitRoleFactory, end_unit_role), (NetworkRoleFactory, end_network_role)]
    )
    def test_an_ended_role_is_not_ended_again(self, factory, end):
        """Not even to an earlier end: what is over by the day that is asked for stays."""
        admin, role = AdminFactory(), factory(kind="steward" if factory is UnitRoleFactory else "expert")
        agreeing(admin, end, role, valid_to=dt.date(2026, 3, 1))
        version, before = type(role).objects.get().version, told()
        again = perform(admin, end, role, seen=99)
        assert (again.valid_to, again.version, told()) == (dt.date(2026, 3, 1), version, before)

    def test_a_closed_account_gets_no_role_in_the_network(self):
        """Nothing is given."""
        with pytest.raises(InvalidRole):
            perform(AdminFactory(), give_network_role, PersonFactory(is_active=False), "expert")
        assert not NetworkRole.objects.exists()

    def test_what_another_worker_settled_meanwhile_is_settled_once(self):
        """Both find the same role; the second sees under its lock that it is done."""
        role = NetworkRoleFactory(kind="expert", valid_to=TODAY)
        assert settle_ended_roles(dt.datetime(2026, 3, 4, 4, 0, tzinfo=dt.UTC)) == 1
        before = told()
        settled = NetworkRole.objects.get().resolved_at
        assert settled is not None
        assert perform(None, roles._settle_network_role, role.pk, role.person_id) is False
        assert (NetworkRole.objects.get().resolved_at, told()) == (settled, before)

    def test_who_manages_two_units_leaves_one(self):
        """The other one is not asked for another manager."""
        old, kept = UnitFactory(), UnitFactory()
        person = make_manager(old)
        UnitRoleFactory(unit=kept, person=person)
        UnitRoleFactory(unit=old)
        moved = agreeing(
            make_officer(), change_person, person, replace(data_of(person), home_unit=UnitFactory())
        )
        assert moved.home_unit_id != old.pk
        assert UnitRole.objects.get(unit=kept, person=person).valid_to is None


class TestOrganisations:
    """An organisation is known once."""

    def test_a_member_unit_is_not_changed_as_an_organisation(self):
        """Nor is a name that a unit typed: each has a page of its own."""
        unit = UnitFactory()
        typed = OrganisationFactory(private_to=unit, kind="")
        for row in (unit.served_as, typed):
            with pytest.raises(InvalidOrganisation) as refused:
                perform(make_officer(), change_organisation, row, firm())
            assert list(refused.value.fields) == ["name_zh"]
        assert not Organisation.objects.filter(name_zh="青城制药有限公司").exists()

    def test_the_same_again_is_no_change(self):
        """No version, no history."""
        officer = make_officer()
        row = perform(officer, register_organisation, firm())
        before = told()
        again = perform(officer, change_organisation, row, firm(name_zh=" 青城制药有限公司 "), seen=1)
        assert (again.version, told()) == (1, before)

    def test_one_that_counts_as_another_gathers_no_names(self):
        """Its new name is its own; whoever typed that name is not counted as it."""
        officer, unit = make_officer(), UnitFactory()
        goal = perform(officer, register_organisation, firm())
        row = perform(officer, register_organisation, firm(name_zh="旧厂", credit_code=None))
        typed = OrganisationFactory(name_zh="新厂", private_to=unit, kind="")
        perform(officer, merge_organisation, row, goal)
        perform(officer, change_organisation, row, firm(name_zh="新厂", credit_code=None))
        typed.refresh_from_db()
        assert (typed.merged_into, Organisation.objects.get(pk=row.pk).merged_into) == (None, goal)

    def test_merged_twice_it_is_merged_once(self):
        """The second time says nothing to anybody."""
        officer = make_officer()
        goal = perform(officer, register_organisation, firm())
        row = perform(officer, register_organisation, firm(name_zh="旧厂", credit_code=None))
        perform(officer, merge_organisation, row, goal)
        before = told()
        assert perform(officer, merge_organisation, row, goal).merged_into == goal
        assert (Organisation.objects.get(pk=row.pk).version, told()) == (2, before)

    def test_a_unit_takes_in_what_was_registered_under_its_credit_code(self):
        """It is the same legal person, whatever the name."""
        officer = make_officer()
        row = perform(officer, register_organisation, firm())
        data = UnitData(
            code="NEW", name_zh="新药研究院", region=RegionFactory(), joined_on=TODAY, credit_code=CODE
        )
        unit = perform(officer, create_unit, data, manager=PersonFactory())
        row.refresh_from_db()
        assert row.merged_into == unit.served_as

    def test_registered_changed_and_left_alone_in_the_admin(self):
        """By one form: a new one, another name, the same again; only what changes is written."""
        client = Client()
        client.force_login(make_officer(is_staff=True))
        add = reverse("admin:members_organisation_add")
        sent = {"name_zh": "青城制药有限公司", "name_en": "", "kind": "enterprise", "credit_code": CODE}
        assert client.post(add, sent).status_code == 302
        row = Organisation.objects.get(credit_code=CODE)
        page = reverse("admin:members_organisation_change", args=[row.pk])
        assert client.post(page, sent | {"name_en": "Qingcheng", "version": 1}).status_code == 302
        row.refresh_from_db()
        assert (row.name_en, row.version, row.merged_into) == ("Qingcheng", 2, None)
        before = told()
        assert client.post(page, sent | {"name_en": "Qingcheng", "version": 2}).status_code == 302
        row.refresh_from_db()
        assert (row.version, told()) == (2, before)

    def test_a_member_unit_is_only_shown_in_the_admin(self):
        """Nothing of it can be sent."""
        client, unit = Client(), UnitFactory()
        client.force_login(make_officer(is_staff=True))
        page = reverse("admin:members_organisation_change", args=[unit.served_as.pk])
        before = list(Organisation.objects.values())
        answer = client.post(page, {"name_zh": "别名", "kind": "other", "version": unit.served_as.version})
        assert answer.status_code == 302
        assert list(Organisation.objects.values()) == before


class TestUnits:
    """A unit that left comes back suspended."""

    def test_from_left_to_suspended_nobody_is_told_again(self):
        """Nothing rests on it any more, and its managers know that it takes no part."""
        unit, officer = UnitFactory(), make_officer()
        make_manager(unit)
        MemberUnit.objects.update(state=UnitState.LEFT)
        unit.refresh_from_db()
        data = UnitData(
            code=unit.code,
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            short_name=unit.short_name,
            region=unit.region,
            joined_on=unit.joined_on,
            kind=unit.kind,
            state=UnitState.SUSPENDED,
        )
        assert perform(officer, change_unit, unit, data).state == "suspended"
        assert not Notice.objects.exists()

    def test_no_unit_has_a_zero_byte_in_its_code(self):
        """PostgreSQL could not even be asked."""
        unit = UnitFactory(code="IMU")
        assert (unit_by_code("IMU"), unit_by_code("IM\0U")) == (unit, None)


class TestAccounts:
    """Accounts, from the command line, the admin and the programming interface."""

    def test_an_account_needs_an_address(self):
        """It is kept in small letters and found in any case."""
        with pytest.raises(ValueError, match="needs an e-mail address"):
            Person.objects.create_user("")
        made = Person.objects.create_superuser(" Root@Test.Example ", "long enough", display_name="Root")
        assert (made.email, made.is_staff, made.is_superuser) == ("root@test.example", True, True)
        assert made.check_password("long enough")
        assert Person.objects.get_by_natural_key("ROOT@test.example") == made
        assert Person.objects.count() == 1

    def test_nobody_calls(self):
        """A request without a person is told to say who it is from."""

        class Nobody:
            user = None

        with pytest.raises(NotAuthenticated):
            caller(Nobody())

    def test_a_superuser_opens_an_account_and_its_way_into_the_admin(self):
        """As one change, by one form."""
        client = Client()
        client.force_login(AdminFactory())
        unit = UnitFactory()
        sent = {
            "email": "new@test.example",
            "display_name": "新人",
            "affiliation": "member_unit",
            "home_unit": unit.pk,
            "language": "en",
            "is_active": "on",
            "is_staff": "on",
        }
        assert client.post(reverse("admin:members_person_add"), sent).status_code == 302
        made = Person.objects.get(email="new@test.example")
        assert (made.home_unit, made.is_staff, made.language) == (unit, True, "en")

    def test_a_role_shown_without_an_end_stays_as_it_is(self):
        """The form of the admin was sent with nothing filled in."""
        client, role = Client(), UnitRoleFactory(kind="steward")
        client.force_login(make_officer(is_staff=True))
        before = told()
        page = reverse("admin:members_unitrole_change", args=[role.pk])
        assert client.post(page, {"valid_to": "", "version": role.version}).status_code == 302
        assert (UnitRole.objects.get().valid_to, told()) == (None, before)
