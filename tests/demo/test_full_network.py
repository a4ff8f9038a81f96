"""The full network keeps the counts and means that are published, and the promises of the public contract."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, F, Max, Min, Sum
from django.utils import timezone
from stdnum.cn import uscc

from audit.models import Entry
from audit.sealing import seal_all
from audit.verifying import first_fault
from demo.instruments import DEMO_PAIR
from demo.terms import OPENING
from demo.texts import templates
from evaluations.enums import RoundState
from evaluations.results.models import Award, Result
from evaluations.rounds.models import Round
from evaluations.schemes.enums import Grade
from folding.times import LOCAL
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import ApplicationField, Instrument
from instruments.usage.models import UsageRecord
from instruments.usage.queries.organisations import goals_for, names_in_use
from members.models import MemberUnit, Organisation, Person, Region
from notices.models import Announcement, AnnouncementKind, MailState, Notice

# One process makes the network, once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("full network")]

SHARED_BY_REGION = {
    "呼和浩特市": 486,
    "包头市": 312,
    "鄂尔多斯市": 138,
    "赤峰市": 82,
    "通辽市": 79,
    "呼伦贝尔市": 58,
    "锡林郭勒盟": 47,
    "乌兰察布市": 41,
    "巴彦淖尔市": 39,
    "兴安盟": 28,
    "乌海市": 22,
    "阿拉善盟": 15,
}


@pytest.fixture(autouse=True)
def network(full_network):
    return full_network


def test_counts_are_those_published():
    registered = Instrument.objects.exclude(state=InstrumentState.RETIRED)
    assert MemberUnit.objects.count() == 42
    assert registered.count() == 1658
    assert Instrument.objects.public().count() == 1347
    assert Decimal(1347) / 1658 * 100 == pytest.approx(Decimal("81.25"), abs=Decimal("0.02"))
    assert Person.objects.count() == 2000


def test_shared_instruments_lie_in_all_regions():
    rows = Instrument.objects.public().values_list("region__name_zh").annotate(n=Count("pk"))
    assert dict(rows) == SHARED_BY_REGION
    assert set(SHARED_BY_REGION) == set(Region.objects.values_list("name_zh", flat=True))


def test_59_of_62_fields_are_used():
    assert ApplicationField.objects.count() == 62
    used = ApplicationField.objects.filter(
        instruments__state__in=["in_service", "under_repair", "suspended"],
        instruments__sharing_mode__in=[SharingMode.INTERNAL, SharingMode.EXTERNAL],
    )
    assert used.distinct().count() == 59


def test_every_instrument_has_fields_terms_and_keeper():
    wanted = Instrument.objects.annotate(
        fields_=Count("field_links", distinct=True),
        rates_=Count("rates", distinct=True),
        keepers=Count("stewardships", distinct=True),
        weeks=Count("opening_periods", distinct=True),
    )
    for row in wanted.values("fields_", "rates_", "keepers", "weeks"):
        assert 1 <= row["fields_"] <= 4
        assert row["rates_"] == 4
        assert row["keepers"] >= 1
        assert row["weeks"] >= 5
    assert not Instrument.objects.filter(policy=None).exists()
    assert not Instrument.objects.filter(grams="").exists()


def test_rows_pass_their_own_validation(network):
    for draft in network.instruments[::23]:
        Instrument.objects.get(pk=draft.row.pk).full_clean()
    for unit in MemberUnit.objects.all():
        unit.full_clean()


def test_credit_codes_are_right_and_never_invented_for_real_units():
    for unit in MemberUnit.objects.all():
        assert (unit.credit_code is None) == (not unit.invented)
        if unit.credit_code:
            assert uscc.is_valid(unit.credit_code)
    assert {"IMU", "IMAU"} <= set(MemberUnit.objects.filter(invented=False).values_list("code", flat=True))


def test_usage_of_last_year_has_the_published_means(network):
    year = network.plan.today.year - 1
    rows = UsageRecord.objects.filter(
        instrument__in=Instrument.objects.public(),
        start__gte=dt.datetime(year, 1, 1, tzinfo=LOCAL),
        start__lt=dt.datetime(year + 1, 1, 1, tzinfo=LOCAL),
    )
    whole = rows.aggregate(sum=Sum("effective_hours"))["sum"] / 1347
    outside = rows.filter(user_kind="external").aggregate(sum=Sum("effective_hours"))["sum"] / 1347
    assert float(whole) == pytest.approx(694, rel=0.01)
    assert float(outside) == pytest.approx(322, rel=0.01)
    assert Instrument.objects.public().exclude(pk__in=rows.values("instrument")).count() > 60


def test_usage_is_past_and_its_parts_add_up(network):
    today = dt.datetime.combine(network.plan.today, dt.time.min, LOCAL)
    loaded = UsageRecord.objects.filter(start__lt=today)
    assert 100_000 < loaded.count() < 320_000
    first, last = loaded.aggregate(a=Min("start"), b=Max("end")).values()
    assert first >= dt.datetime(today.year - 1, 1, 1, tzinfo=LOCAL)
    assert last <= timezone.now()
    parts = F("startup_hours") + F("measurement_hours") + F("processing_hours")
    assert not loaded.exclude(effective_hours=parts).exists()
    assert not loaded.filter(purpose="teaching", income__gt=0).exists()


def test_a_year_of_bookings_lies_behind(network):
    """About a fifth of the past records came from bookings, which agree with them in all they share."""
    today = dt.datetime.combine(network.plan.today, dt.time.min, LOCAL)
    over = Booking.objects.filter(end__lte=today)
    past = over.filter(state="completed", kind="use")
    assert 45_000 < past.count() < 75_000
    left = over.exclude(pk__in=past.values("pk"))
    assert set(left.filter(kind="use").values_list("state", flat=True)) == {"cancelled", "no_show"}
    assert left.count() < past.count() / 40
    assert past.filter(start__lt=today - dt.timedelta(days=360)).exists()
    records = UsageRecord.objects.filter(booking__in=past)
    assert records.count() == past.count()
    assert not records.exclude(
        source="booking", start=F("booking__start"), end=F("booking__end"), person=F("booking__person"),
        instrument=F("booking__instrument"), station=F("booking__station"), income=F("booking__price"),
    ).exists()  # fmt: skip
    assert not UsageRecord.objects.filter(source="booking", booking=None).exists()


@pytest.mark.parametrize(
    ("table", "held"),
    [
        ("instruments_usagerecord", "is_current"),
        ("instruments_booking", "state IN ('requested', 'confirmed', 'in_use', 'completed')"),
    ],
)
def test_nothing_overlaps(table, held):
    columns = 'id, instrument_id, station, "start", "end"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH held AS (SELECT {columns} FROM {table} WHERE {held}), "
            'pairs AS (SELECT "end", LEAD("start") OVER '
            '(PARTITION BY instrument_id, station ORDER BY "start", "end") AS next_start FROM held) '
            'SELECT COUNT(*) FROM pairs WHERE next_start < "end"'
        )
        assert cursor.fetchone() == (0,)


def test_bookings_to_come_are_many_and_leave_the_two_free(network):
    coming = Booking.objects.filter(start__gt=timezone.now())
    assert 30_000 < coming.count() < 60_000
    midnight = dt.datetime.combine(network.plan.today, dt.time.min, LOCAL)
    held = Booking.objects.holding().filter(instrument__code__in=["IMU-DEMO-XRD", "IMU-DEMO-SEM"])
    assert not held.filter(
        end__gt=midnight + dt.timedelta(days=6), start__lt=midnight + dt.timedelta(days=30)
    ).exists()
    states = set(coming.values_list("state", flat=True))
    assert {BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.DECLINED} <= states
    assert Entry.objects.filter(verb="instruments.booking.requested").exists()


def test_ten_to_twenty_machines_are_sold_out_and_office_hours_half_booked(network):
    """Of the open time from 8 to 18 on working days; sold out is who has a free tenth of a working week or less."""
    midnight = dt.datetime.combine(network.plan.today, dt.time.min, LOCAL)
    held = defaultdict(list)
    rows = Booking.objects.holding().filter(end__gt=midnight).values_list("instrument_id", "start", "end")
    for instrument, start, end in rows:
        held[instrument].append(
            ((start - midnight).total_seconds() / 60, (end - midnight).total_seconds() / 60)
        )
    shares = defaultdict(list)
    whole, booked = Counter(), Counter()
    for draft in network.instruments:
        in_service = draft.is_shared and draft.row.state == InstrumentState.IN_SERVICE
        if not in_service or draft.row.code in DEMO_PAIR:
            continue
        for week in range(4):
            total = taken = 0.0
            for day in range(week * 7 + 1, week * 7 + 8):
                weekday = (network.plan.today + dt.timedelta(days=day)).weekday()
                for opens, closes in OPENING[draft.opening].get(weekday, ()) if weekday < 5 else ():
                    begin, stop = day * 1440 + max(opens, 480), day * 1440 + min(closes, 1080)
                    total += (stop - begin) * draft.row.station_count
                    taken += sum(
                        max(0, min(end, stop) - max(start, begin)) for start, end in held[draft.row.pk]
                    )
            whole[week] += total
            booked[week] += taken
            shares[week].append(taken / total)
    for week in range(4):
        assert 0.4 <= booked[week] / whole[week] <= 0.7
    assert 10 <= sum(share > 0.94 for share in shares[0]) <= 25


def test_nobody_is_in_two_places_at_once():
    with connection.cursor() as cursor:
        cursor.execute(
            'WITH held AS (SELECT id, person_id, "start", "end" FROM instruments_booking WHERE kind = \'use\' AND '
            "state IN ('requested', 'confirmed', 'in_use', 'completed')), "
            'pairs AS (SELECT "end", LEAD("start") OVER (PARTITION BY person_id ORDER BY "start", "end") AS next_start '
            'FROM held) SELECT COUNT(*) FROM pairs WHERE next_start < "end"'
        )
        assert cursor.fetchone() == (0,)


def test_a_few_dozen_requests_wait():
    assert 40 <= Booking.objects.filter(state=BookingState.REQUESTED).count() <= 80


def test_every_kind_of_the_table_stands_somewhere():
    assert set(Instrument.objects.public().values_list("name_zh", flat=True)) == {
        one.name_zh for one in templates()
    }


@pytest.mark.parametrize(
    ("code", "approval", "weekdays", "opens", "closes"),
    [("IMU-DEMO-XRD", True, 5, 480, 1200), ("IMU-DEMO-SEM", False, 7, 0, 1440)],
)
def test_the_two_demo_instruments_keep_the_contract(code, approval, weekdays, opens, closes):
    instrument = Instrument.objects.get(code=code)
    policy = instrument.policy
    assert (instrument.sharing_mode, instrument.station_count) == (SharingMode.EXTERNAL, 1)
    assert instrument.state == InstrumentState.IN_SERVICE
    assert instrument.unit.code == "IMU"
    assert (policy.shortest_minutes, policy.longest_minutes, policy.step_minutes) == (30, 480, 30)
    assert (policy.notice_minutes, policy.horizon_days, policy.approval_required) == (60, 60, approval)
    assert list(instrument.opening_periods.values_list("weekday", "opens", "closes")) == [
        (day, opens, closes) for day in range(weekdays)
    ]
    assert not instrument.opening_exceptions.exists()
    assert instrument.stewards.filter(email="steward@demo.example").exists()


def test_one_password_for_nine_accounts_and_none_for_the_rest():
    able = [person for person in Person.objects.all() if person.has_usable_password()]
    assert sorted(person.email.split("@")[0] for person in able) == [
        "admin",
        "enterprise",
        "expert",
        "manager",
        "officer",
        "outsider",
        "researcher",
        "steward",
        "steward2",
    ]
    assert able[0].check_password("demo-password-1")
    assert not Notice.objects.exclude(mail_state=MailState.UNWANTED).exists()


def test_every_unit_has_a_manager():
    assert not MemberUnit.objects.exclude(roles__kind="manager").exists()


def test_last_year_is_final_and_this_year_collects(network):
    year = network.plan.today.year
    last, this = Round.objects.get(year=year - 1), Round.objects.get(year=year)
    assert (last.state, this.state) == (RoundState.FINAL, RoundState.COLLECTING)
    assert last.digest
    assert last.finalised_at < timezone.now()
    results = Result.objects.filter(round=last).order_by("rank")
    assert results.count() == 42
    grades = [result.grade for result in results]
    assert grades.count(Grade.EXCELLENT) >= 4
    assert grades.count(Grade.GOOD) >= 8
    assert grades.count(Grade.FAIL) >= 2
    awarded = Award.objects.filter(round=last).aggregate(sum=Sum("amount"))["sum"]
    assert Decimal(awarded).quantize(Decimal("0.01")) == last.budget
    real = results.filter(unit__invented=False)
    assert set(real.values_list("grade", flat=True)) <= {Grade.EXCELLENT, Grade.GOOD}


def test_one_customer_is_misspelt_at_one_unit():
    """The organisations page of that unit has a name to put right, and says which is most like it."""
    (wrong,) = Organisation.objects.filter(private_to__isnull=False)
    unit = wrong.private_to
    assert (unit.code, wrong.merged_into) == ("IMU", None)
    _page, (line,) = names_in_use(unit, goals_for(unit), 1)
    assert line.organisation == wrong
    assert line.records > 0
    right = next(one for one in line.alike if one.name_zh[:2] + one.name_zh[3:] == wrong.name_zh)
    typed = UsageRecord.objects.filter(unit=unit, source="steward")
    assert not typed.filter(user_unit=right.name_zh).exists()
    assert set(wrong.usage_records.values_list("unit", "source", "user_unit")) == {
        (unit.pk, "steward", wrong.name_zh)
    }


def test_announcements_of_every_kind_and_a_whole_history():
    kinds = set(Announcement.objects.values_list("kind", flat=True))
    assert kinds == {str(kind) for kind in AnnouncementKind}
    assert not Announcement.objects.filter(published_at__gt=timezone.now()).exists()
    assert Entry.objects.filter(verb="demo.network.seeded").count() == 1
    assert seal_all() == Entry.objects.count()
    assert first_fault() is None


def test_planner_looks_one_row_up_by_a_unique_column():
    """Nearly no policy is a unit's own; SQLite would otherwise read every one of them for each instrument."""
    rows = Instrument.objects.select_related("unit__policy").filter(pk=1)
    assert connection.vendor != "sqlite" or "SCAN" not in rows.explain()
