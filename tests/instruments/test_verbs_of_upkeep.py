"""The verbs and notices of break-downs and plans, each asserted by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
import time_machine

from changes import perform
from changes.dependants import OFFER
from instruments.booking.actions.requests import request_booking
from instruments.booking.rules.free_slots import FreeSlot
from instruments.upkeep.actions.breakdowns import change_breakdown, stop_instrument
from instruments.upkeep.actions.faults import end_fault, report_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.actions.plans import (
    DoneData,
    PlanData,
    book_for_plan,
    change_plan,
    end_plan,
    make_plan,
    record_done,
)
from instruments.upkeep.actions.reminders import tell_of_upkeep
from instruments.upkeep.rules.ways import way_key
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import (
    EnterprisePersonFactory,
)
from tests.instruments.moments import NOW, at
from tests.instruments.test_verbs_and_notices import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """Monday 09:00, moved by hand."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db):
    """A desk."""
    return Desk()


def test_a_breakdown_from_its_report_to_its_repair(desk, clock):
    """Somebody is asked, another is moved; it lasts longer, is over before its time; the fault was graver than said."""
    xrd, engineer, other = make_instrument(), EnterprisePersonFactory(), EnterprisePersonFactory()
    steward = make_steward(xrd)
    asked = perform(engineer, request_booking, xrd, start=at(1, 9), end=at(1, 11), purpose="相分析")
    moved = perform(other, request_booking, xrd, start=at(1, 13), end=at(1, 15), purpose="相分析")
    fault = desk.by(other, report_fault, xrd, severity="limited", words="漏水")
    assert desk.said("fault.reported")
    to = way_key(FreeSlot(xrd.code, at(4, 9), at(4, 11), 1))
    said = {"words": "漏水", "severity": "out", "start": NOW, "end": at(2, 12), "fault": fault}
    choices = {hit_key(asked): OFFER, hit_key(moved): to}
    breakdown = desk.by(steward, stop_instrument, xrd, **said, choices=choices)
    assert desk.said(
        *("fault.regraded", "fault.acknowledged", "booking.in_doubt", "booking.moved"),
        *("booking.confirmed", "booking.confirmed", "breakdown.reported"),
    )
    assert desk.told == [
        ("fault_acknowledged", other),
        ("booking_to_move", engineer),
        ("booking_moved_away", other),
    ]
    desk.by(steward, change_breakdown, breakdown, end=at(3, 12))
    assert desk.said("booking.confirmed", "breakdown.changed")
    clock.move_to(at(0, 12))
    desk.by(steward, end_fault, breakdown.fault, repaired=True, outcome="换了水管")
    assert desk.said(
        *("fault.ended", "booking.completed", "booking.cancelled", "booking.cancelled"),
        *("booking.stands", "breakdown.ended"),
    )
    assert desk.told == [("fault_ended", other), ("booking_stands", engineer)]


def test_a_plan_from_its_making_to_its_end(desk, clock):
    """Made, changed, planned into a time, done, told of, ended."""
    xrd = make_instrument()
    steward = make_steward(xrd)
    data = PlanData(kind="maintenance", title="换滤芯", every=30, unit="days", begins_on=NOW.date())
    plan = desk.by(steward, make_plan, xrd, data)
    assert desk.said("upkeep.planned")
    plan = desk.by(steward, change_plan, plan, replace(data, every=20))
    assert desk.said("upkeep.planned")
    plan = desk.by(steward, book_for_plan, plan, start=at(3, 9))
    assert desk.said("booking.confirmed", "upkeep.planned")
    desk.by(steward, record_done, plan, DoneData(done_on=NOW.date()))
    assert desk.said("upkeep.done")
    clock.move_to(at(15, 9))
    desk.watch(lambda: tell_of_upkeep(at(15, 9)))
    assert desk.said()
    assert desk.told == [("upkeep_due", steward)]
    clock.move_to(at(25, 9))
    desk.watch(lambda: tell_of_upkeep(at(25, 9)))
    assert desk.told == [("upkeep_overdue", steward)]
    desk.by(steward, end_plan, plan)
    assert desk.said("upkeep.ended")
