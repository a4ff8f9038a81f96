"""Organisations that are served: registered, merged, parted, kept as their unit is."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    part_organisation,
    register_organisation,
)
from members.actions.units import UnitData, change_unit, create_unit
from members.errors import InvalidOrganisation, InvalidUnit, MergeRefused
from members.models import Organisation
from members.queries.organisations import known_names, known_organisations
from tests.factories.members import (
    LONG_AGO,
    OrganisationFactory,
    PersonFactory,
    RegionFactory,
    UnitFactory,
    make_manager,
    make_officer,
)

pytestmark = pytest.mark.django_db
CODE = "91110000600037341L"


def firm(**more):
    """An enterprise with a credit code."""
    return OrganisationData(
        **{"name_zh": "青城制药有限公司", "kind": "enterprise", "credit_code": CODE} | more
    )


def typed(unit, name):
    """A name that a unit typed."""
    return OrganisationFactory(name_zh=name, private_to=unit, kind="")


def state():
    """All organisations."""
    return sorted(map(str, Organisation.objects.values_list()))


@pytest.fixture
def unit():
    return UnitFactory(name_zh="内蒙古工业大学", short_name="内工大", name_en="IMUT")


@pytest.fixture
def second():
    return UnitFactory(name_zh="内蒙古大学", short_name="内大", name_en="Inner Mongolia University")


class TestMeaning:
    """What a typed name means."""

    def test_names_of_one_house(self, unit, second):
        """Name, short name, English name, with a bracket for the whole house; whichever unit types it; one query."""
        names = ["内蒙古大学", "内大", "inner mongolia university", "内蒙古大学（校本部）", "内 蒙古大学"]
        wanted = [(owner.pk, name) for owner in (unit, second) for name in names]
        with CaptureQueriesContext(connection) as captured:
            known = known_organisations(wanted)
        assert len(captured) == 1
        assert {known.find(*one).unit_id for one in wanted} == {second.pk}
        assert known.find(unit.pk, "内蒙古大学化学化工学院") is None

    def test_a_registered_one_by_name_and_code(self, unit):
        """The code in any case and width."""
        made = perform(make_officer(), register_organisation, firm())
        names = ["青城制药有限公司", "青城制药 有限公司", CODE, CODE.lower()]
        known = known_organisations([(unit.pk, name) for name in names])
        assert {known.find(unit.pk, name) for name in names} == {made}

    def test_a_private_name_is_of_its_unit_alone(self, unit, second):
        """The second unit does not see it."""
        row = typed(unit, "某厂")
        known = known_organisations([(unit.pk, "某厂"), (second.pk, "某厂")])
        assert (known.find(unit.pk, "某厂"), known.find(second.pk, "某厂")) == (row, None)
        assert "某厂" in known_names(unit)
        assert "某厂" not in known_names(second)
        assert unit.name_zh not in known_names(unit)

    def test_a_short_name_of_two_units_means_neither(self, unit):
        """But for the one that types it, its own."""
        one, other = UnitFactory(short_name="农科院"), UnitFactory(short_name="农科院")
        known = known_organisations([(unit.pk, "农科院"), (one.pk, "农科院")])
        assert known.find(unit.pk, "农科院") is None
        assert known.find(one.pk, "农科院").unit_id == one.pk
        assert known.find(other.pk, "农科院").unit_id == other.pk


class TestRegistering:
    """An outside organisation becomes known to all."""

    def test_the_same_name_typed_before_counts_as_it(self, unit, second):
        """In both units, each with a row in the history; other names stay."""
        mine, theirs, other = (
            typed(unit, "青城制药有限公司"),
            typed(second, "青城制药 有限公司"),
            typed(unit, "别厂"),
        )
        made = perform(make_manager(unit), register_organisation, firm(), unit=unit)
        for row in (mine, theirs, other):
            row.refresh_from_db()
        assert (mine.merged_into, theirs.merged_into, other.merged_into) == (made, made, None)
        assert list(Entry.objects.order_by("sequence").values_list("verb", flat=True)) == [
            "members.organisation.registered",
            "members.organisation.merged",
            "members.organisation.merged",
        ]
        with pytest.raises(MergeRefused):
            perform(make_officer(), part_organisation, mine)

    @pytest.mark.parametrize(
        ("wrong", "fields"),
        [
            ({"credit_code": "911100006000373410"}, ["credit_code"]),
            ({"credit_code": None}, ["credit_code"]),
            ({"name_zh": " ", "kind": ""}, ["kind", "name_zh"]),
            ({"name_zh": "内大"}, ["name_zh"]),
            ({"name_zh": "内蒙古大学（校本部）"}, ["name_zh"]),
        ],
    )
    def test_wrong_fields_are_named(self, unit, second, wrong, fields):
        """By a manager, who needs a code; a member unit is known already; nothing is written."""
        before = state()
        with pytest.raises(InvalidOrganisation) as refused:
            perform(make_manager(unit), register_organisation, firm(**wrong), unit=unit)
        assert sorted(refused.value.fields) == fields
        assert state() == before

    def test_the_department_needs_no_code(self):
        """An individual has none."""
        data = firm(name_zh="王五", kind="individual", credit_code="")
        made = perform(make_officer(), register_organisation, data)
        assert (made.credit_code, made.private_to, made.unit) == (None, None, None)
        with pytest.raises(InvalidOrganisation):
            perform(make_officer(), register_organisation, data)

    def test_rights(self, unit, second):
        """A manager for their own unit; nobody else's; officers change what is registered."""
        before = state()
        for person in (make_manager(second), PersonFactory(home_unit=unit)):
            with pytest.raises(NotAllowed):
                perform(person, register_organisation, firm(), unit=unit)
        with pytest.raises(NotAllowed):
            perform(make_manager(unit), register_organisation, firm())
        assert state() == before
        made = perform(make_officer(), register_organisation, firm())
        with pytest.raises(NotAllowed):
            perform(make_manager(unit), change_organisation, made, firm(name_zh="新名"))
        row = perform(make_officer(), change_organisation, made, firm(name_zh="新名"), seen=1)
        assert (row.name_zh, row.folded, row.version) == ("新名", "新名", 2)
        with pytest.raises(StaleVersion):
            perform(make_officer(), change_organisation, made, firm(name_zh="旧名"), seen=1)


