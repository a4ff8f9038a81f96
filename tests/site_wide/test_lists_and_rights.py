"""Every list of one unit or one person, with a second of each beside it: it holds what the rights say, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.entries.queries.waiting import waiting_for
from evaluations.enums import RoundState
from evaluations.rounds.models import Round
from evaluations.rounds.queries import rounds_visible_to
from evaluations.steps.actions.opening import open_round
from instruments.booking.enums import BookingState
from instruments.booking.queries.bookings import (
    bookings_to_keep,
    bookings_visible_to,
    in_custody_of,
    own_bookings,
)
from instruments.desk.queries import gather, kept
from instruments.desk.queries import records as desk_records
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.inventory import InventoryFilters, inventory, inventory_totals
from instruments.inventory.queries.stewards import stewardships_of
from instruments.usage.queries.organisations import goals_for, names_in_use, unmerged_names
from instruments.usage.queries.usage import usage_visible_to
from instruments.usage.queries.usage_list import UsageFilters, instruments_of_unit, sums_of, unit_usage
from members.models import Person, UnitRole
from members.permissions import can
from members.queries.organisations import known_names
from members.queries.people import managers_of, people_of, roles_in
from members.queries.unit_people import former_roles, people_totals, unit_people
from notices.models import Notice
from reporting.models import ReportRun
from reporting.runs import runs_of
from tests.api.calling import Caller
from tests.factories.evaluations import RoundFactory
from tests.factories.instruments import StewardshipFactory, make_instrument
from tests.factories.members import OrganisationFactory, UnitRoleFactory
from tests.instruments.moments import NOW, at
from tests.notices.telling import notify
from tests.site_wide.two_houses import WHO, Houses, bookings, make_houses, records
from webapi.tokens import tokens_of

pytestmark = pytest.mark.django_db
PEOPLE = [who for who in WHO if who != "anonymous"]
REPORT = {"unit": "HOUSEA", "start": "2026-01-01", "end": "2026-01-31", "format": "csv"}
INSIDE = [who for who in PEOPLE if who != "closed"]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any):
    """The houses, made once for the module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        yield make_houses()
        transaction.set_rollback(True)


@pytest.fixture
def houses(made: Houses):
    """The houses, on their Monday."""
    with time_machine.travel(NOW, tick=False):
        yield made


def keys(rows: Any) -> list[Any]:
    """Primary keys, so that a row that comes twice shows."""
    return sorted(str(row.pk) for row in rows)


def allowed(person: Any, verb: str, rows: list[Any], of: Callable[[Any], Any] = lambda row: row) -> list[Any]:
    """What the rights say of all rows one by one."""
    return keys(row for row in rows if can(person, verb, of(row)))


def instrument_of(row: Any) -> Instrument:
    """The instrument of a booking or record."""
    return row.instrument


@pytest.mark.parametrize("who", WHO)
def test_bookings_are_those_one_may_see(houses, who):
    person, rows = houses.person(who), bookings()
    assert keys(bookings_visible_to(person)) == allowed(person, "view_booking", rows)
    instruments = Instrument.objects.filter(in_custody_of(person))
    kept_rows = [row for row in rows if can(person, "keep_instrument", row.instrument)]
    assert keys(bookings_to_keep(instruments)) == keys(kept_rows)
    assert keys(own_bookings(person)) == keys(row for row in rows if row.person_id == person.pk)


@pytest.mark.parametrize("who", WHO)
def test_records_of_use_are_those_one_may_see(houses, who):
    person, rows = houses.person(who), records()
    assert keys(usage_visible_to(person)) == allowed(person, "view_usage", rows)
    for unit in houses.units.values():
        mine = [row for row in rows if row.unit_id == unit.pk and can(person, "view_usage", row)]
        counting = [row for row in mine if row.is_current]
        assert keys(unit_usage(unit, person, UsageFilters(replaced_too=True))) == keys(mine)
        found = unit_usage(unit, person, UsageFilters())
        assert keys(found) == keys(counting)
        sums = sums_of(found)
        assert (sums.rows, sums.income) == (
            len(counting),
            sum((row.income for row in counting), Decimal("0.00")),
        )


@pytest.mark.parametrize("who", PEOPLE)
def test_the_desk_is_that_of_what_one_keeps(houses, who):
    person, rows = houses.person(who), bookings()
    mine = [one for one in houses.instruments.values() if can(person, "keep_instrument", one)]
    at_hand = [row for row in rows if row.instrument in mine]
    asked = [row for row in at_hand if row.state == BookingState.REQUESTED and row.person_id != person.pk]
    assert [one.code for one in kept(person)] == sorted(one.code for one in mine)
    found = gather(person, kept(person), NOW.date(), NOW)
    assert keys(found.requests) == keys(asked) == allowed(person, "approve_booking", asked)
    assert keys(found.arriving) == keys(row for row in at_hand if row.start == at(0, 12))
    assert keys(found.overdue) == keys(row for row in at_hand if row.state == BookingState.IN_USE)
    assert (len(found.requests), len(found.arriving), len(found.overdue)) == (
        len(asked),
        len(mine),
        len(mine),
    )
    assert keys(row for day in found.on_day.values() for row in day) == keys(
        row for row in at_hand if row.start < at(1, 0) and row.end > at(0, 0)
    )
    open_records = [row for row in records() if row.is_current and row.to_confirm]
    assert keys(desk_records(kept(person), []).unconfirmed) == allowed(person, "agree_usage", open_records)


