"""Who was served is an organisation: one spelling or four count the same; one's own house is never outside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.visit import check_in, check_out
from instruments.catalogue.queries.instrument_page import year_of_use
from instruments.terms.rules.hours import local_midnight
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused
from instruments.usage.models import UsageRecord
from instruments.usage.queries.organisations import goals_for, names_in_use, unmerged_names
from instruments.usage.queries.usage_list import sums_of
from instruments.usage.queries.usage_totals import usage_totals
from instruments.usage.rules.usage_entries import UsageEntry
from members.actions.organisations import merge_organisation, part_organisation
from members.models import Organisation
from portal.queries.network import network
from portal.queries.units import figures
from tests.api.calling import Caller
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import (
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    make_manager,
    make_officer,
)
from tests.instruments.moments import at
from tests.instruments.usage.usage_pages import HEADER, all_rows, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FOUR = ("内蒙古大学", "内蒙古大学化学化工学院", "内大", "内蒙古大学（校本部）")
PERIOD = (local_midnight(dt.date(2026, 1, 1)), local_midnight(dt.date(2027, 1, 1)))


def entry(instrument, number=0, **more):
    """One hour of the tenth of February, of an outside user."""
    start = dt.datetime(2026, 2, 10, 1, tzinfo=dt.UTC) + number * dt.timedelta(hours=1)
    said = {
        "record_id": f"S-{number}",
        "instrument_code": instrument.code,
        "start": start,
        "end": start + dt.timedelta(hours=1),
        "effective_hours": Decimal("1.00"),
        "user_kind": "external",
        "purpose": "research",
        "income": Decimal("100.00"),
        "user_name": "王五",
        "user_unit": "测试企业",
    }
    return UsageEntry(**{**said, **more})


def write(person, entries):
    """Record them; all are created."""
    outcomes = perform(person, record_usage, entries, source=UsageSource.STEWARD)
    assert [outcome.status for outcome in outcomes] == ["created"] * len(entries)


def counted(instrument):
    """Outside hours, users and units of the period."""
    found = usage_totals(*PERIOD)[instrument.pk]
    assert found.external_hours + found.internal_hours == found.effective_hours
    return found.external_hours, found.external_users, found.served_units


@pytest.fixture
def imu():
    """A member unit that the spellings mean."""
    return UnitFactory(name_zh="内蒙古大学", short_name="内大", name_en="Inner Mongolia University")


class TestCounting:
    """Organisations and people, not texts."""

    def test_four_spellings_of_a_member_unit(self, xrd, steward, manager, imu):
        """Three mean the unit; its school is a name of its own until somebody merges it, and again after the undo."""
        write(steward, [entry(xrd, n, user_unit=text) for n, text in enumerate(FOUR)])
        assert counted(xrd) == (Decimal("4.00"), 2, 2)
        school = Organisation.objects.get(private_to=xrd.unit)
        assert school.name_zh == "内蒙古大学化学化工学院"
        perform(manager, merge_organisation, school, imu.served_as)
        assert counted(xrd) == (Decimal("4.00"), 1, 1)
        perform(manager, part_organisation, school)
        assert counted(xrd) == (Decimal("4.00"), 2, 2)
        assert sorted(UsageRecord.objects.values_list("user_unit", flat=True)) == sorted(FOUR)

    def test_four_spellings_of_nobody_known(self, xrd, steward, manager):
        """Four before, three after the first merge, one at last; a width or a blank makes no fifth."""
        texts = [*FOUR, "内蒙古 大学", "内蒙古大学(校本部)"]
        write(steward, [entry(xrd, n, user_unit=text) for n, text in enumerate(texts)])
        assert counted(xrd) == (Decimal("6.00"), 4, 4)
        first, *others = Organisation.objects.filter(private_to=xrd.unit).order_by("pk")
        expected = [3, 2, 1]
        for other, left in zip(others, expected, strict=True):
            perform(manager, merge_organisation, other, first)
            assert counted(xrd) == (Decimal("6.00"), left, left)

    def test_a_person_is_counted_once_in_an_organisation(self, xrd, steward):
        """By folded name there; the same name elsewhere is another; an account is one wherever it is written."""
        names = ["张三", "张 三", "Zhang San", "ｚｈａｎｇ ｓａｎ"]
        write(steward, [entry(xrd, n, user_name=name) for n, name in enumerate(names)])
        write(steward, [entry(xrd, 4, user_unit="别厂", user_name="张三")])
        assert counted(xrd) == (Decimal("5.00"), 3, 2)

    def test_what_names_nobody(self, xrd, steward):
        """Outside hours without a unit are hours of one user and of no unit."""
        write(
            steward, [entry(xrd, 0, user_unit="", user_name=""), entry(xrd, 1, user_unit=" ", user_name="")]
        )
        assert counted(xrd) == (Decimal("2.00"), 1, 0)
        assert not Organisation.objects.filter(private_to__isnull=False).exists()

    def test_a_registered_one_by_its_code(self, xrd, steward):
        """Name and credit code are one organisation."""
        OrganisationFactory(name_zh="青城制药", credit_code="91110000600037341L")
        write(steward, [entry(xrd, 0, user_unit="青城制药"), entry(xrd, 1, user_unit="91110000600037341l")])
        assert counted(xrd) == (Decimal("2.00"), 1, 1)

    def test_a_name_merged_into_ones_own_house_is_inside_everywhere(self, xrd, steward, manager):
        """Totals, list, the unit's, the instrument's and the network's pages; the second unit's hours stay."""
        write(steward, [entry(xrd, 0, user_unit="本校某系"), entry(xrd, 1)])
        other = make_instrument()
        write(make_steward(other), [entry(other, 0, user_unit=xrd.unit.name_zh)])

        def everywhere():
            cache.clear()
            rows = UsageRecord.objects.filter(unit=xrd.unit)
            return (
                counted(xrd)[0],
                sums_of(rows).external_hours,
                figures(xrd.unit, 2026).external_hours,
                figures(xrd.unit, 2026).external_income,
                year_of_use(xrd, 2026).external,
                network().external_hours,
            )

        hours, money = Decimal("2.00"), Decimal("200.00")
        assert everywhere() == (hours, hours, hours, money, hours, Decimal("3.00"))
        row = Organisation.objects.get(name_zh="本校某系")
        perform(manager, merge_organisation, row, xrd.unit.served_as)
        hours, money = Decimal("1.00"), Decimal("100.00")
        assert everywhere() == (hours, hours, hours, money, hours, hours * 2)
        assert counted(xrd) == (hours, 1, 1)
        assert counted(other) == (hours, 1, 1)

    def test_writing_takes_the_same_queries_for_any_number(self, xrd, steward):
        """One to know the names, two more where a name is new."""
        counts = []
        for batch in ([0], range(1, 11)):
            entries = [entry(xrd, n, user_unit=f"厂{n}") for n in batch]
            with CaptureQueriesContext(connection) as captured:
                write(steward, entries)
            counts.append(sum('"members_organisation"' in one["sql"] for one in captured.captured_queries))
        with CaptureQueriesContext(connection) as captured:
            write(steward, [entry(xrd, n + 11, user_unit=f"厂{n}") for n in range(3)])
        counts.append(sum('"members_organisation"' in one["sql"] for one in captured.captured_queries))
        assert counts == [3, 3, 1]


class TestOwnHouse:
    """One's own legal person is never external, by whatever way it is written."""

    @pytest.fixture(params=["{name}", "{short}", "{english}", "{name}（校本部）", " {name} "])
    def own(self, request, xrd):
        """Five ways to write the own unit."""
        unit = xrd.unit
        return request.param.format(name=unit.name_zh, short=unit.short_name, english=unit.name_en.upper())

    def test_form(self, client, xrd, steward, typed, own):
        """422, at the field; what was typed stays."""
        client.force_login(steward)
        address = reverse("instruments:usage_add", args=[xrd.unit.code])
        before = all_rows()
        answer = client.post(address, typed | {"user_unit": own})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["user_kind"]
        assert all_rows() == before
        assert client.post(address, typed | {"user_unit": own, "user_kind": "internal"}).status_code == 302
        assert UsageRecord.objects.get().served == xrd.unit.served_as

    def test_correction(self, client, xrd, steward, own):
        """By the action and by the page."""
        write(steward, [entry(xrd)])
        record = UsageRecord.objects.get()
        before = all_rows()
        with pytest.raises(UsageRefused) as refused:
            perform(steward, correct_usage, record, reason="写错", user_unit=own)
        assert list(refused.value.fields) == ["user_kind"]
        assert all_rows() == before
        new = perform(steward, correct_usage, record, reason="写错", user_unit=own, user_kind="internal")
        assert new.served == xrd.unit.served_as
        assert usage_totals(*PERIOD)[xrd.pk].external_hours == 0

    def test_file(self, client, xrd, steward, own):
        """The row is refused, the next is written."""
        client.force_login(steward)
        line = (
            "{number},{code},2026-02-0{day} 09:00,2026-02-0{day} 10:00,1,external,research,1,0,王五,{unit}\n"
        )
        rows = [
            line.format(number="A", day=4, code=xrd.code, unit=own),
            line.format(number="B", day=5, code=xrd.code, unit="测试企业"),
        ]
        assert upload(client, xrd.unit, HEADER + "".join(rows)).status_code == 200
        assert list(UsageRecord.objects.values_list("record_id", flat=True)) == ["B"]

    def test_api(self, xrd, steward, own):
        """One record: 422 with the field; of two, the other is written."""
        caller = Caller(steward)

        def sent(number, **more):
            start = dt.datetime(2026, 2, 11, 1 + number, tzinfo=dt.UTC)
            return {
                "record_id": f"A-{number}",
                "instrument": xrd.code,
                "start": start.isoformat(),
                "end": (start + dt.timedelta(hours=1)).isoformat(),
                "effective_hours": "1.00",
                "user_kind": "external",
                "purpose": "research",
                "user_name": "王五",
                "user_unit": "测试企业",
                **more,
            }

        answer = caller.post("usage-records/", sent(0, user_unit=own))
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["user_kind"]
        both = caller.post("usage-records/", {"records": [sent(1, user_unit=own), sent(2)]})
        assert [one["status"] for one in both.json()["results"]] == ["refused", "created"]
        assert list(UsageRecord.objects.values_list("record_id", flat=True)) == ["A-2"]

    def test_check_out(self, instrument, monday):
        """Who came to the unit after they booked as an outsider leaves an internal record; the visit ends."""
        person = PersonFactory()
        booking = perform(
            person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="相分析"
        )
        assert booking.category == "member"
        person.home_unit = instrument.unit
        person.save()
        monday.move_to(at(2, 9))
        perform(person, check_in, booking)
        monday.move_to(at(2, 11))
        perform(person, check_out, booking)
        record = UsageRecord.objects.get()
        assert (record.user_kind, record.served) == ("internal", instrument.unit.served_as)
        assert usage_totals(*PERIOD)[instrument.pk].external_hours == 0

    def test_a_name_that_was_merged_into_it(self, xrd, steward, manager):
        """From then on it is refused; what is on record already is unchanged when sent again."""
        write(steward, [entry(xrd, user_unit="本校某系")])
        row = Organisation.objects.get(private_to=xrd.unit)
        perform(manager, merge_organisation, row, xrd.unit.served_as)
        again, fresh = entry(xrd, user_unit="本校某系"), entry(xrd, 1, user_unit="本校 某系")
        found = perform(steward, record_usage, [again, fresh], source=UsageSource.API)
        assert [one.status for one in found] == ["unchanged", "refused"]

    def test_another_unit_may_serve_it(self, xrd):
        """The same name is outside at the second unit's instrument."""
        other = make_instrument()
        write(make_steward(other), [replace(entry(other), user_unit=xrd.unit.name_zh)])
        assert counted(other) == (Decimal("1.00"), 1, 1)


