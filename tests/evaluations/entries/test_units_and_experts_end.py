"""What ends, resolves: forms of a collecting round whose unit or expert is taken away."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from audit.models import Entry
from changes import perform
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.enums import RoundState
from evaluations.rounds.models import Round
from members.actions.people import change_person
from members.actions.roles import end_network_role
from members.actions.units import change_unit
from members.models import MemberUnit, NetworkRole, Person
from notices.models import Notice
from tests.choosing import agreeing, asked_by, words_of
from tests.factories.members import AdminFactory, UnitRoleFactory
from tests.members.test_accounts import data_of
from tests.members.test_what_ends import unit_data

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _now():
    """A Wednesday noon, while the round collects."""
    with time_machine.travel(dt.datetime(2026, 3, 4, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


def everything():
    """All that could have changed."""
    return [
        *(
            list(model.objects.order_by("pk").values())
            for model in (ReportedValue, GivenScore, NetworkRole, Person, MemberUnit, Round)
        ),
        Entry.objects.count(),
        Notice.objects.count(),
    ]


def told(person):
    """Kinds of notice that reached a person."""
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_a_suspended_unit_is_asked_about_its_open_form(story):
    """One that has reported may take it back; one that has not simply goes on."""
    before = everything()
    (hit,) = asked_by(
        story.officer, change_unit, story.units["AAA"], unit_data(story.units["AAA"], state="suspended")
    )
    assert (hit.kind, hit.choices, hit.title[-1]) == ("entry_form", ("keep", "cancel"), "1")
    (empty,) = asked_by(
        story.officer, change_unit, story.units["CCC"], unit_data(story.units["CCC"], state="suspended")
    )
    assert (empty.choices, empty.title[-1]) == (("keep",), "0")
    assert everything() == before


@pytest.mark.parametrize(("choice", "left"), [("keep", {"AAA", "BBB"}), ("cancel", {"BBB"})])
def test_what_it_reported_stays_or_is_taken_back(story, choice, left):
    """Who had reported it is told; what is taken back stays on record, scores of others stay as they are."""
    unit, manager = story.units["AAA"], story.managers["AAA"]
    scores = GivenScore.objects.count()
    Notice.objects.all().delete()
    agreeing(story.officer, change_unit, unit, unit_data(unit, state="suspended"), prefer=choice)
    assert set(ReportedValue.objects.values_list("unit__code", flat=True)) == left
    assert GivenScore.objects.count() == scores
    if choice == "keep":
        assert told(manager) == ["unit_suspended"]
        return
    assert sorted(told(manager)) == ["evaluation_values_withdrawn", "unit_suspended"]
    (row,) = Notice.objects.filter(kind="evaluation_values_withdrawn")
    assert words_of(row) == (
        f"The department took back what was reported for {unit.name_en}. "
        f"Reason: {unit.name_en} is suspended in the network."
    )
    assert Entry.objects.filter(verb="evaluations.value.withdrawn").count() == 1


def test_a_round_that_no_longer_collects_is_not_asked_about(story):
    """Nor one that is open for others alone."""
    unit = story.units["AAA"]
    Round.objects.update(open_units=[story.units["BBB"].pk])
    perform(story.officer, change_unit, unit, unit_data(unit, state="suspended"))
    Round.objects.update(open_units=[], state=RoundState.DRAFT)
    perform(story.officer, change_unit, story.units["BBB"], unit_data(story.units["BBB"], state="suspended"))


def test_an_expert_who_goes_leaves_scores_ungiven(story):
    """One for each active unit but the scored one and the own; none where the expert has a role."""
    expert, role = story.expert, NetworkRole.objects.get(person=story.expert)
    admin = AdminFactory()
    assert MemberUnit.objects.count() == 6
    Notice.objects.all().delete()
    before = everything()
    (hit,) = asked_by(story.officer, end_network_role, role)
    assert (hit.kind, hit.choices, hit.title[-1]) == ("scores", ("keep",), "4")
    assert everything() == before
    UnitRoleFactory(person=expert, unit=story.units["CCC"], kind="viewer")
    (hit,) = asked_by(story.officer, end_network_role, role)
    assert hit.title[-1] == "3"
    (hit, _role, _viewer) = sorted(
        asked_by(admin, change_person, expert, data_of(expert, is_active=False)),
        key=lambda one: one.kind,
        reverse=True,
    )
    assert hit.title[-1] == "3"
    agreeing(story.officer, end_network_role, role)
    assert (told(expert), told(story.officer)) == (["role_ended"], [])
    assert GivenScore.objects.filter(given_by=expert).count() == 1


def test_the_department_hears_of_an_expert_whose_account_is_closed(story):
    """The officers, not who closed it."""
    Notice.objects.all().delete()
    agreeing(AdminFactory(), change_person, story.expert, data_of(story.expert, is_active=False))
    assert told(story.officer) == ["evaluation_expert_gone"]


def test_who_has_scored_all_or_comes_too_late_is_let_go(story):
    """Nothing is left to give, or the time for it ends before the role does."""
    role = NetworkRole.objects.get(person=story.expert)
    perform(story.officer, end_network_role, role, valid_to=dt.date(2026, 4, 1))
    assert NetworkRole.objects.get(pk=role.pk).valid_to == dt.date(2026, 4, 1)
