"""Values reported and scores given: what is refused, what is written once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from evaluations.entries.actions import give_score, report_value
from evaluations.entries.errors import ConflictOfInterest, ValueRefused
from evaluations.entries.forms import ReportForm
from evaluations.rounds.actions import RoundData, create_round
from evaluations.schemes.actions import load_presets
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.presets import MINISTRY_OF_EDUCATION
from evaluations.steps.actions.opening import open_round
from tests.factories.evaluations import DATA_END, DATA_START, make_story

pytestmark = pytest.mark.django_db


def test_values_are_checked(story):
    """Unknown keys, negative and too large numbers, foreign units, own units: refused, nothing changed."""
    unit, manager = story.units["AAA"], story.managers["AAA"]
    for key, value in (("effect", 1), ("nothing", 1), ("tasks", -1)):
        with pytest.raises(ValueRefused):
            perform(manager, report_value, story.round, unit, key, Decimal(value))
    with pytest.raises(ValueRefused):
        perform(manager, report_value, story.round, unit, "tasks", Decimal("1.00001"))
    with pytest.raises(ValueRefused):
        perform(story.officer, give_score, story.round, unit, "effect", Decimal(21), note="r")
    with pytest.raises(ValueRefused):
        perform(story.officer, give_score, story.round, unit, "tasks", Decimal(1), note="r")
    with pytest.raises(ValueRefused):
        perform(
            manager,
            report_value,
            story.round,
            unit,
            "tasks",
            Decimal(1),
            instrument=story.instruments["AAA-1"],
        )
    with pytest.raises(NotAllowed):
        perform(manager, report_value, story.round, story.units["BBB"], "tasks", Decimal(1))
    story.expert.home_unit = unit
    story.expert.save()
    with pytest.raises(ConflictOfInterest):
        perform(story.expert, give_score, story.round, unit, "effect", Decimal(1))
    assert story.round.reported_values.get(unit=unit).value == Decimal("4.0000")


def test_reporting_twice_writes_once(story):
    """The same content again changes nothing and leaves no entry."""
    count = Entry.objects.count()
    perform(story.managers["AAA"], report_value, story.round, story.units["AAA"], "tasks", Decimal(4))
    assert Entry.objects.count() == count
    perform(story.managers["AAA"], report_value, story.round, story.units["AAA"], "tasks", Decimal(3))
    assert Entry.objects.count() == count + 1


@pytest.fixture
def table():
    """A draft of a round by the ministry's table, collecting, with one instrument of a university."""
    (scheme,) = [one for one in perform(None, load_presets) if one.code == MINISTRY_OF_EDUCATION]
    story = make_story(collecting=False)
    officer = story.officer
    data = RoundData(2025, scheme, DATA_START, DATA_END, Decimal(0))
    round_ = perform(officer, open_round, perform(officer, create_round, data))

    def report(key, value):
        unit, instrument = story.units["AAA"], story.instruments["AAA-1"]
        return perform(
            story.managers["AAA"], report_value, round_, unit, key, Decimal(value), instrument=instrument
        )

    report.round = round_
    return report


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("national_awards", "0.3"),
        ("core_papers", "9.5"),
        ("functions_used.used", "4.5"),
        ("functions_used.original", "5.0001"),
    ],
)
def test_what_counts_things_takes_whole_numbers(table, key, value):
    """0.3 of a national award would be 24 points."""
    with override("en"), pytest.raises(ValueRefused, match="whole number"):
        table(key, value)
    assert not table.round.reported_values.exists()


def test_a_part_is_never_more_than_its_whole(table):
    """10 functions used of 5 would be 200 percent; it does not matter which number comes first."""
    table("functions_used.original", "5")
    with override("en"), pytest.raises(ValueRefused, match="10 cannot be more than 5"):
        table("functions_used.used", "10")
    table("functions_used.used", "5")
    with override("en"), pytest.raises(ValueRefused, match="5 cannot be more than 4"):
        table("functions_used.original", "4")
    table("functions_used.original", "6")
    assert dict(table.round.reported_values.values_list("indicator", "value")) == {
        "functions_used.used": Decimal(5),
        "functions_used.original": Decimal(6),
    }


@pytest.mark.parametrize("new", [("9", "10"), ("1", "2")])
def test_both_numbers_of_a_ratio_change_at_once(table, new):
    """The form enters the growing whole before its part, the shrinking part before its whole."""
    table("functions_used.original", "5")
    table("functions_used.used", "4")
    definition = definition_of(table.round.scheme)
    stored = {row.indicator: row for row in table.round.reported_values.all()}
    names = ("functions_used.used", "functions_used.original")
    form = ReportForm(definition, stored, "en", data=dict(zip(names, new, strict=True)))
    assert form.is_valid()
    for key, value, _words in form.entries():
        table(key, value)
    found = dict(table.round.reported_values.values_list("indicator", "value"))
    assert tuple(str(int(found[name])) for name in names) == new
