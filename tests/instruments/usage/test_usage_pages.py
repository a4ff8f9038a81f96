"""Pages of usage: the list with its sums, entering, the story of a record, correcting, importing a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from folding.times import LOCAL
from instruments.usage.models import UsageRecord
from members.enums import UnitRoleKind
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import PersonFactory, UnitRoleFactory, make_manager, make_officer
from tests.instruments.moments import at
from tests.instruments.usage.usage_pages import HEADER, all_rows, the_list, upload, verbs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def viewer(xrd):
    """Views the unit, keeps nothing."""
    return UnitRoleFactory(unit=xrd.unit, kind=UnitRoleKind.VIEWER).person


class TestRights:
    """Who opens which page."""

    @pytest.mark.parametrize("name", ["usage", "usage_add", "usage_import"])
    def test_nobody_logs_in_first(self, client, xrd, name):
        """The way back is kept."""
        address = reverse(f"instruments:{name}", args=[xrd.unit.code])
        answer = client.get(address)
        assert answer.status_code == 302
        assert address in answer["Location"]

    def test_who_sees_what(self, client, xrd, steward, manager, viewer, outsider):
        """Reading: any role in the unit, and officers; writing: stewards and managers of the unit."""
        record = UsageRecordFactory(instrument=xrd)
        unit_pages = [
            reverse(f"instruments:{n}", args=[xrd.unit.code]) for n in ("usage_add", "usage_import")
        ]
        own_page = reverse("instruments:usage_record", args=[record.pk])
        correct = reverse("instruments:usage_correct", args=[record.pk])
        expected = [
            (steward, 200, 200, 200),
            (manager, 200, 200, 200),
            (viewer, 200, 404, 302),
            (make_officer(), 200, 404, 302),
            (outsider, 404, 404, 404),
            (PersonFactory(home_unit=xrd.unit), 404, 404, 404),
        ]
        for person, reading, entering, correcting in expected:
            client.force_login(person)
            assert client.get(the_list(xrd.unit)).status_code == reading
            assert client.get(own_page).status_code == reading
            assert [client.get(page).status_code for page in unit_pages] == [entering] * 2
            assert client.get(correct).status_code == correcting
            if entering == 404:
                assert client.post(unit_pages[0], {}).status_code == 404
                assert upload(client, xrd.unit, HEADER).status_code == 404
                assert client.post(correct, {}).status_code == 404
        client.force_login(manager)
        assert client.get(reverse("instruments:usage", args=["NONE"])).status_code == 404

    def test_a_steward_lists_what_he_keeps(self, client, xrd, other, steward, manager):
        """The list and the pages behind it agree."""
        UsageRecordFactory(instrument=xrd, record_id="MINE")
        foreign = UsageRecordFactory(instrument=other, record_id="THEIRS")
        client.force_login(steward)
        page = client.get(the_list(xrd.unit))
        assert [row.record_id for row in page.context["page"]] == ["MINE"]
        assert client.get(reverse("instruments:usage_record", args=[foreign.pk])).status_code == 404
        client.force_login(manager)
        assert client.get(the_list(xrd.unit)).context["sums"].rows == 2

    def test_the_user_of_a_record_reads_it(self, client, xrd, member):
        """Without the unit's list, and without correcting."""
        record = UsageRecordFactory(instrument=xrd, person=member)
        client.force_login(member)
        page = client.get(reverse("instruments:usage_record", args=[record.pk]))
        assert page.status_code == 200
        assert not page.context["may_correct"]
        assert not page.context["sees_list"]


