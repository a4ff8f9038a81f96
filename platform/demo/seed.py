"""Puts the invented network together: the order in which its parts are made and written."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection, models
from django.utils import timezone

from changes import Work, perform
from demo.announcements import write_announcements
from demo.bookings import write_bookings
from demo.instruments import InstrumentDraft, draft_instruments
from demo.loading import checked_at_the_end, write_booked, write_usage
from demo.people import People, draft_people, roles_of
from demo.plan import SIZES, Plan
from demo.recent import week_rows
from demo.rounds import write_rounds
from demo.seating import seat_everybody
from demo.served import organisations_of, with_served
from demo.terms import closures, periods, policy, rates
from demo.units import UnitDraft, draft_units
from demo.usage import Row, targets, usage_rows
from demo.visitors import Visitors
from demo.weeks import Weeks, draw_weeks, origin_of
from instruments.booking.models import Booking
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.actions.search import rebuild_index, reindex
from instruments.inventory.models import (
    ApplicationField,
    Instrument,
    InstrumentClass,
    InstrumentField,
    InstrumentFunding,
    Stewardship,
)
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod, Rate
from instruments.usage.models import UsageRecord
from members.models import MemberUnit, NetworkRole, Organisation, Person, Region, UnitRole

BATCH = 400
Made = TypeVar("Made")


@dataclass
class Network:
    """What was made, for those who write the next part of it."""

    plan: Plan
    units: list[UnitDraft]
    people: People
    instruments: list[InstrumentDraft]
    counts: dict[str, int] = field(default_factory=dict)


def is_empty() -> bool:
    """Whether the database holds no network yet; reference lists do not count."""
    return not (MemberUnit.objects.exists() or Person.objects.exists() or Instrument.objects.exists())


def seed(size: str = "full", *, password: str, say: Callable[[str], None] = lambda line: None) -> Network:
    """Make the whole network in one transaction, then rounds and what happens today, each change as it would happen.

    The caller makes sure that the database is empty and the settings allow it. Past usage and most of what is booked
    are plain rows that all constraints accept, with one entry in the history that sums them up; what somebody
    asks for, decides or closes today, and rounds, go through the real actions.
    """
    plan = Plan(SIZES[size], timezone.now())
    network, weeks = perform(None, _past, plan, make_password(password), say)
    if plan.size.rounds:
        # Before all that happens today, for the history is read in its order.
        _timed(say, "rounds", lambda: write_rounds(plan, network.units, network.people))
    perform(network.people.accounts["admin"], _note, network, size)
    _timed(say, "bookings", lambda: write_bookings(plan, weeks, network.people))
    _timed(say, "announcements", lambda: write_announcements(plan))
    # Until here nobody gets mail about what is invented; from now on those who can log in do.
    accounts = [person.pk for person in network.people.accounts.values()]
    Person.objects.filter(pk__in=accounts).update(mail_wanted=True)
    _analyze()
    return network


def _analyze() -> None:
    """Show the planner what was written; neither the rounds nor the first page should pay for its guesses.

    SQLite takes all empty values of a unique column for equal ones, and would rather read a whole table than look one
    row up by such a column; so it is told that whoever looks there finds one row.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT s.rowid, s.stat FROM sqlite_stat1 s, pragma_index_list(s.tbl) i "
                'WHERE i.name = s.idx AND i."unique" AND NOT i.partial'
            )
            told = [(f"{stat.rpartition(' ')[0]} 1", row) for row, stat in cursor.fetchall()]
            cursor.executemany("UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s", told)
            cursor.execute("ANALYZE sqlite_master")  # read what was told


def _past(work: Work, plan: Plan, password_hash: str, say: Callable[[str], None]) -> tuple[Network, Weeks]:
    """Write reference lists, units, people, instruments, their past usage and what is booked as one change."""
    load_reference(work)
    network = _timed(say, "units and people", lambda: _members(plan, password_hash))
    _timed(say, "instruments", lambda: _instruments(network))
    weeks = _timed(say, "usage and bookings", lambda: _usage(network))
    _analyze()
    return network, weeks


def _note(work: Work, network: Network, size: str) -> None:
    """Leave one entry in the history that sums the past up."""
    after = {"size": size, "today": network.plan.today, **network.counts}
    work.record("demo.network.seeded", f"demo.network:{network.plan.seed}", after=after)


def usage_of(network: Network) -> list[Row]:
    """All past usage rows of a saved network, as they are written."""
    _weeks, rows = _used(network, [])
    return list(rows)


