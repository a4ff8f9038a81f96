"""Which rows a change of units, people, roles and organisations holds: two at once must meet in one of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from members.actions.invitations import ask_transfer, invite_again, invite_person
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    part_organisation,
    register_organisation,
)
from members.actions.people import PersonData, change_own_account, change_person, set_admin_access
from members.actions.roles import (
    end_network_role,
    end_unit_role,
    give_network_role,
    give_unit_role,
    settle_ended_roles,
)
from members.actions.units import UnitProfile, change_unit, change_unit_profile
from tests.factories.members import (
    AdminFactory,
    NetworkRoleFactory,
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_manager,
)
from tests.lines import held, keys
from tests.members.test_accounts import data_of
from tests.members.test_what_ends import unit_data

pytestmark = pytest.mark.django_db


def test_a_role_in_a_unit_is_given_and_ended_in_the_line_of_its_unit():
    """So that two can never end the last two managers; given with the person, whose account may be closed."""
    role, person, admin = UnitRoleFactory(kind="viewer"), PersonFactory(), AdminFactory()
    assert held(admin, give_unit_role, person, role.unit, "viewer") == keys(role.unit, person)
    assert held(admin, end_unit_role, role) == keys(role.unit, role)


def test_a_role_in_the_network_is_given_and_ended_in_the_line_of_its_person():
    role, person, admin = NetworkRoleFactory(kind="expert"), PersonFactory(), AdminFactory()
    assert held(admin, give_network_role, person, "expert") == keys(person)
    assert held(admin, end_network_role, role) == keys(role.person, role)


def test_roles_that_are_over_by_their_date_are_settled_in_the_same_lines():
    today = timezone.localdate()
    viewer = UnitRoleFactory(kind="viewer", valid_to=today)
    expert = NetworkRoleFactory(kind="expert", valid_to=today)

    def settle(_work):
        assert settle_ended_roles(timezone.now()) == 2

    assert held(None, settle) == keys(viewer.unit, viewer, expert.person, expert)


def test_an_account_is_changed_in_its_own_line_and_those_of_its_units():
    """Those it manages, for it may be their last manager, and its own."""
    person, admin = PersonFactory(), AdminFactory()
    managed = UnitRoleFactory(person=person, unit=UnitFactory()).unit
    UnitRoleFactory(person=person, unit=UnitFactory(), kind="viewer")
    wanted = data_of(person, display_name="新名")
    assert held(admin, change_person, person, wanted) == keys(person, managed, person.home_unit)
    assert held(person, change_own_account, person, phone="1", language="en", mail_wanted=True) == keys(
        person
    )
    assert held(admin, set_admin_access, person, allowed=True) == keys(person)


def test_a_unit_is_changed_in_its_own_line():
    unit, admin = UnitFactory(), AdminFactory()
    assert held(admin, change_unit_profile, unit, UnitProfile(contact_name="李")) == keys(unit)
    unit.refresh_from_db()
    assert held(admin, change_unit, unit, unit_data(unit, name_en="Other")) == keys(unit)


def test_who_is_invited_or_asked_for_stands_in_the_unit_s_line():
    """Together with the person, where there is an account already."""
    unit, elsewhere = UnitFactory(), PersonFactory()
    manager, waiting = make_manager(unit), PersonFactory(home_unit=unit, password="!")
    waiting.set_unusable_password()
    waiting.save()
    data = PersonData("one@new.example", "一")
    assert held(manager, invite_person, data, unit, kind="viewer") == keys(unit)
    assert held(manager, invite_again, waiting, unit) == keys(unit, waiting)
    assert held(manager, ask_transfer, elsewhere.email, unit) == keys(unit, elsewhere)


def test_organisations_are_changed_in_the_lines_of_all_that_count_differently_then():
    """Both that are merged, with what counted as the first; all that were typed by the name of a new one."""
    unit, admin = UnitFactory(), AdminFactory()
    one, other = OrganisationFactory(name_zh="甲厂"), OrganisationFactory(name_zh="乙厂")
    follower = OrganisationFactory(name_zh="甲分厂", private_to=unit, kind="", merged_into=one)
    assert held(admin, merge_organisation, one, other) == keys(one, other, follower)
    one.refresh_from_db()
    assert held(admin, part_organisation, one) == keys(one)
    typed = OrganisationFactory(name_zh="丙厂", private_to=unit, kind="")
    data = OrganisationData(name_zh="丙厂", kind="enterprise")
    assert held(admin, register_organisation, data) == keys(typed)
    renamed = OrganisationData(name_zh="丁厂", kind="enterprise")
    assert held(admin, change_organisation, other, renamed) == keys(other)