class TestList:
    """Narrowing, paging, adding up."""

    def test_totals_are_the_exact_sums_of_all_pages(self, client, xrd, manager):
        """53 rows on three pages; 0.1 fifty times is 5, not 4.999."""
        for n in range(53):
            UsageRecordFactory(
                instrument=xrd,
                measurement_hours=Decimal("0.10") if n < 50 else Decimal("1.37"),
                user_kind="external" if n % 2 else "internal",
                income=Decimal("33.33"),
            )
        UsageRecordFactory(instrument=xrd, is_current=False, income=Decimal("999.00"))
        client.force_login(manager)
        page = client.get(the_list(xrd.unit))
        sums = page.context["sums"]
        # 50 * 0.10 + 3 * 1.37; odd ones: 25 * 0.10 + 1 * 1.37; 53 * 33.33
        assert (sums.rows, sums.counting) == (53, 53)
        assert (sums.hours, sums.external_hours, sums.income) == (
            Decimal("9.11"),
            Decimal("3.87"),
            Decimal("1766.49"),
        )
        assert str(sums.hours) == "9.11"
        starts = [row.start for row in page.context["page"]]
        assert len(starts) == 25
        assert starts == sorted(starts, reverse=True)
        last = client.get(the_list(xrd.unit), {"page": "3"})
        assert len(last.context["page"]) == 3
        assert last.context["sums"] == sums

    @pytest.mark.parametrize("who", ["officer", "of_both", "visitor"])
    def test_rows_and_sums_of_this_unit_only(self, client, xrd, who):
        """Whoever sees records of a second unit too: the department, a manager of both, one who was a guest there."""
        elsewhere = make_instrument()
        person = {"officer": make_officer}.get(who, lambda: make_manager(xrd.unit))()
        if who == "of_both":
            UnitRoleFactory(unit=elsewhere.unit, person=person)
        own = UsageRecordFactory(instrument=xrd, income=Decimal("10.00"))
        UsageRecordFactory(instrument=elsewhere, income=Decimal("999.00"), person=person)
        client.force_login(person)
        page = client.get(the_list(xrd.unit))
        assert list(page.context["page"]) == [own]
        sums = page.context["sums"]
        assert (sums.rows, sums.hours, sums.income) == (1, Decimal("2.00"), Decimal("10.00"))

    def test_filters(self, client, xrd, other, manager):
        """Days are local: 00:30 on the second is still the first in UTC."""
        early = dt.datetime(2026, 2, 2, 0, 30, tzinfo=LOCAL)
        rows = {
            "A": {"instrument": xrd, "start": early},
            "B": {"instrument": xrd, "start": early - dt.timedelta(hours=3), "user_kind": "internal"},
            "C": {"instrument": other, "start": early, "purpose": "teaching"},
            "D": {"instrument": other, "start": early + dt.timedelta(days=1), "is_current": False},
        }
        for number, fields in rows.items():
            UsageRecordFactory(record_id=number, **fields)
        client.force_login(manager)

        def found(**chosen: str) -> str:
            page = client.get(the_list(xrd.unit), chosen).context["page"]
            return "".join(sorted(row.record_id for row in page))

        assert found() == "ABC"
        assert found(replaced="1") == "ABCD"
        assert found(instrument=xrd.code.lower()) == "AB"
        assert found(first_day="2026-02-02") == "AC"
        assert found(last_day="2026-02-01") == "B"
        assert found(first_day="2026-02-02", last_day="2026-02-02", user_kind="external") == "AC"
        assert found(user_kind="internal") == "B"
        assert found(purpose="teaching") == "C"
        assert found(instrument="NONE-1") == ""

    @pytest.mark.parametrize(
        "chosen",
        [
            {"first_day": "0001-01-01"},
            {"last_day": "9999-12-31"},
            {"last_day": "gestern"},
            {"page": "x"},
            {"instrument": "\0"},
            {"user_kind": "'"},
        ],
    )
    def test_nonsense_narrows_nothing(self, client, xrd, manager, chosen):
        """No strange address breaks the page."""
        UsageRecordFactory(instrument=xrd)
        client.force_login(manager)
        page = client.get(the_list(xrd.unit), chosen)
        assert (page.status_code, page.context["sums"].rows) == (200, 1)

    def test_a_wrong_period_is_named(self, client, xrd, manager):
        """The last day lies before the first."""
        client.force_login(manager)
        page = client.get(the_list(xrd.unit), {"first_day": "2026-02-02", "last_day": "2026-02-01"})
        assert page.context["form"].errors.keys() == {"last_day"}

    def test_queries_do_not_grow(self, client, xrd, steward, connection_queries):
        """Three rows cost what one costs."""
        UsageRecordFactory(instrument=xrd)
        client.force_login(steward)
        one = connection_queries(lambda: client.get(the_list(xrd.unit)))
        UsageRecordFactory(instrument=xrd)
        UsageRecordFactory(instrument=xrd)
        three = connection_queries(lambda: client.get(the_list(xrd.unit)))
        assert (one, three) == (8, 8)


@pytest.fixture
def connection_queries():
    """Call it with something to do for the number of queries."""

    def count(do) -> int:
        with CaptureQueriesContext(connection) as caught:
            do()
        return len(caught)

    return count


