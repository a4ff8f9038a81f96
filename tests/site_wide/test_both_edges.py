"""Every period with both its edges: the moment or day on which it begins is in, the one on which it ends is out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from evaluations.entries.queries.waiting import waiting_for
from evaluations.results.queries.rows import records_behind
from evaluations.rounds.models import Round
from evaluations.rounds.queries import published_rounds
from evaluations.rounds.rules.working_days import is_working_day
from evaluations.snapshots.measuring import usage_mark
from evaluations.snapshots.models import SnapshotRow
from evaluations.snapshots.queries.population import population
from evaluations.snapshots.queries.usage_then import usage_as_of
from evaluations.steps.queries.blockers import blockers
from instruments.availability.queries.reading import prices_of
from instruments.booking.models import Booking, open_requests, overdue_requests
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.instrument_page import year_of_use
from instruments.catalogue.queries.selection import Selection
from instruments.desk.queries import gather, kept
from instruments.inventory.permissions import is_custodian
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.queries.offers import offers_of
from instruments.terms.queries.opening import opening_of, weeks_of
from instruments.terms.queries.rates import price_list, quotes, rate_for
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.usage.queries.organisations import unmerged_names
from instruments.usage.queries.usage_list import UsageFilters, sums_of, unit_usage
from instruments.usage.queries.usage_report import records_of, totals_of
from instruments.usage.queries.usage_totals import open_hours_of, usage_totals
from members.enums import NetworkRoleKind, UnitRoleKind
from members.models import Person
from members.permissions import can, roles_of
from members.queries.people import experts, managers_of, officers, roles_in
from members.queries.unit_people import former_roles, people_totals
from notices.models import Announcement
from portal.queries.units import figures
from tests.api.calling import Caller
from tests.factories.evaluations import RoundFactory, make_story
from tests.factories.instruments import (
    BookingFactory,
    InstrumentFactory,
    RateFactory,
    StewardshipFactory,
    UsageRecordFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import (
    NetworkRoleFactory,
    UnitFactory,
    UnitRoleFactory,
    make_manager,
    make_officer,
)
from webapi.models import AccessToken

pytestmark = pytest.mark.django_db

INSTANT, HOUR, DAY = dt.timedelta(microseconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
FIRST, AFTER = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
BEGIN, END = local_midnight(FIRST), local_midnight(AFTER)
INSIDE = Decimal("6.00")
"""Hours of the record on the first edge (2) and of the last one before the end (4)."""


def on(moment: dt.datetime):
    """Stand still at a moment."""
    return time_machine.travel(moment, tick=False)


def around(instrument) -> None:
    """Records that begin just before the year (1 hour), with it (2), at its last instant (4), with the next (8)."""
    starts = (BEGIN - INSTANT, BEGIN, END - INSTANT, END)
    for hours, start in zip((1, 2, 4, 8), starts, strict=True):
        UsageRecordFactory(
            instrument=instrument,
            start=start,
            end=start + INSTANT,
            measurement_hours=Decimal(hours),
            income=Decimal(hours),
            user_unit="一厂",
        )


@pytest.fixture
def used():
    """An instrument with records around the edges of 2025, beside another unit's."""
    around(make_instrument())
    instrument = make_instrument()
    around(instrument)
    return instrument


def test_a_year_of_use(used):
    """Wherever hours are added up: totals, lists, reports, pages."""
    unit, officer = used.unit, make_officer()
    assert usage_totals(BEGIN, END)[used.pk].effective_hours == INSIDE
    assert usage_totals(BEGIN, END)[used.pk].records == 2
    assert year_of_use(used, 2025).effective == INSIDE
    assert figures(unit, 2025).effective_hours == INSIDE
    assert figures(unit, 2025).external_income == INSIDE
    found = unit_usage(unit, officer, UsageFilters(first_day=FIRST, last_day=AFTER - DAY))
    assert (sums_of(found).rows, sums_of(found).hours) == (2, INSIDE)
    assert sums_of(unit_usage(unit, officer, UsageFilters(first_day=FIRST))).hours == INSIDE + 8
    assert sums_of(unit_usage(unit, officer, UsageFilters(last_day=AFTER - DAY))).hours == INSIDE + 1
    assert [row.effective_hours for row in records_of(unit, FIRST, AFTER)] == [2, 4]
    assert totals_of([used], FIRST, AFTER)[1].effective_hours == INSIDE
    (name,) = unmerged_names(BEGIN, END, [unit.pk])
    assert (name.records, name.hours) == (2, INSIDE)


