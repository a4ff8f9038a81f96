"""Pages of plans: the due list of a unit, an instrument's plans, one plan, and blocks that come again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes import perform
from instruments.booking.models import Booking
from instruments.upkeep.actions.plans import DoneData, PlanData, end_plan, make_plan, record_done
from instruments.upkeep.models import UpkeepDone, UpkeepPlan
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import make_manager
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
D = dt.date
LIST_QUERIES, PLAN_QUERIES = 9, 10
OIL = PlanData(kind="maintenance", title="换油", every=90, unit="days", begins_on=D(2026, 1, 5))
CHECK = PlanData(kind="calibration", title="检定", every=12, begins_on=D(2025, 3, 1))
TYPED = {
    "kind": "calibration",
    "title": "检定",
    "every": "12",
    "unit": "months",
    "begins_on": "2025-04-01",
    "minutes": "90",
    "preferred_time": "13:30",
    "notice_days": "14",
    "audience": "both",
}


@pytest.fixture
def manager(machine):
    """Manages its unit."""
    return make_manager(machine.unit)


@pytest.fixture
def plan(machine, keeper, client) -> UpkeepPlan:
    """A calibration that was due yesterday; its steward is signed in."""
    client.force_login(keeper)
    return perform(keeper, make_plan, machine, CHECK)


def act(client, plan, verb, **fields):
    """Take a step."""
    return client.post(reverse("instruments:upkeep_act", args=[plan.pk, verb]), fields)


class TestTheUnit:
    """`unit_upkeep`."""

    @pytest.mark.parametrize("rows", [1, 3])
    def test_as_many_queries_for_many_as_for_one(self, client, machine, keeper, manager, rows):
        """Its own plans alone, the most urgent first."""
        for number in range(rows):
            one = make_instrument(unit=machine.unit)
            perform(manager, make_plan, one, replace(OIL, title=f"换油{number}"))
            perform(manager, make_plan, one, replace(CHECK, every=None, every_hours=10))
        other = make_instrument()
        perform(make_steward(other), make_plan, other, OIL)
        client.force_login(manager)
        address = reverse("instruments:unit_upkeep", args=[machine.unit.code])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert len(page.context["page"].object_list) == 2 * rows
        assert len(captured) == LIST_QUERIES

    def test_what_is_due_alone(self, client, machine, keeper, manager, plan):
        """One is overdue, one has time until 5 April."""
        perform(keeper, make_plan, machine, OIL)
        address = reverse("instruments:unit_upkeep", args=[machine.unit.code])
        client.force_login(manager)
        page = client.get(address)
        assert [row.plan.title for row in page.context["page"].object_list] == ["检定", "换油"]
        assert (page.context["urgent"], page.context["overdue"]) == (1, 1)
        page = client.get(address, {"due": "1"})
        assert [row.plan.title for row in page.context["page"].object_list] == ["检定"]


class TestAnInstrument:
    """`upkeep`."""

    def test_a_plan_is_made(self, client, machine, keeper):
        """What was typed is what is kept."""
        client.force_login(keeper)
        address = reverse("instruments:upkeep", args=[machine.code])
        answer = client.post(address, TYPED)
        plan = UpkeepPlan.objects.get()
        assert answer.url == reverse("instruments:upkeep_plan", args=[plan.pk])
        assert (plan.minutes, plan.preferred_time, plan.audience) == (90, dt.time(13, 30), "both")
        assert [row.plan for row in client.get(address).context["rows"]] == [plan]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"every": ""}, "every"), ({"every": "121"}, "every"), ({"preferred_time": "x"}, "preferred_time")],
    )
    def test_what_is_wrong_stands_beside_its_field(self, client, machine, keeper, wrong, field):
        """Whether the form or the action sees it."""
        client.force_login(keeper)
        page = client.post(reverse("instruments:upkeep", args=[machine.code]), {**TYPED, **wrong})
        assert (page.status_code, set(page.context["form"].errors)) == (422, {field})
        assert not UpkeepPlan.objects.exists()


class TestOnePlan:
    """`plan` and its steps."""

    def test_how_many_queries(self, client, plan):
        """Its plan, what was done, what is free."""
        address = reverse("instruments:upkeep_plan", args=[plan.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert len(page.context["proposals"]) == 4
        assert len(captured) == PLAN_QUERIES

    def test_done(self, client, plan, machine):
        """With its certificate; people read it where they book, until it is over."""
        shown = reverse("instruments:instrument", args=[machine.code])
        assert "已于" in client.get(shown).content.decode()
        said = {"done_on": "2026-03-01", "valid_until": "2027-02-28", "certificate": "NM-1", "version": "1"}
        assert act(client, plan, "done", **said).status_code == 302
        assert UpkeepDone.objects.get().certificate == "NM-1"
        assert "NM-1" in client.get(shown).content.decode()
        page = act(client, plan, "done", **said)
        assert (page.status_code, page.context["tried"]) == (409, "done")
        page = act(client, plan, "done", **{**said, "version": "2"})
        assert (page.status_code, set(page.context["forms"]["done"].errors)) == (422, {"done_on"})
        page = act(client, plan, "done", **{**said, "version": "2", "valid_until": ""})
        assert (page.status_code, set(page.context["forms"]["done"].errors)) == (422, {"valid_until"})

    def test_upkeep_asks_for_no_certificate(self, client, machine, keeper, plan):
        """Its form has no such fields."""
        oil = perform(keeper, make_plan, machine, OIL)
        assert act(client, oil, "done", done_on="2026-03-01", version="1").status_code == 302

    def test_a_time(self, client, plan, machine):
        """One that is proposed, or one's own; what is taken or no time is refused in words."""
        page = client.get(reverse("instruments:upkeep_plan", args=[plan.pk]))
        time, station = page.context["proposals"][0]
        said = {"start": time.start.isoformat(), "station": station, "version": "1"}
        assert act(client, plan, "book", **said).status_code == 302
        assert Booking.objects.get().start == time.start
        for number in (1, 2):
            BookingFactory(instrument=machine, station=number, start=at(3, 9), end=at(3, 12))
        own = {"day": "2026-03-05", "start_time": "10:00", "version": "2"}
        page = act(client, plan, "own", **own)
        assert (page.status_code, bool(page.context["refused"])) == (409, True)
        page = act(client, plan, "own", **{**own, "day": "2026-02-05"})
        assert (page.status_code, bool(page.context["refused"])) == (422, True)
        assert act(client, plan, "own", **{**own, "start_time": "13:00"}).status_code == 302
        assert act(client, plan, "book", start="x", version="3").status_code == 422

    def test_changed_and_ended(self, client, plan):
        """Then it can only be read."""
        assert act(client, plan, "change", **TYPED, version="1").status_code == 302
        plan.refresh_from_db()
        assert plan.begins_on == D(2025, 4, 1)
        assert act(client, plan, "end", version="2").status_code == 302
        page = client.get(reverse("instruments:upkeep_plan", args=[plan.pk]))
        assert page.context["plans"] is False
        assert act(client, plan, "change", **TYPED, version="3").status_code == 409

    def test_ways_that_are_none(self, client, plan):
        """No such step; a step without being sent leads to the page; no such plan."""
        assert act(client, plan, "burn").status_code == 404
        answer = client.get(reverse("instruments:upkeep_act", args=[plan.pk, "done"]))
        assert answer.url == reverse("instruments:upkeep_plan", args=[plan.pk]) + "#done"
        assert client.get(reverse("instruments:upkeep_plan", args=[plan.pk + 1])).status_code == 404


