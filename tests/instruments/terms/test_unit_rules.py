"""The booking rules of a unit: for its instruments without rules of their own, and for those alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import mark_no_shows
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.queries.availability import Availability
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import Instrument
from instruments.terms.actions.policies import follow_unit, set_policy, set_unit_policy
from instruments.terms.models import BookingPolicy
from instruments.terms.queries.policy import owner_of, policy_of
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.limits import PolicyData
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer
from tests.instruments.inventory.test_inventory import client_of
from tests.instruments.terms.test_terms_pages import POLICY

pytestmark = pytest.mark.django_db

RULES = PolicyData(approval_required=False, longest_minutes=60, buffer_before_minutes=15)


@pytest.fixture
def unit():
    """A unit with an instrument that has rules of its own, and one that has none."""
    return UnitFactory()


@pytest.fixture
def own(unit):
    """With rules of its own: eight hours at most, as of the network."""
    return make_instrument(unit=unit)


@pytest.fixture
def bare(unit):
    """Without rules of its own."""
    instrument = make_instrument(unit=unit)
    instrument.policy.delete()
    return fresh(instrument)


def fresh(instrument) -> Instrument:
    """As it is read where it is booked."""
    return Instrument.objects.select_related("unit__policy", "policy").get(pk=instrument.pk)


def said(instrument) -> tuple[str, int]:
    """Who made the rules, and the longest booking."""
    policy = policy_of(fresh(instrument))
    return owner_of(policy), policy.longest_minutes


def test_the_network_s_the_unit_s_its_own(unit, own, bare):
    """The nearest rules hold; another unit's instruments keep theirs."""
    beside = make_instrument()
    beside.policy.delete()
    assert (said(own), said(bare)) == (("instrument", 480), ("network", 480))
    perform(make_manager(unit), set_unit_policy, unit, RULES)
    assert (said(own), said(bare), said(beside)) == (("instrument", 480), ("unit", 60), ("network", 480))
    perform(make_steward(bare), set_policy, bare, replace(RULES, longest_minutes=90))
    assert said(bare) == ("instrument", 90)
    perform(make_steward(own), follow_unit, own)
    assert said(own) == ("unit", 60)
    perform(make_steward(own), follow_unit, own)
    verbs = Entry.objects.order_by("sequence").values_list("verb", "target_type")
    assert [verb.removeprefix("instruments.") for verb, _kind in verbs] == [
        "unit_policy.changed",
        "policy.changed",
        "policy.changed",
    ]
    with CaptureQueriesContext(connection) as queries:
        policy_of(fresh(own)), policy_of(fresh(bare)), policy_of(fresh(beside))
    assert len(queries) == 3


def test_the_unit_s_rules_are_obeyed_where_time_is_found_booked_and_missed(unit, bare):
    """Booking, free time (in as many queries) and the sweep read the same rules."""
    perform(make_officer(), set_unit_policy, unit, replace(RULES, no_show_minutes=120))
    start = local_midnight(timezone.localdate() + dt.timedelta(days=3)) + dt.timedelta(hours=9)
    hour = dt.timedelta(hours=1)
    with pytest.raises(RulesBroken) as refused:
        perform(PersonFactory(), request_booking, bare, start=start, end=start + 2 * hour, purpose="断口")
    assert [(one.rule, one.owner) for one in refused.value.problems] == [("too_long", "unit")]
    perform(PersonFactory(), request_booking, bare, start=start, end=start + hour, purpose="断口")
    known = Availability(
        Instrument.objects.filter(pk=bare.pk), Interval(start - hour, start + 2 * hour), timezone.now()
    )
    assert [slot.start for slot in known.stretches(bare.pk)] == [start - hour, start + hour + hour / 4]
    now = timezone.now()
    BookingFactory(instrument=bare, start=now - dt.timedelta(minutes=119), end=now + hour)
    assert mark_no_shows(now) == 0
    assert mark_no_shows(now + dt.timedelta(minutes=1)) == 1