@pytest.mark.parametrize("letter", "AB")
def test_the_inventory_is_that_of_one_unit(houses, letter):
    unit = houses.units[letter]
    own = [f"{letter}-1", f"{letter}-2"]
    for filters in (
        InventoryFilters(),
        InventoryFilters(incomplete=True),
        InventoryFilters(modes=("external",)),
    ):
        page, lines = inventory(unit, filters)
        assert (page.paginator.count, sorted(line.instrument.code for line in lines)) == (2, own)
    assert inventory(unit, InventoryFilters(q="A-1" if letter == "B" else "B-1"))[1] == []
    totals = inventory_totals(unit)
    assert (totals.instruments, totals.shared, totals.incomplete) == (2, 2, 2)
    assert totals.value == Decimal("2400000.00")
    assert [one.code for one in instruments_of_unit(unit)] == own
    client = Client()
    client.force_login(houses.person("manager_of_both"))
    shown = client.get(reverse("instruments:inventory", args=[unit.code]))
    assert sorted(line.row.instrument.code for line in shown.context["lines"]) == own


@pytest.mark.parametrize("letter", "AB")
def test_people_are_those_of_one_unit(houses, letter):
    unit, day = houses.units[letter], NOW.date()
    roles = [role for role in UnitRole.objects.filter(unit=unit) if role.valid_to is None]
    own = set(Person.objects.filter(home_unit=unit, is_active=True)) | {role.person for role in roles}
    page, lines = unit_people(unit, day)
    assert (page.paginator.count, keys(line.person for line in lines)) == (len(own), keys(own))
    assert keys(role for line in lines for role in line.roles) == keys(roles)
    held = {kind: sum(role.kind == kind for role in roles) for kind in ("manager", "steward", "viewer")}
    totals = people_totals(unit, day)
    assert (totals.people, totals.managers, totals.stewards, totals.viewers) == (len(own), *held.values())
    former = [houses.people["former_manager"].pk] if letter == "A" else []
    assert [role.person_id for role in former_roles(unit, day)] == former
    assert keys(roles_in(unit, day)) == keys(roles)
    assert keys(people_of(unit)) == keys(Person.objects.filter(home_unit=unit, is_active=True))
    names = {"A": {"manager", "manager_of_both"}, "B": {"manager_b", "manager_of_both", "keeper_of_both"}}
    assert keys(managers_of(unit.pk, day)) == keys(houses.people[who] for who in names[letter])


@pytest.mark.parametrize("letter", "AB")
def test_names_served_are_those_one_unit_typed(houses, letter):
    unit, other = houses.units[letter], houses.units["B" if letter == "A" else "A"]
    registered = OrganisationFactory(name_zh="登记公司")
    mine, theirs = f"测试企业{unit.code}", f"测试企业{other.code}"
    goals = goals_for(unit)
    page, lines = names_in_use(unit, goals, 1)
    typed = [line.organisation.name_zh for line in lines]
    assert (page.paginator.count, mine in typed, theirs in typed) == (len(typed), True, False)
    line = next(line for line in lines if line.organisation.name_zh == mine)
    assert (line.records, line.hours) == (8, Decimal("16.00"))
    chosen = {goal.name_zh for goal in goals}
    assert {mine, registered.name_zh, unit.name_zh, other.name_zh} <= chosen
    assert theirs not in chosen
    assert mine in known_names(unit)
    assert theirs not in known_names(unit)
    months = unmerged_names(at(-60, 0), at(0, 0), {unit.pk})
    assert {name.unit_code for name in months} == {unit.code}


def test_stewards_are_those_of_one_instrument(houses):
    first, second = houses.instruments["A-1"], houses.instruments["A-2"]
    link = StewardshipFactory(instrument=second, person=houses.people["manager"])
    assert [one.person for one in stewardships_of(first)] == [houses.people["steward"]]
    assert link in stewardships_of(second)
    assert len(stewardships_of(second)) == 3


