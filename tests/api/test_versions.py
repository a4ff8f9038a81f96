"""A program may name the version it saw; what has changed since is left alone."""

from __future__ import annotations

import pytest
import time_machine

from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.enums import BookingState
from instruments.inventory.models import Instrument
from instruments.usage.models import UsageRecord
from tests.api.calling import Caller, is_problem
from tests.api.test_bookings import NOW, wish
from tests.api.test_usage import entry
from tests.factories.evaluations import make_story
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked():
    """A request, with who asked and who decides."""
    instrument = make_instrument(policy={"approval_required": True})
    steward, person = make_steward(instrument), PersonFactory()
    body = Caller(person).post("bookings/", wish(instrument)).json()
    return Caller(person), Caller(steward), f"bookings/{body['id']}/"


def test_the_answer_names_its_version(asked):
    person, steward, address = asked
    assert person.get(address).headers["ETag"] == '"v1"'
    done = steward.post(f"{address}approve/", {}, headers={"If-Match": '"v1"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"v2"')
    assert person.get(address).headers["ETag"] == '"v2"'


STEPS = ["approve", "decline", "cancel", "move", "check-in", "check-out"]
FOREIGN = ["v2", 'W/"v2"', '"v02"', '"other"']


@pytest.mark.parametrize(
    ("step", "sent"), [*[(step, '"v1"') for step in STEPS], *[("approve", sent) for sent in FOREIGN]]
)
def test_a_stale_or_foreign_version_is_refused(asked, step, sent):
    """412, with the version that stands; nothing is done."""
    _person, steward, address = asked
    moved = {"start": "2026-03-05T10:00:00+08:00", "end": "2026-03-05T11:00:00+08:00"}
    assert steward.post(f"{address}move/", moved).status_code == 200
    body = (
        {"start": "2026-03-06T10:00:00+08:00", "end": "2026-03-06T11:00:00+08:00"} if step == "move" else {}
    )
    answer = steward.post(f"{address}{step}/", body, headers={"If-Match": sent})
    assert is_problem(answer, 412), answer.content
    problem = answer.json()
    assert (problem["type"], problem["version"]) == ("urn:open-instruments:problem:stale-version", 2)
    kept = steward.get(address).json()
    assert problem["current"] == kept
    assert (kept["state"], kept["version"]) == (BookingState.REQUESTED, 2)


@pytest.mark.parametrize("sent", ["*", "", '"v1", "v2"', ' "v2" '])
def test_any_version_or_one_of_several_matches(asked, sent):
    _person, steward, address = asked
    moved = {"start": "2026-03-05T10:00:00+08:00", "end": "2026-03-05T11:00:00+08:00"}
    assert steward.post(f"{address}move/", moved).status_code == 200
    assert steward.post(f"{address}approve/", {}, headers={"If-Match": sent}).status_code == 200


def test_moved_to_another_instrument_meanwhile_is_a_conflict_without_a_version(asked, monkeypatch):
    """Nobody named a version, so it is 409."""
    from instruments.booking.api import bookings as api

    _person, steward, address = asked
    found = api.booking_for
    other = make_instrument()

    def late(reader, pk):
        booking = found(reader, pk)
        perform(booking.person, move_booking, booking, start=booking.start, end=booking.end, instrument=other)
        return booking

    monkeypatch.setattr(api, "booking_for", late)
    answer = steward.post(f"{address}approve/", {})
    assert is_problem(answer, 409)
    assert answer.json()["type"] == "urn:open-instruments:problem:stale-version"


@pytest.fixture
def sent():
    """A use as a unit sends it, by whoever keeps the instrument."""
    instrument = make_instrument()
    return Caller(make_steward(instrument)), entry(instrument)


def test_a_record_s_version_is_how_often_its_number_was_written(sent):
    """1 for the first, one more with each correction; the same again is none."""
    steward, use = sent
    assert steward.post("usage-records/", use).headers["ETag"] == '"v1"'
    assert steward.post("usage-records/", use).headers["ETag"] == '"v1"'
    changed = steward.post("usage-records/", use | {"samples": 4}, headers={"If-Match": '"v1"'})
    assert (changed.status_code, changed.json()["status"]) == (200, "updated")
    assert changed.headers["ETag"] == '"v2"'


@pytest.mark.parametrize("tag", ['"v1"', '"v3"', '"other"'])
def test_a_correction_of_what_has_changed_meanwhile_is_refused(sent, tag):
    """412 with the record as it stands; nothing is written."""
    steward, use = sent
    steward.post("usage-records/", use)
    steward.post("usage-records/", use | {"samples": 4})
    late = steward.post("usage-records/", use | {"samples": 5}, headers={"If-Match": tag})
    assert is_problem(late, 412), late.content
    assert (late.json()["version"], late.json()["current"]["samples"]) == (2, 4)
    assert UsageRecord.objects.get(is_current=True).samples == 4


def test_a_record_that_should_exist_and_does_not_is_refused(sent):
    steward, use = sent
    late = steward.post("usage-records/", use, headers={"If-Match": '"v1"'})
    assert is_problem(late, 412)
    assert (late.json()["version"], "current" in late.json()) == (0, False)
    assert not UsageRecord.objects.exists()


def test_every_single_object_names_its_state():
    """Its tag stays while it says the same and is another when it says something else."""
    story = make_story()
    officer = Caller(story.officer)
    instrument = make_instrument()
    for address in (f"instruments/{instrument.code}/", f"units/{instrument.unit.code}/", "evaluations/2025/"):
        assert officer.get(address).headers["ETag"] == officer.get(address).headers["ETag"], address
    before = officer.get(f"instruments/{instrument.code}/").headers["ETag"]
    Instrument.objects.filter(pk=instrument.pk).update(model="other")
    assert officer.get(f"instruments/{instrument.code}/").headers["ETag"] != before
