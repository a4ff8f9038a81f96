"""Values reported and scores given: what is refused, what is written once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.models import Entry
from evaluations.actions.values import give_score, report_value
from evaluations.errors import ConflictOfInterest, ValueRefused
from members.errors import NotAllowed

pytestmark = pytest.mark.django_db


def test_values_are_checked(story):
    """Unknown keys, negative and too large numbers, foreign units, own units: refused, nothing changed."""
    unit, manager = story.units["AAA"], story.managers["AAA"]
    for key, value in (("effect", 1), ("nothing", 1), ("tasks", -1)):
        with pytest.raises(ValueRefused):
            report_value(story.round, unit, key, Decimal(value), actor=manager)
    with pytest.raises(ValueRefused):
        report_value(story.round, unit, "tasks", Decimal("1.00001"), actor=manager)
    with pytest.raises(ValueRefused):
        give_score(story.round, unit, "effect", Decimal(21), actor=story.officer)
    with pytest.raises(ValueRefused):
        give_score(story.round, unit, "tasks", Decimal(1), actor=story.officer)
    with pytest.raises(ValueRefused):
        report_value(
            story.round, unit, "tasks", Decimal(1), actor=manager, instrument=story.instruments["AAA-1"]
        )
    with pytest.raises(NotAllowed):
        report_value(story.round, story.units["BBB"], "tasks", Decimal(1), actor=manager)
    story.expert.home_unit = unit
    story.expert.save()
    with pytest.raises(ConflictOfInterest):
        give_score(story.round, unit, "effect", Decimal(1), actor=story.expert)
    assert story.round.reported_values.get(unit=unit).value == Decimal("4.0000")


def test_reporting_twice_writes_once(story):
    """The same content again changes nothing and leaves no entry."""
    count = Entry.objects.count()
    report_value(story.round, story.units["AAA"], "tasks", Decimal(4), actor=story.managers["AAA"])
    assert Entry.objects.count() == count
    report_value(story.round, story.units["AAA"], "tasks", Decimal(3), actor=story.managers["AAA"])
    assert Entry.objects.count() == count + 1