def test_a_round_s_period(used):
    """What a round counts, what stands behind a number, and what came too late."""
    round_ = RoundFactory()
    now = timezone.now()
    count, hours, _last = usage_mark(round_, now)
    assert (count, Decimal(hours)) == (4, 2 * INSIDE)
    row = SnapshotRow(instrument_id=used.pk)
    assert [one.effective_hours for one in records_behind(row, round_, now, "effective_hours")] == [2, 4]


@pytest.mark.parametrize(
    ("start", "counts"), [(BEGIN - INSTANT, False), (BEGIN, True), (END - INSTANT, True), (END, False)]
)
def test_an_instrument_retired_all_year_counts_by_a_use_within_it(start, counts):
    round_, old = RoundFactory(), InstrumentFactory(state="retired")
    UsageRecordFactory(instrument=old, start=start, end=start + INSTANT)
    assert (old.pk in population(round_, END + HOUR)) == counts


def test_a_record_is_known_from_its_moment_until_its_correction():
    """As of the very moment of entry it is there; as of the moment of its correction the new one is."""
    entered, corrected = BEGIN, BEGIN + HOUR
    first = UsageRecordFactory(is_current=False, recorded_at=entered)
    second = UsageRecordFactory(instrument=first.instrument, corrects=first, recorded_at=corrected)
    seen = {
        moment: list(usage_as_of(moment))
        for moment in (entered - INSTANT, entered, corrected - INSTANT, corrected)
    }
    assert list(seen.values()) == [[], [first], [first], [second]]


ROLE_DAYS = [
    (dt.date(2026, 2, 28), False),
    (dt.date(2026, 3, 1), True),
    (dt.date(2026, 3, 4), True),
    (dt.date(2026, 3, 5), False),
]
HELD = {"valid_from": dt.date(2026, 3, 1), "valid_to": dt.date(2026, 3, 5)}


@pytest.mark.parametrize(("day", "holds"), ROLE_DAYS)
@pytest.mark.parametrize("kind", UnitRoleKind)
def test_a_role_in_a_unit(kind, day, holds):
    """From the first instant of its first day to the last of the day before `valid_to`, in local time."""
    role = UnitRoleFactory(kind=kind, **HELD)
    unit, field = role.unit, {"manager": "manager_of", "steward": "steward_in", "viewer": "viewer_in"}[kind]
    for moment in (local_midnight(day), local_midnight(day + DAY) - INSTANT):
        with on(moment):
            person = Person.objects.get(pk=role.person_id)
            assert getattr(roles_of(person), field) == ({unit.pk} if holds else set())
            assert can(person, "view_unit_people", unit) == holds
    assert roles_in(unit, day).exists() == holds
    totals = people_totals(unit, day)
    assert totals.managers + totals.stewards + totals.viewers == holds
    assert former_roles(unit, day).exists() == (day >= HELD["valid_to"])
    assert managers_of(unit.pk, day).exists() == (holds and kind == UnitRoleKind.MANAGER)


@pytest.mark.parametrize(("day", "holds"), ROLE_DAYS)
@pytest.mark.parametrize("kind", NetworkRoleKind)
def test_a_role_in_the_network(kind, day, holds):
    role = NetworkRoleFactory(kind=kind, **HELD)
    for moment in (local_midnight(day), local_midnight(day + DAY) - INSTANT):
        with on(moment):
            roles = roles_of(Person.objects.get(pk=role.person_id))
            assert (roles.is_officer, roles.is_expert) == (
                holds and kind == NetworkRoleKind.OFFICER, holds and kind == NetworkRoleKind.EXPERT
            )  # fmt: skip
    held = officers(day) if kind == NetworkRoleKind.OFFICER else experts(day)
    assert held.exists() == holds


@pytest.mark.parametrize(("day", "holds"), ROLE_DAYS)
@pytest.mark.parametrize("which", ["stewardship", "role"])
def test_a_stewardship(which, day, holds):
    """Its own days, and those of the role in the unit that it needs."""
    instrument = make_instrument()
    spans = {"stewardship": {}, "role": {}} | {which: HELD}
    person = StewardshipFactory(instrument=instrument, **spans["stewardship"]).person
    UnitRoleFactory(unit=instrument.unit, person=person, kind=UnitRoleKind.STEWARD, **spans["role"])
    for moment in (local_midnight(day), local_midnight(day + DAY) - INSTANT):
        with on(moment):
            assert is_custodian(Person.objects.get(pk=person.pk), instrument) == holds


