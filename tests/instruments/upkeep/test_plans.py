"""Plans of upkeep and calibration: made, held time for, recorded as done, told of; exact days by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from changes import StaleVersion, perform
from changes.errors import FieldsRefused, NotAllowed
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.errors import SlotTaken
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
from instruments.upkeep.errors import PlanOver
from instruments.upkeep.models import UpkeepDone, UpkeepPlan
from instruments.upkeep.queries.plans import calibration_of, plans_of, proposals, row_of, rows_of
from instruments.upkeep.rules.due import CALENDAR, USE, VALIDITY, Due
from members.permissions import can
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import make_manager, make_officer
from tests.instruments.moments import NOW, at
from tests.instruments.upkeep.breakdowns import row, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "free_time_known")]
D = dt.date
OIL = PlanData(kind="maintenance", title="Change the oil", every=90, unit="days", begins_on=D(2026, 1, 5))
"""From Monday 5 January on: due 5 April 2026 (26 days of January, 28, 31, 5 are 90)."""
CHECK = PlanData(kind="calibration", title="Verification", every=12, begins_on=D(2025, 4, 1))
"""Due 1 April 2026."""
TODAY = NOW.date()


@pytest.fixture
def oil(machine, keeper) -> UpkeepPlan:
    """A plan by the calendar."""
    return perform(keeper, make_plan, machine, OIL)


@pytest.fixture
def check(machine, keeper) -> UpkeepPlan:
    """A plan of calibration."""
    return perform(keeper, make_plan, machine, CHECK)


class TestPlans:
    """`make_plan`, `change_plan`, `end_plan`."""

    def test_made_changed_and_ended(self, machine, keeper, oil, verbs):
        """Each by who keeps the instrument, each in the history; the same again changes nothing."""
        assert row_of(oil, TODAY).due == Due(D(2026, 4, 5), CALENDAR, None)
        changed = perform(keeper, change_plan, oil, replace(OIL, every=30), seen=1)
        assert row_of(changed, TODAY).due.day == D(2026, 2, 4)
        assert perform(keeper, change_plan, changed, replace(OIL, every=30), seen=2).version == 2
        ended = perform(keeper, end_plan, changed, seen=2)
        assert ended.ended_at == NOW
        assert verbs() == [
            *["instruments.upkeep.planned"] * 2,
            "instruments.upkeep.ended",
        ]
        assert list(plans_of([machine.pk])) == []
        assert list(plans_of([machine.pk], ended=True)) == [ended]
        for action, data in ((change_plan, (OIL,)), (end_plan, ())):
            with pytest.raises(PlanOver):
                perform(keeper, action, ended, *data)

    def test_who_and_what_was_seen(self, machine, keeper, oil, outsider):
        """Strangers have no right; who was overtaken is told."""
        with pytest.raises(NotAllowed):
            perform(outsider, make_plan, machine, OIL)
        with pytest.raises(NotAllowed):
            perform(outsider, change_plan, oil, OIL)
        with pytest.raises(StaleVersion):
            perform(keeper, end_plan, oil, seen=2)
        assert UpkeepPlan.objects.get().ended_at is None

    def test_who_sees_them(self, machine, keeper, oil, outsider):
        """Its steward, the managers of its unit and officers; no strangers; of nothing else is it asked."""
        seers = (keeper, make_manager(machine.unit), make_officer())
        assert [can(person, "view_upkeep", oil) for person in seers] == [True, True, True]
        assert [can(person, "plan_upkeep", oil) for person in seers] == [True, True, False]
        assert not can(outsider, "view_upkeep", machine)
        assert not can(keeper, "view_upkeep", keeper)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 101}, "title"),
            ({"kind": "x"}, "kind"),
            ({"unit": "x"}, "unit"),
            ({"audience": "x"}, "audience"),
            ({"every": None}, "every"),
            ({"every": 0}, "every"),
            ({"every": 3651}, "every"),
            ({"every": 121, "unit": "months"}, "every"),
            ({"every_hours": 0}, "every_hours"),
            ({"every_hours": 100_001}, "every_hours"),
            ({"minutes": 4}, "minutes"),
            ({"minutes": 10_081}, "minutes"),
            ({"notice_days": -1}, "notice_days"),
            ({"notice_days": 366}, "notice_days"),
            ({"begins_on": D(1992, 1, 1)}, "begins_on"),
            ({"begins_on": D(2200, 1, 1)}, "begins_on"),
        ],
    )
    def test_what_cannot_be(self, machine, keeper, wrong, field):
        """Said beside its field, and nothing is written."""
        with pytest.raises(FieldsRefused) as refused:
            perform(keeper, make_plan, machine, replace(OIL, **wrong))
        assert set(refused.value.fields) == {field}
        assert not UpkeepPlan.objects.exists()

    @pytest.mark.parametrize(
        "edge",
        [
            {"every": 3650},
            {"every": 120, "unit": "months"},
            {"every": None, "every_hours": 100_000},
            {"minutes": 5, "notice_days": 0},
            {"minutes": 10_080, "notice_days": 365},
            {"title": "x" * 100},
        ],
    )
    def test_at_the_edges(self, machine, keeper, edge):
        """The last that can be."""
        assert perform(keeper, make_plan, machine, replace(OIL, **edge)).pk

    @pytest.mark.parametrize(
        "wrong",
        [{"kind": "x"}, {"unit": "x"}, {"audience": "x"}, {"every": None}, {"minutes": 0}],
    )
    def test_the_database_keeps_it(self, oil, wrong):
        """What must never be false."""
        with pytest.raises(IntegrityError), transaction.atomic():
            UpkeepPlan.objects.filter(pk=oil.pk).update(**wrong)


class TestDue:
    """`rows_of` with what is on record."""

    def test_by_hours_of_use(self, machine, keeper):
        """Of 10 hours 4 and 3 are used since; the third use of 4 reaches them on Friday; a voided one counts not."""
        plan = perform(
            keeper, make_plan, machine, replace(OIL, every=None, every_hours=10, begins_on=D(2026, 2, 1))
        )
        for day, hours in ((-10, 4), (-5, 3), (-40, 100)):
            UsageRecordFactory(instrument=machine, start=at(day, 9), measurement_hours=Decimal(hours))
        UsageRecordFactory(
            instrument=machine, start=at(-9, 9), measurement_hours=Decimal(50), is_current=False
        )
        UsageRecordFactory(instrument=make_instrument(), start=at(-9, 9), measurement_hours=Decimal(50))
        assert row_of(plan, TODAY).due == Due(None, USE, Decimal("3.00"))
        assert row_of(plan, TODAY).urgency == "open"
        # 23:30 in Shanghai is still that Friday.
        UsageRecordFactory(instrument=machine, start=at(-3, 23, 30), measurement_hours=Decimal(4))
        assert row_of(plan, TODAY).due == Due(D(2026, 2, 27), USE, Decimal(0))
        assert row_of(plan, TODAY).urgency == "overdue"

    def test_the_most_urgent_first(self, machine, keeper, oil, check):
        """What waits for hours last; each counted for itself; three queries for many as for one."""
        hours = perform(keeper, make_plan, machine, replace(OIL, every=None, every_hours=10))
        perform(keeper, record_done, oil, DoneData(done_on=D(2026, 3, 1)))
        with CaptureQueriesContext(connection) as captured:
            rows = rows_of(plans_of([machine.pk]), TODAY)
        assert len(captured) == 3
        assert [row.plan for row in rows] == [check, oil, hours]
        assert [row.due.day for row in rows] == [D(2026, 4, 1), D(2026, 5, 30), None]
        assert [row.urgency for row in rows] == ["later", "later", "open"]


class TestDone:
    """`record_done`."""

    def test_the_next_day_is_counted_from_it(self, keeper, oil, verbs):
        """1 March and 90 days are 30 May."""
        done = perform(keeper, record_done, oil, DoneData(done_on=D(2026, 3, 1), note=" 5 l "), seen=1)
        assert (done.note, done.recorded_by) == ("5 l", keeper)
        oil.refresh_from_db()
        assert (oil.version, row_of(oil, TODAY).due.day) == (2, D(2026, 5, 30))
        assert verbs()[-1] == "instruments.upkeep.done"

    def test_an_older_one_that_is_entered_late(self, keeper, oil):
        """The newest day counts, whichever was entered last."""
        for day in (D(2026, 3, 1), D(2026, 2, 1)):
            perform(keeper, record_done, oil, DoneData(done_on=day))
        assert row_of(oil, TODAY).last.done_on == D(2026, 3, 1)

    def test_a_certificate(self, machine, keeper, check):
        """It ends before the interval: that day is due; people read it where they book."""
        assert calibration_of(machine) is None
        said = DoneData(
            done_on=D(2026, 3, 1), certificate="NM-1", agency="内蒙古计量院", valid_until=D(2027, 2, 27)
        )
        perform(keeper, record_done, check, said)
        assert row_of(check, TODAY).due == Due(D(2027, 2, 27), VALIDITY, None)
        machine.__dict__.pop("_calibration")
        found = calibration_of(machine)
        assert (found.valid_until, found.certificate, found.agency) == (
            D(2027, 2, 27),
            "NM-1",
            "内蒙古计量院",
        )
        assert not found.is_over
        with CaptureQueriesContext(connection) as captured:
            assert calibration_of(machine) is found
        assert len(captured) == 0

    @pytest.mark.parametrize(
        ("valid_until", "over"), [(D(2026, 3, 1), True), (D(2026, 3, 2), False), (D(2026, 3, 3), False)]
    )
    def test_both_edges(self, machine, keeper, check, valid_until, over):
        """On its last day it is still valid."""
        perform(keeper, record_done, check, DoneData(done_on=D(2025, 3, 1), valid_until=valid_until))
        assert calibration_of(machine).is_over is over

    def test_what_was_never_done_is_over_once_it_was_due(self, machine, keeper, check, monday):
        """Until 1 April nothing is said, on the 2nd it is overdue; once the plan is ended nothing again."""
        assert calibration_of(machine) is None
        monday.move_to(at(31, 9))
        machine.__dict__.pop("_calibration")
        assert calibration_of(machine).is_over
        perform(keeper, end_plan, check)
        machine.__dict__.pop("_calibration")
        assert calibration_of(machine) is None

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"done_on": D(2026, 3, 3)}, "done_on"),
            ({"done_on": D(1991, 12, 31)}, "done_on"),
            ({"done_on": D(2026, 1, 10)}, "done_on"),
            ({"note": "x" * 301}, "note"),
            ({"certificate": "x" * 61}, "certificate"),
            ({"agency": "a\0b"}, "agency"),
            ({"valid_until": None}, "valid_until"),
            ({"valid_until": D(2026, 2, 28)}, "valid_until"),
            ({"valid_until": D(2200, 1, 1)}, "valid_until"),
        ],
    )
    def test_what_cannot_be(self, keeper, check, wrong, field):
        """Said beside its field, and nothing is written."""
        perform(keeper, record_done, check, DoneData(done_on=D(2026, 1, 10), valid_until=D(2027, 1, 9)))
        said = DoneData(done_on=D(2026, 3, 1), valid_until=D(2027, 2, 28))
        with pytest.raises(FieldsRefused) as refused:
            perform(keeper, record_done, check, replace(said, **wrong))
        assert set(refused.value.fields) == {field}
        assert UpkeepDone.objects.count() == 1

    def test_the_database_keeps_it(self, keeper, check):
        """Once a day; no certificate that ended before it was given."""
        perform(keeper, record_done, check, DoneData(done_on=D(2026, 1, 10), valid_until=D(2027, 1, 9)))
        with pytest.raises(IntegrityError), transaction.atomic():
            UpkeepDone.objects.create(plan=check, done_on=D(2026, 1, 10), recorded_by=keeper)
        with pytest.raises(IntegrityError), transaction.atomic():
            UpkeepDone.objects.update(valid_until=D(2026, 1, 9))


class TestPlannedTime:
    """`book_for_plan`, `proposals`."""

    def test_held_and_done(self, machine, keeper, oil, monday):
        """Two hours of upkeep; once it has begun and is recorded, nothing is planned any more."""
        planned = perform(keeper, book_for_plan, oil, start=at(1, 14), station=2, seen=1)
        booking = planned.booking
        assert (booking.kind, booking.station, booking.purpose) == ("maintenance", 2, "Change the oil")
        assert (booking.start, booking.end) == (at(1, 14), at(1, 16))
        assert row_of(planned, TODAY).planned == booking
        perform(keeper, record_done, planned, DoneData(done_on=D(2026, 3, 1)))
        planned.refresh_from_db()
        assert planned.booking == booking
        monday.move_to(at(1, 17))
        perform(keeper, record_done, planned, DoneData(done_on=D(2026, 3, 3)))
        planned.refresh_from_db()
        assert planned.booking is None

    def test_called_off(self, keeper, oil):
        """It is not planned then."""
        planned = perform(keeper, book_for_plan, oil, start=at(1, 14))
        perform(keeper, cancel_booking, planned.booking)
        planned = UpkeepPlan.objects.select_related("booking").get()
        assert row_of(planned, TODAY).planned is None

    def test_taken(self, machine, keeper, oil):
        """By somebody on both stations: nothing is held, nothing planned."""
        for station in (1, 2):
            row(instrument=machine, station=station, start=at(1, 15), end=at(1, 17))
        with pytest.raises(SlotTaken):
            perform(keeper, book_for_plan, oil, start=at(1, 14))
        oil.refresh_from_db()
        assert (oil.booking, oil.version) == (None, 1)

    def test_proposed_where_it_is_open_and_nobody_has_it(self):
        """Eight to eight on workdays; at 13:00 on Tuesday somebody has it, so Wednesday is the first such day."""
        machine = make_instrument(workdays=(8, 20))
        keeper = make_steward(machine)
        row(instrument=machine, start=at(1, 12), end=at(1, 14))
        plan = perform(keeper, make_plan, machine, replace(OIL, preferred_time=dt.time(13)))
        assert [time.start for time, _station in proposals(plan, NOW)] == [
            *(at(0, 13), at(2, 13), at(3, 13), at(4, 13))
        ]
        plan.preferred_time = None
        assert [time.start for time, _station in proposals(plan, NOW)] == [
            *(at(0, 9), at(1, 8), at(2, 8), at(3, 8))
        ]
        plan.preferred_time = dt.time(19)
        assert [time.start for time, _station in proposals(plan, NOW)][:2] == [at(0, 9), at(1, 8)]


class TestTelling:
    """`tell_of_upkeep`."""

    def test_once_when_it_falls_due_and_once_when_it_is_over(self, machine, keeper, check, monday):
        """Due 1 April, told from 18 March on (14 days), and again from 2 April on."""
        sent = []
        for day in (
            D(2026, 3, 17),
            D(2026, 3, 18),
            D(2026, 3, 19),
            D(2026, 4, 1),
            D(2026, 4, 2),
            D(2026, 4, 3),
        ):
            monday.move_to(at((day - TODAY).days, 7))
            sent.append([tell_of_upkeep(at((day - TODAY).days, 7)) for _time in range(2)])
        assert sent == [[0, 0], [1, 0], [0, 0], [0, 0], [1, 0], [0, 0]]
        assert told(keeper) == ["upkeep_due", "upkeep_overdue"]
        assert UpkeepPlan.objects.get().version == 1

    def test_a_new_day_is_told_anew(self, machine, keeper, check, monday):
        """Recorded with a certificate until 10 March, that day is told of too."""
        monday.move_to(at(20, 7))
        assert tell_of_upkeep(at(20, 7)) == 1
        said = DoneData(done_on=D(2026, 3, 20), valid_until=D(2026, 3, 30))
        perform(keeper, record_done, check, said)
        assert tell_of_upkeep(at(20, 7)) == 1
        assert told(keeper) == ["upkeep_due", "upkeep_due"]

    @pytest.mark.parametrize(
        ("audience", "expected"), [("stewards", [1, 0]), ("managers", [0, 1]), ("both", [1, 1])]
    )
    def test_who(self, machine, keeper, audience, expected):
        """The stewards, the managers, or both; nobody twice."""
        manager = make_manager(machine.unit)
        perform(keeper, make_plan, machine, replace(CHECK, begins_on=D(2025, 3, 10), audience=audience))
        assert tell_of_upkeep(NOW) == 1
        assert [len(told(person)) for person in (keeper, manager)] == expected

    def test_an_ended_plan_says_nothing(self, keeper, check, monday):
        """However overdue."""
        perform(keeper, end_plan, check)
        monday.move_to(at(60, 7))
        assert tell_of_upkeep(at(60, 7)) == 0