def draft(plan: Plan, password_hash: str = "") -> Network:
    """Draft units, people and instruments without writing any; needs the reference lists."""
    regions = {region.code: region for region in Region.objects.all()}
    classes = {row.code: row for row in InstrumentClass.objects.filter(scheme="nrii")}
    units = draft_units(plan, regions)
    people = draft_people(plan, units, password_hash)
    return Network(plan, units, people, draft_instruments(plan, units, people, classes))


def _members(plan: Plan, password_hash: str) -> Network:
    network = draft(plan, password_hash)
    _create(MemberUnit, [unit.row for unit in network.units])
    _refresh_links(network.people.rows)
    _create(Person, network.people.rows)
    since = dt.date(plan.today.year - 2, 1, 1)
    unit_roles, network_roles = roles_of(network.people, network.units, since)
    _create(Organisation, organisations_of([unit.row for unit in network.units], network.people.rows))
    _create(UnitRole, unit_roles)
    _create(NetworkRole, network_roles)
    network.counts |= {"units": len(network.units), "people": len(network.people.rows)}
    return network


def _instruments(network: Network) -> None:
    plan, drafts = network.plan, network.instruments
    _refresh_links([draft.row for draft in drafts])
    _create(Instrument, [draft.row for draft in drafts])
    fields = {row.code: row for row in ApplicationField.objects.all()}
    rng = plan.rng("terms")
    links: list[InstrumentField] = []
    funding: list[InstrumentFunding] = []
    opening: list[OpeningPeriod] = []
    closed: list[OpeningException] = []
    policies: list[BookingPolicy] = []
    prices: list[Rate] = []
    keepers: list[Stewardship] = []
    for one in drafts:
        row = one.row
        links += [
            InstrumentField(instrument=row, field=fields[code], position=position)
            for position, code in enumerate(one.fields, start=1)
        ]
        funding += [InstrumentFunding(instrument=row, source=source) for source in one.funding]
        opening += periods(row, one.opening)
        terms = policy(row, one.template, one.opening, approval=one.approval, rng=rng)
        if any(person.email.startswith("steward@") for person in one.keepers):
            # The demo steward's instruments can be booked for today, so that the desk is lively.
            terms.notice_minutes, terms.step_minutes = 60, 30
        if row.code.startswith("IMU-DEMO-"):
            terms = BookingPolicy(instrument=row, approval_required=one.approval)
        elif one.opening != "always":
            closed += closures(row, plan.today)
        one.policy = terms
        policies.append(terms)
        prices += rates(row, one.prices, dt.date(plan.today.year - 2, 1, 1))
        keepers += [
            Stewardship(instrument=row, person=person, valid_from=dt.date(plan.today.year - 2, 1, 1))
            for person in one.keepers
        ]
    for model, rows in (
        (InstrumentField, links),
        (InstrumentFunding, funding),
        (OpeningPeriod, opening),
        (OpeningException, closed),
        (BookingPolicy, policies),
        (Rate, prices),
        (Stewardship, keepers),
    ):
        _create(model, rows)
    reindex(Instrument.objects.all())
    rebuild_index()
    network.counts |= {"instruments": len(drafts), "shared": sum(one.is_shared for one in drafts)}


def _usage(network: Network) -> Weeks:
    bookings: list[Row] = []
    weeks, rows = _used(network, bookings)
    with checked_at_the_end([UsageRecord, Booking]):
        network.counts["usage_records"] = write_usage(with_served(rows))
        network.counts["bookings"] = write_booked(bookings)
    return weeks


def _used(network: Network, bookings: list[Row]) -> tuple[Weeks, Iterator[Row]]:
    """Draw all use, long past and around today; what was or is booked goes to `bookings` while the rows are taken."""
    plan, drafts, people = network.plan, network.instruments, network.people
    hours = targets(plan, drafts)
    visitors = Visitors(plan, people, drafts)
    kept = [one for one in drafts if people.accounts["steward"] in one.keepers]
    weeks = draw_weeks(plan, drafts, hours, kept)
    by_code = {one.row.code: target for one, target in zip(drafts, hours, strict=True)}
    seat_everybody(plan, weeks, by_code, people, visitors)
    past = usage_rows(plan, drafts, visitors, hours, until=origin_of(plan), bookings=bookings)
    return weeks, chain(past, week_rows(plan, weeks, bookings))


def _create(model: type[models.Model], rows: list[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)


def _refresh_links(rows: list[Any]) -> None:
    """Take over the keys that rows pointed to have got since they were drafted."""
    for row in rows:
        for name in ("home_unit", "unit"):
            if getattr(row, name, None) is not None:
                setattr(row, name, getattr(row, name))


def _timed(say: Callable[[str], None], what: str, make: Callable[[], Made]) -> Made:
    began = time.monotonic()
    made = make()
    say(f"  {what}: {time.monotonic() - began:.1f} s")
    return made