@pytest.mark.parametrize(("day", "yuan"), [(dt.date(2025, 12, 31), 120), (AFTER, 150), (AFTER + DAY, 150)])
def test_a_rate(day, yuan):
    """Until the day before the next one begins; before the first there is none. By the local day of the start."""
    instrument, person = make_instrument(), UnitRoleFactory().person
    RateFactory(instrument=instrument, yuan_per_hour=Decimal(150), valid_from=AFTER)
    assert rate_for(instrument, "member", day) == yuan
    assert price_list(instrument, day)["member"] == yuan
    assert prices_of(day, [instrument.pk])[instrument.pk]["member"] == yuan
    with on(local_midnight(day)):
        prices = Selection(CatalogueFilters(), person, timezone.now()).prices
    assert [(price, bits.bit_count()) for price, bits in prices] == [(yuan, 1)]
    for start in (local_midnight(day), local_midnight(day + DAY) - INSTANT):
        assert quotes(instrument, person, [(start, start + HOUR)])[0].yuan_per_hour == yuan


@pytest.mark.parametrize(("day", "priced"), [(AFTER - DAY, False), (AFTER, True)])
def test_the_first_rate(day, priced):
    instrument = make_instrument(rates=False)
    RateFactory(instrument=instrument, valid_from=AFTER)
    assert (rate_for(instrument, "member", day) is not None) == priced
    assert ("member" in price_list(instrument, day)) == priced
    assert (instrument.pk in prices_of(day, [instrument.pk])) == priced
    assert ("member" in offers_of([instrument.pk], day)[instrument.pk].priced) == priced


@pytest.mark.parametrize(
    ("day", "hours"), [(FIRST - DAY, 0), (FIRST, 24), (dt.date(2025, 12, 31), 24), (AFTER, 0)]
)
def test_a_week_of_opening_hours(day, hours):
    """Round the clock from its first day to the day before `valid_to`; one day more or less on either side is shut."""
    instrument = make_instrument(always_open=False)
    for weekday in range(7):
        OpeningPeriod.objects.create(
            instrument=instrument, weekday=weekday, opens=0, closes=1440, valid_from=FIRST, valid_to=AFTER
        )
    start, end = local_midnight(day), local_midnight(day + DAY)
    assert open_hours_of([instrument], start, end)[instrument.pk] == hours
    assert sum(
        (one.end - one.start for one in opening_of(instrument, Interval(start, end))), dt.timedelta()
    ) == (hours * HOUR)
    whole = Interval(BEGIN - DAY, END + DAY)
    assert open_hours_of([instrument], whole.start, whole.end)[instrument.pk] == 365 * 24
    assert opening_of(instrument, whole) == [Interval(BEGIN, END)]
    with on(start):
        assert (instrument.pk in weeks_of([instrument.pk])) == bool(hours)
    assert offers_of([instrument.pk], day)[instrument.pk].is_opened == (day < AFTER)


def test_a_dated_exception():
    """A closure ends the open time at its first instant and gives it back at its last."""
    instrument = make_instrument()
    OpeningException.objects.create(instrument=instrument, start=BEGIN, end=BEGIN + HOUR, is_open=False)
    assert opening_of(instrument, Interval(BEGIN - HOUR, BEGIN + 2 * HOUR)) == [
        Interval(BEGIN - HOUR, BEGIN), Interval(BEGIN + HOUR, BEGIN + 2 * HOUR)
    ]  # fmt: skip
    for start, hours in ((BEGIN - HOUR, 1), (BEGIN, 0), (BEGIN + HOUR, 1)):
        assert open_hours_of([instrument], start, start + HOUR)[instrument.pk] == hours


def test_a_request_lives_until_its_last_moment():
    """At that very moment it is overdue and holds no time any more."""
    booking = BookingFactory(state="requested", start=END, expires_at=BEGIN)
    for moment, lives in ((BEGIN - INSTANT, True), (BEGIN, False)):
        assert Booking.objects.filter(open_requests(moment)).exists() == lives
        assert Booking.objects.filter(overdue_requests(moment)).exists() != lives
        assert Booking.objects.holding(moment).filter(pk=booking.pk).exists() == lives