class TestCalibration:
    """The sentence where one books."""

    def test_nothing_without_a_plan(self, client, machine, keeper):
        """Nor once the plan is ended."""
        shown = reverse("instruments:instrument", args=[machine.code])
        assert "calibration" not in client.get(shown).content.decode()
        plan = perform(keeper, make_plan, machine, CHECK)
        perform(keeper, record_done, plan, DoneData(done_on=D(2026, 3, 1), valid_until=D(2027, 2, 28)))
        perform(keeper, end_plan, plan)
        assert 'class="hint calibration"' not in client.get(shown).content.decode()


class TestRepeated:
    """`repeat`."""

    TYPED = {
        "reason": "换滤芯",
        "day": "2026-03-06",
        "start_time": "14:00",
        "end_time": "16:00",
        "pattern": "weekly",
        "times": "3",
    }

    @pytest.fixture
    def address(self, machine, keeper, client):
        """Its page, the steward signed in."""
        client.force_login(keeper)
        return reverse("instruments:repeat_maintenance", args=[machine.code])

    def test_shown_then_held(self, client, address, machine):
        """The second Friday is taken on one station only: the other is free; on both: only what is free is held."""
        taken = BookingFactory(instrument=machine, station=1, start=at(11, 15), end=at(11, 17))
        page = client.post(address, self.TYPED)
        assert (page.status_code, page.context["fitting"]) == (200, 3)
        assert [list(one.held) for one in page.context["judged"]] == [[], [taken], []]
        assert not Booking.objects.filter(kind="maintenance").exists()
        page = client.post(address, {**self.TYPED, "station": "1"})
        assert page.context["fitting"] == 2
        page = client.post(address, {**self.TYPED, "station": "1", "mode": "all"})
        assert (page.status_code, Booking.objects.count()) == (409, 1)
        answer = client.post(address, {**self.TYPED, "station": "1", "mode": "free"})
        held = Booking.objects.filter(kind="maintenance").order_by("start")
        assert [row.start for row in held] == [at(4, 14), at(18, 14)]
        assert answer.url == reverse("instruments:booking", args=[held[0].pk])
        assert client.get(answer.url).status_code == 200

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"times": "1"}, "times"),
            ({"times": "53"}, "times"),
            ({"pattern": "yearly"}, "pattern"),
            ({"pattern": "daily", "end_day": "2026-03-07"}, "pattern"),
            ({"station": "3", "mode": "all"}, "station"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, client, address, wrong, field):
        """Whether the form or the action sees it."""
        page = client.post(address, {**self.TYPED, **wrong})
        assert (page.status_code, set(page.context["form"].errors)) == (422, {field})
        assert not Booking.objects.exists()