class TestEntering:
    """A use without a booking."""

    def address(self, unit) -> str:
        return reverse("instruments:usage_add", args=[unit.code])

    def test_a_use_is_entered(self, client, xrd, steward, typed):
        """The parts add up; the number says instrument and start."""
        client.force_login(steward)
        answer = client.post(self.address(xrd.unit), typed)
        assert (answer.status_code, answer["Location"]) == (302, the_list(xrd.unit))
        record = UsageRecord.objects.get()
        assert (record.start, record.end) == (at(-1, 9), at(-1, 11))
        assert (record.startup_hours, record.measurement_hours, record.effective_hours) == (
            Decimal("0.25"),
            Decimal("1.50"),
            Decimal("1.75"),
        )
        assert (record.record_id, record.source) == (f"{xrd.code}-202603010900", "steward")
        assert (record.income, record.samples, record.recorded_by) == (Decimal("360.50"), 4, steward)
        assert verbs() == ["instruments.usage.recorded"]

    def test_over_midnight_and_over_days(self, client, xrd, manager, typed):
        """An end before the start lies on the next day; a last day says otherwise."""
        client.force_login(manager)
        night = typed | {"day": "2026-02-26", "start_time": "22:00", "end_time": "02:00", "record_id": "N"}
        long = typed | {"day": "2026-02-20", "end_day": "2026-02-23", "measurement_hours": "50"}
        assert client.post(self.address(xrd.unit), night).status_code == 302
        asked = client.post(self.address(xrd.unit), long)
        assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["because"])
        assert client.post(self.address(xrd.unit), long | {"because": "连续运行三昼夜"}).status_code == 302
        by_start = UsageRecord.objects.order_by("start")
        assert [row.end for row in by_start] == [
            dt.datetime(2026, 2, 23, 11, tzinfo=LOCAL),
            dt.datetime(2026, 2, 27, 2, tzinfo=LOCAL),
        ]
        assert [row.kept_because for row in by_start] == ["连续运行三昼夜", ""]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"measurement_hours": "3"}, "measurement_hours"),
            ({"day": "2026-03-03"}, "end_time"),
            ({"end_day": "2026-02-27"}, "end_day"),
            ({"income": "-1"}, "income"),
            ({"income": "1.234"}, "income"),
            ({"samples": "9999999999"}, "samples"),
            ({"instrument": ""}, "instrument"),
            ({"instrument": "NONE-1"}, "instrument"),
            ({"user_kind": "alien"}, "user_kind"),
            ({"record_id": "TAKEN"}, "record_id"),
            ({"start_time": "06:00", "end_time": "08:00"}, "start_time"),
        ],
    )
    def test_each_refusal_stands_at_its_field(self, client, xrd, steward, typed, wrong, field):
        """What was typed stays; nothing is written."""
        UsageRecordFactory(instrument=xrd, record_id="TAKEN", start=at(-1, 7))
        before, told = all_rows(), verbs()
        client.force_login(steward)
        answer = client.post(self.address(xrd.unit), typed | wrong)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "李四" in answer.content.decode()
        assert (all_rows(), verbs()) == (before, told)

    def test_another_instrument_of_the_unit_is_not_offered(self, client, xrd, other, steward, manager, typed):
        """A steward names their own only; a manager any, with its station."""
        client.force_login(steward)
        answer = client.post(self.address(xrd.unit), typed | {"instrument": other.code})
        assert answer.context["form"].errors.keys() == {"instrument"}
        client.force_login(manager)
        given = typed | {"instrument": other.code, "station": "2"}
        assert client.post(self.address(xrd.unit), given).status_code == 302
        assert UsageRecord.objects.get().record_id == f"{other.code}-2-202603010900"

    def test_sending_twice_records_once(self, client, xrd, steward, typed):
        """The second is refused by its time."""
        client.force_login(steward)
        client.post(self.address(xrd.unit), typed)
        answer = client.post(self.address(xrd.unit), typed)
        assert answer.status_code == 422
        assert UsageRecord.objects.count() == 1

    def test_who_keeps_nothing_is_told(self, client, xrd, member):
        """A steward of the unit without an instrument."""
        idle = UnitRoleFactory(unit=xrd.unit, kind=UnitRoleKind.STEWARD).person
        client.force_login(idle)
        assert client.get(self.address(xrd.unit)).context["instruments"] == []


