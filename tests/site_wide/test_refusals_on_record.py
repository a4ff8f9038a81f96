"""Every refusal of right leaves an entry that names who, what and where, also where the answer is a missing page."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import Entry
from audit.sealing import seal_all
from audit.verifying import first_fault
from changes import perform
from evaluations.entries.actions import give_score
from evaluations.entries.errors import ConflictOfInterest
from instruments.booking.enums import BookingState
from tests.api.calling import Caller
from tests.factories.evaluations import make_story
from tests.factories.instruments import BookingFactory, UsageRecordFactory, make_instrument
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db


def refusals() -> list[tuple[str, str, str, str]]:
    """Verb of the entry, its target's kind, the verb refused and the reason; oldest first."""
    rows = Entry.objects.filter(verb__endswith=".refused").order_by("sequence")
    return [(e.verb, e.target_type, (e.after or {}).get("verb"), (e.after or {}).get("reason")) for e in rows]


@pytest.mark.parametrize(
    ("path", "kind", "verb"),
    [
        ("/bookings/{booking}/", "instruments.booking", "view_booking"),
        ("/usage/{record}/", "instruments.usagerecord", "view_usage"),
        ("/units/{unit}/manage/", "members.memberunit", "view_inventory"),
        ("/units/{unit}/manage/{code}/", "instruments.instrument", "edit_instrument"),
        ("/units/{unit}/people/", "members.memberunit", "view_unit_people"),
    ],
)
def test_a_page_that_is_hidden(path, kind, verb):
    """The answer is that of a missing page; the history knows better."""
    instrument = make_instrument()
    booking, record = BookingFactory(instrument=instrument), UsageRecordFactory(instrument=instrument)
    stranger, client = PersonFactory(), Client()
    client.force_login(stranger)
    address = path.format(
        booking=booking.pk, record=record.pk, unit=instrument.unit.code, code=instrument.code
    )
    assert client.get(address).status_code == 404
    ((entry, target, refused, reason),) = refusals()
    assert (entry.endswith(".refused"), target, reason) == (True, kind, "hidden")
    assert refused == verb or "manage" in path
    assert Entry.objects.get().actor == stranger
    assert Client().get(address).status_code == 302
    assert Entry.objects.count() == 1
    assert seal_all() == Entry.objects.count()
    assert first_fault() is None


def test_a_call_on_a_hidden_booking():
    """The entry outlives the idempotent call's transaction."""
    booking = BookingFactory(state=BookingState.REQUESTED)
    stranger = PersonFactory()
    assert Caller(stranger).post(f"bookings/{booking.pk}/approve/").status_code == 404
    assert refusals() == [("instruments.refused", "instruments.booking", "view_booking", "hidden")]


def test_a_token_without_the_scope():
    """The entry names the token and the missing scope."""
    person = PersonFactory()
    answer = Caller(person, scopes=("read",)).post("bookings/", {})
    assert answer.status_code == 403
    entry = Entry.objects.get(verb="webapi.refused")
    assert (entry.actor, entry.target_type, entry.after["scope"]) == (person, "webapi.accesstoken", "write")


def test_a_score_for_the_own_unit():
    """An expert of the unit is refused, on record, and nothing is scored."""
    story = make_story(entered=False)
    story.expert.home_unit = story.units["AAA"]
    story.expert.save()
    with pytest.raises(ConflictOfInterest):
        perform(story.expert, give_score, story.round, story.units["AAA"], "effect", 5)
    assert refusals() == [("evaluations.refused", "members.memberunit", "give_score", "conflict_of_interest")]