def test_a_booking_touches_the_days_it_lies_on():
    """Not the day on whose first instant it ends, nor that before whose last instant it begins."""
    instrument = make_instrument()
    BookingFactory(instrument=instrument, start=BEGIN, end=BEGIN + DAY)
    with on(BEGIN):
        keeper = make_steward(instrument)
        mine = kept(keeper)
        found = [
            len(gather(keeper, mine, FIRST + days * DAY, BEGIN).on_day[instrument.pk]) for days in (-1, 0, 1)
        ]
    assert found == [0, 1, 0]
    rows = Booking.objects.all()
    assert [rows.overlapping(*span).count() for span in (
        (BEGIN - HOUR, BEGIN), (BEGIN - HOUR, BEGIN + INSTANT), (BEGIN + DAY - INSTANT, END), (BEGIN + DAY, END)
    )] == [0, 1, 1, 0]  # fmt: skip


@pytest.mark.parametrize(("first", "shown"), [(FIRST, True), (FIRST + DAY, False)])
def test_a_publicity_begins(first, shown):
    """At local midnight of its first day."""
    round_ = RoundFactory(state="publicised", publicity_start=first, publicity_end=first)
    with on(BEGIN):
        assert published_rounds().exists() == shown
        assert can(AnonymousUser(), "view_round", Round.objects.get(pk=round_.pk)) == shown


def test_a_publicity_runs_until_the_last_instant_of_its_last_day():
    round_ = RoundFactory(state="publicised", publicity_start=FIRST, publicity_end=FIRST)
    found = {
        moment: [one.code for one in blockers(round_, "finalise", now=moment)]
        for moment in (BEGIN, BEGIN + DAY - INSTANT, BEGIN + DAY)
    }
    assert list(found.values()) == [["publicity_runs"], ["publicity_runs"], []]


def test_a_publicity_begins_today_or_later():
    """And lasts its least number of working days, the first and the last among them."""
    story = make_story()
    monday = dt.date(2026, 5, 11)
    now = local_midnight(monday)

    def codes(first: dt.date, last: dt.date) -> set[str]:
        return {one.code for one in blockers(story.round, "publicise", now=now, window=(first, last))}

    friday = monday + 4 * DAY
    assert codes(monday, friday) & {"window_past", "window_short"} == set()
    assert codes(monday, friday - DAY) & {"window_past", "window_short"} == {"window_short"}
    assert codes(monday + DAY, friday) & {"window_past", "window_short"} == {"window_short"}
    assert codes(monday - DAY, friday) & {"window_past", "window_short"} == {"window_past"}


def test_units_report_until_the_last_instant_of_the_last_day():
    """Then nobody is asked any more."""
    story = make_story(entered=False)
    last = story.round.collecting_until
    asked = {}
    for moment in (local_midnight(last + DAY) - INSTANT, local_midnight(last + DAY)):
        with on(moment):
            asked[moment] = [one.unit.code for one in waiting_for(story.managers["AAA"])]
    assert list(asked.values()) == [["AAA"], []]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # National Day 2026: Thursday 1 to Wednesday 7 October.
        (dt.date(2026, 10, 1), dt.date(2026, 10, 7)),
        # Labour Day 2026: Friday 1 to Tuesday 5 May.
        (dt.date(2026, 5, 1), dt.date(2026, 5, 5)),
    ],
)
def test_a_holiday(first, last):
    """No working day from its first day to its last; the days before and after it are."""
    days = [first + n * DAY for n in range(-1, (last - first).days + 2)]
    assert [is_working_day(day) for day in days] == [True, *[False] * (len(days) - 2), True]


def test_a_token_opens_until_its_last_moment():
    person = make_manager(UnitFactory())
    with on(BEGIN):
        caller = Caller(person)
        AccessToken.objects.update(expires_at=BEGIN + DAY)
    for moment, status in ((BEGIN + DAY - INSTANT, 200), (BEGIN + DAY, 401)):
        with on(moment):
            assert caller.get("bookings/").status_code == status


def test_an_announcement_is_there_from_its_moment(client):
    row = Announcement.objects.create(
        kind="rules", title_zh="甲", title_en="A", body_zh="乙", body_en="B", published_at=BEGIN
    )
    for moment, status in ((BEGIN - INSTANT, 404), (BEGIN, 200)):
        with on(moment):
            assert client.get(reverse("notices:announcement", args=[row.pk])).status_code == status
            assert bool(client.get(reverse("notices:announcements")).context["page"].object_list) == (
                status == 200
            )