@pytest.mark.parametrize("who", WHO)
def test_rounds_are_those_one_may_see(houses, who):
    """In every state, before and on the first day of publicity."""
    for place, state in enumerate(RoundState.values):
        RoundFactory(year=2018 + place, state=state, digest="0" * 64 if state == RoundState.FINAL else "")
    today = NOW.date()
    for place, first in enumerate((today, today.replace(day=3))):
        RoundFactory(
            year=2030 + place, state=RoundState.PUBLICISED, publicity_start=first, publicity_end=first
        )
    person = houses.person(who)
    rows = list(Round.objects.select_related("scheme"))
    assert keys(rounds_visible_to(person)) == allowed(person, "view_round", rows)
    years = set(rounds_visible_to(person).values_list("year", flat=True))
    assert 2030 in years
    assert (2031 in years) == (who in {"officer", "superuser"})


@pytest.mark.parametrize("who", ["manager", "manager_b", "manager_of_both", "steward", "viewer", "stranger"])
def test_what_a_round_wants_is_that_of_units_one_manages(houses, who):
    perform(houses.person("officer"), open_round, RoundFactory(collecting_until=NOW.date()))
    person = houses.person(who)
    units = {unit.code for unit in houses.units.values() if can(person, "manage_unit", unit)}
    assert {one.unit.code for one in waiting_for(person) if one.unit} == units


@pytest.mark.parametrize("who", ["owner", "engineer", "officer", "superuser"])
def test_what_belongs_to_a_person_is_shown_to_no_second_one(houses, who):
    """Notices, reports and tokens."""
    for one in ("owner", "engineer", "officer", "superuser"):
        notify(houses.people[one], "booking_expired", {"instrument": one, "start": NOW, "end": NOW})
        ReportRun.objects.create(
            requested_by=houses.people[one], kind="instrument_usage", parameters=dict(REPORT)
        )
        Caller(houses.people[one])
    person, client = houses.person(who), Client()
    client.force_login(person)
    assert keys(runs_of(person)) == keys(ReportRun.objects.filter(requested_by=person))
    assert runs_of(person).count() == 1
    assert [token.person_id for token in tokens_of(person)] == [person.pk]
    page = client.get(reverse("notices:list"))
    assert [notice.person_id for notice, _words in page.context["rows"]] == [person.pk]
    assert page.context["unread"] == 1
    assert [token.person_id for token in client.get(reverse("portal:tokens")).context["tokens"]] == [
        person.pk
    ]
    reports = client.get(reverse("reporting:list"))
    assert [run.requested_by_id for run in reports.context["page"]] == [person.pk]
    client.post(reverse("notices:read_all"))
    assert set(Notice.objects.filter(read_at=None).values_list("person", flat=True)) == {
        houses.people[one].pk for one in ("owner", "engineer", "officer", "superuser") if one != who
    }


@pytest.mark.parametrize("who", INSIDE)
def test_the_interface_lists_what_one_may_see(houses, who):
    """Bookings and counting records, with and without a filter, and shared instruments for anybody."""
    hidden = make_instrument(unit=houses.units["A"], sharing_mode=SharingMode.NOT_SHARED)
    person, caller = houses.person(who), Caller(houses.person(who))
    seen = [row for row in bookings() if can(person, "view_booking", row)]
    counting = [row for row in records() if row.is_current and can(person, "view_usage", row)]
    for path, rows in (("bookings/", seen), ("usage-records/", counting)):
        for query in ({}, {"instrument": "A-1"}, {"instrument": "B-2"}):
            expected = [
                row for row in rows if query.get("instrument", row.instrument.code) == row.instrument.code
            ]
            assert listed(caller, path, query) == keys(expected)
    for letter, unit in houses.units.items():
        expected = [row for row in counting if row.unit_id == unit.pk]
        assert listed(caller, "usage-records/", {"unit": unit.code}) == keys(expected)
        codes = sorted(row["code"] for row in every(caller, "instruments/", {"unit": unit.code}))
        assert codes == [f"{letter}-1", f"{letter}-2"]
    assert hidden.code not in [row["code"] for row in every(caller, "instruments/", {})]


def listed(caller: Caller, path: str, query: dict[str, str]) -> list[str]:
    """The keys of all pages."""
    return sorted(row["id"] for row in every(caller, path, query))


def every(caller: Caller, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of all pages."""
    found: list[dict[str, Any]] = []
    address: str | None = path
    while address:
        answer = caller.get(address, query if address == path else None)
        assert answer.status_code == 200, answer.content
        found += answer.json()["results"]
        address = answer.json()["next"]
    return found


def test_a_role_given_in_the_second_unit_opens_the_second_alone(houses):
    """The control: the same person before and after."""
    person = houses.person("viewer_b")
    before = {row.instrument.unit.code for row in bookings_visible_to(person) if row.person_id != person.pk}
    UnitRoleFactory(unit=houses.units["A"], person=person, kind="viewer")
    person = houses.person("viewer_b")
    after = {row.instrument.unit.code for row in bookings_visible_to(person) if row.person_id != person.pk}
    assert (before, after) == ({"HOUSEB"}, {"HOUSEA", "HOUSEB"})