class TestCorrecting:
    """One record replaces another."""

    @pytest.fixture
    def record(self, xrd):
        """Two hours with seconds, as check-in and check-out write them."""
        return UsageRecordFactory(
            instrument=xrd,
            record_id="R-1",
            start=at(-3, 9) + dt.timedelta(seconds=27),
            end=at(-3, 11) + dt.timedelta(seconds=41),
        )

    def sent(self, client, record, **changes: str) -> dict[str, str]:
        form = client.get(reverse("instruments:usage_correct", args=[record.pk])).context["form"]
        values = {name: form[name].value() for name in form.fields}
        strings = {
            name: value.strftime("%H:%M") if isinstance(value, dt.time) else str(value)
            for name, value in values.items()
            if value is not None
        }
        return strings | {"reason": "样品数填错"} | changes

    def test_old_and_new_stand_side_by_side(self, client, record, steward):
        """Only what was changed differs; untouched times keep their seconds."""
        client.force_login(steward)
        address = reverse("instruments:usage_correct", args=[record.pk])
        answer = client.post(address, self.sent(client, record, samples="30"))
        new = UsageRecord.objects.get(is_current=True)
        assert answer["Location"] == reverse("instruments:usage_record", args=[new.pk])
        assert (new.samples, new.start, new.end, new.corrects_id) == (30, record.start, record.end, record.pk)
        page = client.get(answer["Location"])
        (step,) = page.context["corrections"]
        assert [(fact.before, fact.value) for fact in step.facts if fact.changed] == [("3", "30")]
        assert "样品数填错" in page.content.decode()
        old = client.get(reverse("instruments:usage_record", args=[record.pk]))
        assert (old.context["current"].pk, old.context["may_correct"]) == (new.pk, False)
        assert reverse("instruments:usage_record", args=[new.pk]) in old.content.decode()

    def test_the_chain_is_whole(self, client, record, steward):
        """Two corrections, newest first."""
        client.force_login(steward)
        for samples in ("30", "31"):
            current = UsageRecord.objects.get(is_current=True)
            address = reverse("instruments:usage_correct", args=[current.pk])
            assert client.post(address, self.sent(client, current, samples=samples)).status_code == 302
        page = client.get(reverse("instruments:usage_record", args=[record.pk]))
        shown = [[f.value for f in step.facts if f.changed] for step in page.context["corrections"]]
        assert shown == [["31"], ["30"]]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"reason": "x" * 201}, "reason"),
            ({"reason": "same"}, "__all__"),
            ({"measurement_hours": "2.5"}, "measurement_hours"),
            ({"day": "2026-03-09"}, "end_time"),
        ],
    )
    def test_a_refused_correction_changes_nothing(self, client, record, steward, wrong, field):
        """Each reason at its field."""
        client.force_login(steward)
        before, told = all_rows(), verbs()
        answer = client.post(
            reverse("instruments:usage_correct", args=[record.pk]), self.sent(client, record, **wrong)
        )
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {field}
        assert (all_rows(), verbs()) == (before, told)

    def test_what_was_corrected_is_not_corrected_again(self, client, record, steward):
        """The second of two who opened the form is told."""
        client.force_login(steward)
        address = reverse("instruments:usage_correct", args=[record.pk])
        sent = self.sent(client, record, samples="30")
        client.post(address, sent)
        answer = client.post(address, sent | {"samples": "31"})
        assert answer.status_code == 409
        first = UsageRecord.objects.get(is_current=True)
        assert first.samples == 30
        # What was typed stands in the form, which now corrects what counts; what that says is beside it.
        form = answer.context["form"]
        assert form["samples"].value() == "31"
        assert form.errors.keys() == {"__all__", "samples"}
        (fact,) = [fact for fact in answer.context["facts"] if fact.changed]
        assert (fact.before, fact.value) == (str(record.samples), "30")
        again = reverse("instruments:usage_correct", args=[first.pk])
        assert f'action="{again}"' in answer.text
        assert client.post(again, sent | {"samples": "31"}).status_code == 302
        assert UsageRecord.objects.get(is_current=True).samples == 31
        assert client.get(address)["Location"] == reverse("instruments:usage_record", args=[record.pk])


def test_a_manager_of_another_unit_posts_nothing(client, xrd, typed):
    """Rights end at the unit."""
    client.force_login(make_manager(make_instrument().unit))
    assert client.post(reverse("instruments:usage_add", args=[xrd.unit.code]), typed).status_code == 404
    assert not UsageRecord.objects.exists()