def test_only_the_unit_s_managers_and_officers_set_them(unit, own):
    """Nor stewards, nor another unit's manager; nothing is changed."""
    for person in (make_steward(own), make_manager(UnitFactory()), PersonFactory(home_unit=unit)):
        with pytest.raises(NotAllowed):
            perform(person, set_unit_policy, unit, RULES)
    with pytest.raises(NotAllowed):
        perform(PersonFactory(home_unit=unit), follow_unit, own)
    assert BookingPolicy.objects.get().instrument == own


def test_rules_that_make_no_sense_and_stale_ones_change_nothing(unit):
    """All wrong fields at once; whoever saw an older version is told."""
    manager = make_manager(unit)
    wrong = replace(
        RULES, most_open=0, nights="never", night_ends=dt.time(22), own_overlap="", peak_ends=dt.time(9)
    )
    with pytest.raises(InvalidInstrument) as refused:
        perform(manager, set_unit_policy, unit, wrong)
    assert sorted(refused.value.fields) == ["most_open", "night_ends", "nights", "own_overlap", "peak_ends"]
    assert not BookingPolicy.objects.exists()
    assert perform(manager, set_unit_policy, unit, RULES, seen=1).version == 2
    with pytest.raises(StaleVersion):
        perform(manager, set_unit_policy, unit, replace(RULES, horizon_days=9), seen=1)
    assert perform(manager, set_unit_policy, unit, RULES, seen=2).version == 3
    assert BookingPolicy.objects.get().horizon_days == 60
    assert Entry.objects.filter(verb="instruments.unit_policy.changed").count() == 1


def test_rules_belong_to_one_thing(own, unit):
    """An instrument or a unit, never both or neither, in the database too."""
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingPolicy.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingPolicy.objects.filter(instrument=own).update(unit=unit)


def test_the_page_of_the_unit_s_rules(unit, own, bare):
    """Saved rightly, refused wrongly with what was typed, overtaken with what is stored."""
    client, address = client_of(make_manager(unit)), reverse("instruments:unit_rules", args=[unit.code])
    page = client.get(address)
    assert (page.context["own"], page.context["following"], page.context["version"]) == (1, 1, 1)
    assert 'value="22:00"' in page.content.decode()
    assert client.post(address, {**POLICY, "version": "1"})["Location"] == address
    policy = BookingPolicy.objects.get(unit=unit)
    assert (policy.buffer_after_minutes, policy.nights, policy.person_week_hours) == (15, "two", 20)
    answer = client.post(address, {**POLICY, "version": "2", "horizon_days": "0"})
    assert (answer.status_code, list(answer.context["policy"].errors)) == (422, ["horizon_days"])
    answer = client.post(address, {**POLICY, "version": "2", "night_begins": "spät"})
    assert (answer.status_code, list(answer.context["policy"].errors)) == (422, ["night_begins"])
    answer = client.post(address, {**POLICY, "version": "1", "horizon_days": "9"})
    assert (answer.status_code, answer.context["overtaken"]) == (409, True)
    assert BookingPolicy.objects.get(unit=unit).horizon_days == 30
    assert address in client.get(reverse("instruments:inventory", args=[unit.code])).content.decode()


def test_an_instrument_goes_back_to_the_unit_s_rules(unit, own):
    """By a button beside its own rules; the second press, or one of an older page, changes nothing."""
    client = client_of(make_steward(own))
    at = {
        name: reverse(f"instruments:{name}", args=[unit.code, own.code]) for name in ("terms", "set_policy")
    }
    assert 'name="follow"' in client.get(at["terms"]).content.decode()
    assert client.post(at["set_policy"], {"follow": "1", "version": "7"}).status_code == 302
    assert said(own)[0] == "instrument"
    assert (
        client.post(at["set_policy"], {"follow": "1", "version": "1"})["Location"] == at["terms"] + "#policy"
    )
    assert said(own)[0] == "network"
    assert 'name="follow"' not in client.get(at["terms"]).content.decode()


def test_a_waiting_booking_keeps_its_state_when_the_rules_change(unit, bare):
    """Rules hold for wishes from now on."""
    booking = BookingFactory(instrument=bare)
    perform(
        make_manager(unit), set_unit_policy, unit, replace(RULES, nights="closed", approval_required=True)
    )
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED
