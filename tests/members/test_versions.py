"""Versions: whoever saw an older unit, person, role or organisation is refused, and nothing changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.models import Entry
from changes import StaleVersion, perform
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    part_organisation,
)
from members.actions.people import change_own_account, change_person
from members.actions.roles import end_network_role, end_unit_role
from members.actions.units import UnitProfile, change_unit, change_unit_profile
from members.models import MemberUnit, NetworkRole, Organisation, Person, UnitRole
from tests.factories.members import (
    AdminFactory,
    NetworkRoleFactory,
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
)
from tests.members.test_accounts import data_of
from tests.members.test_what_ends import unit_data

pytestmark = pytest.mark.django_db

OWN = {"phone": "0471", "language": "en", "mail_wanted": False}


def unit_changed():
    """Another name."""
    unit = UnitFactory()
    return change_unit, unit, (unit_data(unit, name_en="Other"),), {}


def profile_changed():
    """Another contact."""
    return change_unit_profile, UnitFactory(), (UnitProfile(contact_name="李老师"),), {}


def person_changed():
    """Another name."""
    person = PersonFactory()
    return change_person, person, (replace(data_of(person), display_name="新名"),), {}


def account_changed():
    """What people set for themselves."""
    return change_own_account, PersonFactory(), (), OWN


def unit_role_ended():
    """Of somebody whom no unit needs."""
    return end_unit_role, UnitRoleFactory(kind="viewer"), (), {}


def network_role_ended():
    """Of an expert."""
    return end_network_role, NetworkRoleFactory(kind="expert"), (), {}


def organisation_changed():
    """Another name."""
    data = OrganisationData(name_zh="新名", kind="enterprise")
    return change_organisation, OrganisationFactory(), (data,), {}


def organisation_merged():
    """Into a member unit."""
    return merge_organisation, OrganisationFactory(), (UnitFactory().served_as,), {}


def organisation_parted():
    """From a member unit."""
    return part_organisation, OrganisationFactory(merged_into=UnitFactory().served_as), (), {}


def rows():
    """All that could have changed."""
    models = (MemberUnit, Person, UnitRole, NetworkRole, Organisation)
    return [list(model.objects.order_by("pk").values()) for model in models], Entry.objects.count()


@pytest.mark.parametrize(
    "case",
    [
        unit_changed,
        profile_changed,
        person_changed,
        account_changed,
        unit_role_ended,
        network_role_ended,
        organisation_changed,
        organisation_merged,
        organisation_parted,
    ],
)
def test_a_stale_version_changes_nothing_and_the_right_one_counts_up(case):
    action, row, given, more = case()
    actor = row if action is change_own_account else AdminFactory()
    held, before = row.version, rows()
    for seen in (held - 1, held + 1):
        with pytest.raises(StaleVersion) as stale:
            perform(actor, action, row, *given, **more, seen=seen)
        assert (stale.value.seen, stale.value.found) == (seen, held)
    assert rows() == before
    perform(actor, action, row, *given, **more, seen=held)
    row.refresh_from_db()
    assert row.version == held + 1
    assert Entry.objects.count() == before[1] + 1
