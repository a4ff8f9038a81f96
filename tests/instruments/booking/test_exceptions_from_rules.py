"""Exceptions that a steward makes from booking rules: for somebody else, with a reason, on record."""

from __future__ import annotations

import pytest

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.requests import request_booking
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.booking.rules_tried import NIGHT, WISH, broken, create, held
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def person():
    """A researcher of another unit."""
    return PersonFactory()


def test_an_exception_is_made_by_the_steward_for_somebody_else(person, ledger):
    """With a reason, on record, in the life of the booking; the others' rules stay."""
    instrument = make_instrument(
        policy={"longest_minutes": 60, "buffer_after_minutes": 60, "person_day_hours": 2}
    )
    steward = make_steward(instrument)
    held(instrument, PersonFactory(), (3, 12.5, 13))
    given = {"start": WISH[0], "end": WISH[1], "purpose": "断口"}
    before = ledger()
    for actor, more in (
        (person, {}),
        (steward, {}),
        (PersonFactory(), {"person": person}),
    ):
        with pytest.raises(NotAllowed):
            perform(actor, request_booking, instrument, waive="急用", **given, **more)
    assert before.unchanged()
    assert broken(
        lambda: perform(steward, request_booking, instrument, person=person, waive="急" * 301, **given)
    ) == ["reason"]
    booking = perform(steward, request_booking, instrument, person=person, waive=" 急用 ", **given)
    assert [(step.verb, step.reason, step.by) for step in booking.steps.order_by("pk")] == [
        ("confirmed", "", steward),
        ("waived", "急用", steward),
    ]
    entry = Entry.objects.get(verb="instruments.booking.waived")
    assert (entry.after["reason"], entry.after["rules"]) == ("急用", ["too_long", "person_day", "buffer"])


def test_an_exception_moves_nobody_out(person, ledger):
    """A taken slot, the past, a missing price: no reason helps."""
    instrument = make_instrument()
    steward = make_steward(instrument)
    held(instrument, PersonFactory(), (3, 11, 13))
    before = ledger()
    act = lambda start, end: broken(  # noqa: E731
        lambda: perform(
            steward,
            request_booking,
            instrument,
            start=start,
            end=end,
            purpose="断口",
            person=person,
            waive="急用",
        )
    )
    assert act(*WISH) == ["slot_taken"]
    assert act(at(0, 7), at(0, 8)) == ["past"]
    instrument.rates.all().delete()
    assert act(at(5, 9), at(5, 10)) == ["no_rate"]
    assert before.unchanged()


def test_a_move_is_an_exception_too(person):
    """Another person's booking goes to a time its rules forbid; on record only where a rule was broken."""
    instrument = make_instrument(policy={"nights": "closed"})
    steward = make_steward(instrument)
    booking = create(instrument, person, WISH)()
    moved = perform(steward, move_booking, booking, start=at(4, 9), end=at(4, 12), waive="无需破例")
    assert not Entry.objects.filter(verb="instruments.booking.waived").exists()
    perform(steward, move_booking, moved, start=NIGHT[0], end=NIGHT[1], waive="样品易变质")
    assert Entry.objects.get(verb="instruments.booking.waived").after["rules"] == ["night"]