class TestMerging:
    """Counted as another, and by itself again."""

    def test_merge_and_undo(self, unit, second):
        """Each with its verb, its version and what it says."""
        manager, row = make_manager(unit), typed(unit, "内蒙古大学化学化工学院")
        goal = second.served_as
        merged = perform(manager, merge_organisation, row, goal, seen=1)
        assert (merged.counted, merged.version) == (goal, 2)
        with pytest.raises(StaleVersion):
            perform(manager, part_organisation, row, seen=1)
        parted = perform(manager, part_organisation, row, seen=2)
        assert (parted.merged_into, parted.version) == (None, 3)
        done, undone = Entry.objects.filter(verb__startswith="members.organisation.").order_by("sequence")
        assert (done.verb, undone.verb) == ("members.organisation.merged", "members.organisation.parted")
        said = {"name": row.name_zh, "unit": unit.code, "counts_as": goal.name_zh, "counts_as_id": goal.pk}
        nothing = said | {"counts_as": None, "counts_as_id": None}
        assert (done.before, done.after) == (nothing, said)
        assert (undone.before, undone.after) == (said, nothing)

    def test_what_counted_as_it_comes_along(self, unit, second):
        """So nothing is ever merged in two steps."""
        manager = make_manager(unit)
        one, two = typed(unit, "甲"), typed(unit, "乙")
        perform(manager, merge_organisation, one, two)
        perform(manager, merge_organisation, two, second.served_as)
        assert {row.counted for row in Organisation.objects.filter(private_to=unit)} == {second.served_as}

    def test_what_is_refused(self, unit, second):
        """A unit, itself, one that is merged, a stranger's name; nothing changes."""
        officer, one, theirs = make_officer(), typed(unit, "甲"), typed(second, "乙")
        merged = OrganisationFactory(name_zh="丙", merged_into=OrganisationFactory(name_zh="丁"))
        before = state()
        for row, goal in ((unit.served_as, second.served_as), (one, one), (one, merged), (one, theirs)):
            with pytest.raises(MergeRefused):
                perform(officer, merge_organisation, row, goal)
        with pytest.raises(MergeRefused):
            perform(officer, part_organisation, one)
        assert state() == before

    def test_rights(self, unit, second):
        """The unit's manager and officers; a registered one by officers alone; the second unit's manager neither."""
        row, registered = typed(unit, "甲"), OrganisationFactory(name_zh="乙")
        for person in (make_manager(second), PersonFactory(home_unit=unit)):
            with pytest.raises(NotAllowed):
                perform(person, merge_organisation, row, registered)
        with pytest.raises(NotAllowed):
            perform(make_manager(unit), merge_organisation, registered, second.served_as)
        assert Entry.objects.filter(verb="members.refused").count() == 3
        assert (
            perform(make_officer(), merge_organisation, registered, second.served_as).counted.unit == second
        )

    def test_the_database_refuses_two_steps_and_circles(self, unit):
        """Whoever writes past the action."""
        one, two, three = typed(unit, "甲"), typed(unit, "乙"), typed(unit, "丙")
        rows = Organisation.objects
        rows.filter(pk=one.pk).update(merged_into=two)
        for row, goal in ((two, one), (two, three), (three, one), (three, three)):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.filter(pk=row.pk).update(merged_into=goal)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.filter(unit=unit).update(merged_into=two)
        with pytest.raises(IntegrityError), transaction.atomic():
            typed(unit, "甲")


class TestUnits:
    """Each unit has the organisation that it is."""

    def data(self, **more):
        """A new unit."""
        return UnitData(
            **{"code": "NEW", "name_zh": "新大学", "region": RegionFactory(), "joined_on": LONG_AGO} | more
        )

    def test_created_renamed_and_what_went_by_its_name(self, unit):
        """A name typed or registered before the unit joined counts as the unit."""
        officer, row = make_officer(), typed(unit, "新大学")
        known = OrganisationFactory(name_zh="新大学")
        made = perform(officer, create_unit, self.data(), manager=make_manager(unit))
        own = made.served_as
        assert (own.name_zh, own.folded, own.kind) == ("新大学", "新大学", "university")
        for one in (row, known):
            one.refresh_from_db()
            assert one.merged_into == own
        perform(officer, change_unit, made, self.data(name_zh="更新大学", short_name="更大"))
        own.refresh_from_db()
        assert (own.name_zh, own.folded) == ("更新大学", "更新大学")

    def test_two_units_of_one_name_but_for_width(self, unit):
        """The second is refused at its field, and nothing is written."""
        officer, manager = make_officer(), make_manager(unit)
        before = state()
        with pytest.raises(InvalidUnit) as refused:
            perform(officer, create_unit, self.data(name_zh="内蒙古 工业大学"), manager=manager)
        assert list(refused.value.fields) == ["name_zh"]
        assert state() == before
