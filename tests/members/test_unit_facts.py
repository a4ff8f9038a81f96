"""What a unit was at a moment is what its rows say of that moment, whatever came after."""

from __future__ import annotations

import datetime as dt

import pytest

from members.actions.unit_facts import keep_unit_facts
from members.queries.unit_facts import unit_facts_at
from tests.factories.members import UnitFactory

pytestmark = pytest.mark.django_db
MAY, JUNE = dt.datetime(2025, 5, 1, tzinfo=dt.UTC), dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def test_a_unit_is_what_it_was_at_the_moment_asked_for():
    unit, other = UnitFactory(name_zh="旧名"), UnitFactory(name_zh="别名")
    keep_unit_facts(unit, MAY)
    unit.name_zh = "新名"
    unit.save()
    keep_unit_facts(unit, JUNE)
    for moment, name in ((JUNE - dt.timedelta(microseconds=1), "旧名"), (JUNE, "新名")):
        found = unit_facts_at(moment, [unit.pk, other.pk])
        assert {pk: row.name_zh for pk, row in found.items()} == {unit.pk: name, other.pk: "别名"}
