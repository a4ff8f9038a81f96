"""The check that stands behind every test: a change that holds no lock of its kind is found out."""

from __future__ import annotations

import pytest

from changes import perform
from members.models import MemberUnit
from tests.factories.members import PersonFactory, UnitFactory
from tests.lines import OutOfLine

pytestmark = pytest.mark.django_db


def test_a_change_under_the_lock_of_its_kind_passes_and_without_it_does_not():
    unit, person = UnitFactory.create(), PersonFactory.create()

    def rename(work, *, locked):
        if locked:
            work.lock_one(MemberUnit.objects.all(), unit.pk)
        work.record("members.unit.changed", unit, before={"name": "甲"}, after={"name": "乙"})

    perform(person, rename, locked=True)
    with pytest.raises(OutOfLine, match=r"members\.unit\.changed under no lock, not members\.memberunit"):
        perform(person, rename, locked=False)


def test_what_is_new_needs_no_lock_but_for_its_number():
    unit, person = UnitFactory.create(), PersonFactory.create()
    perform(person, lambda work: work.record("members.unit.created", unit))
    with pytest.raises(OutOfLine):
        perform(person, lambda work: work.record("instruments.instrument.created", unit))