class TestPage:
    """The names a unit typed."""

    def address(self, unit, name="organisations", *more):
        """An address of the page."""
        return reverse(f"instruments:{name}", args=[unit.code, *more])

    def test_counts_suggestions_merge_and_undo(self, client, xrd, steward, manager, imu):
        """The second unit's name stands on the second unit's page alone."""
        write(steward, [entry(xrd, n, user_unit=text) for n, text in enumerate([*FOUR, FOUR[1]])])
        other = make_instrument()
        write(make_steward(other), [entry(other, user_unit="他校之友")])
        client.force_login(manager)
        (line,) = client.get(self.address(xrd.unit)).context["lines"]
        assert (line.organisation.name_zh, line.records, line.hours) == (FOUR[1], 2, Decimal("2.00"))
        assert [goal.unit for goal in line.alike] == [imu]
        row = line.organisation
        body = {"into": imu.served_as.pk, "version": row.version}
        assert client.post(self.address(xrd.unit, "organisation_merge", row.pk), body).status_code == 302
        assert client.get(self.address(xrd.unit)).context["lines"][0].organisation.counted.unit == imu
        stale = client.post(self.address(xrd.unit, "organisation_part", row.pk), {"version": 1}, follow=True)
        assert stale.context["lines"][0].organisation.merged_into is not None
        client.post(self.address(xrd.unit, "organisation_part", row.pk), {"version": 2})
        assert client.get(self.address(xrd.unit)).context["lines"][0].organisation.merged_into is None
        client.post(self.address(xrd.unit, "organisation_merge", row.pk), {"name": "内大"})
        assert Organisation.objects.get(pk=row.pk).counted.unit == imu
        theirs = Organisation.objects.get(name_zh="他校之友")
        for name in ("organisation_merge", "organisation_part"):
            assert client.post(self.address(xrd.unit, name, theirs.pk), body).status_code == 404
            assert client.post(self.address(other.unit, name, theirs.pk), body).status_code == 404
        client.post(self.address(xrd.unit, "organisation_part", row.pk))
        client.post(self.address(xrd.unit, "organisation_merge", row.pk), {"into": theirs.pk})
        assert Organisation.objects.get(pk=row.pk).merged_into is None

    def test_register_here(self, client, xrd, steward, manager):
        """A wrong code stands at its field; then the name typed before counts as what is registered."""
        write(steward, [entry(xrd, user_unit="青城制药有限公司")])
        client.force_login(manager)
        address = self.address(xrd.unit, "organisation_register")
        body = {"name_zh": "青城制药有限公司", "kind": "enterprise", "credit_code": "9111"}
        answer = client.post(address, body)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["credit_code"])
        assert client.post(address, body | {"credit_code": "91110000600037341L"}).status_code == 302
        assert client.get(self.address(xrd.unit)).context["lines"][0].organisation.merged_into is not None
        page = client.get(reverse("instruments:usage_add", args=[xrd.unit.code]))
        assert '<option value="青城制药有限公司"></option>' in page.content.decode()

    def test_the_same_queries_for_one_and_for_three(self, client, xrd, steward, manager):
        """And a manager of the second unit sees none of them."""
        client.force_login(manager)
        counts = []
        for batch in ([0], [1, 2]):
            write(steward, [entry(xrd, n, user_unit=f"厂{n}") for n in batch])
            client.get(self.address(xrd.unit))
            with CaptureQueriesContext(connection) as captured:
                page = client.get(self.address(xrd.unit))
            counts.append(len(captured))
        assert len(page.context["lines"]) == 3
        assert counts[0] == counts[1]
        second = UnitFactory()
        client.force_login(make_manager(second))
        assert client.get(self.address(xrd.unit)).status_code == 404
        assert client.get(self.address(second)).context["lines"] == []
        assert names_in_use(second, goals_for(second), 1)[1] == []

    def test_an_officer_merges_in_the_admin(self, client, xrd, steward, imu):
        """A typed name of any unit, with its version."""
        write(steward, [entry(xrd, user_unit=FOUR[1])])
        row = Organisation.objects.get(private_to=xrd.unit)
        client.force_login(make_officer(is_staff=True))
        address = reverse("admin:members_organisation_change", args=[row.pk])
        assert client.get(address).status_code == 200
        answer = client.post(address, {"merged_into": imu.served_as.pk, "version": 1})
        assert answer.status_code == 302
        row.refresh_from_db()
        assert (row.merged_into, row.version) == (imu.served_as, 2)
        assert client.post(address, {"merged_into": "", "version": 1}).status_code == 200
        assert client.post(address, {"merged_into": "", "version": 2}).status_code == 302
        row.refresh_from_db()
        assert row.merged_into is None


def test_names_nobody_merged(xrd, steward, manager, imu):
    """Of all units, most hours first; not what is merged, internal, voided by a correction or out of the period."""
    other = make_instrument()
    write(
        steward,
        [entry(xrd, n, user_unit=t) for n, t in enumerate(["甲厂", "甲 厂", "乙厂", FOUR[0], FOUR[1]])],
    )
    write(make_steward(other), [entry(other, 0, user_unit="丙厂")])
    UsageRecordFactory(instrument=xrd, user_unit="丁厂", start=PERIOD[1])
    perform(manager, merge_organisation, Organisation.objects.get(name_zh=FOUR[1]), imu.served_as)
    with CaptureQueriesContext(connection) as captured:
        found = unmerged_names(*PERIOD)
    assert len(captured) == 1
    told = [(one.unit_code, one.name, one.records, str(one.hours)) for one in found]
    rest = sorted([(xrd.unit.code, "乙厂", 1, "1.00"), (other.unit.code, "丙厂", 1, "1.00")])
    assert told == [(xrd.unit.code, "甲厂", 2, "2.00"), *rest]
    assert [one.name for one in unmerged_names(*PERIOD, [other.unit_id])] == ["丙厂"]
