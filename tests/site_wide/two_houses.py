"""Two units side by side, each with a second instrument and a second person of every kind, for lists to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.usage.models import UsageRecord
from members.enums import UnitRoleKind
from members.models import MemberUnit, Person
from tests.factories.instruments import BookingFactory, UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import (
    AdminFactory,
    EnterprisePersonFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_expert,
    make_manager,
    make_officer,
)
from tests.instruments.moments import NOW, at

WHO = (
    "anonymous", "owner", "engineer", "stranger", "steward", "steward_b", "manager", "manager_b", "viewer", "viewer_b",
    "keeper_of_both", "manager_of_both", "steward_and_viewer", "former_manager", "closed", "expert", "officer",
    "superuser",
)  # fmt: skip


@dataclass
class Houses:
    """Units A and B with instruments A-1, A-2, B-1, B-2; on each a booking of every kind and two records of use."""

    units: dict[str, MemberUnit] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)

    def person(self, who: str) -> Any:
        """Somebody read anew, who remembers nothing of their rights."""
        known = self.people[who]
        return known if who == "anonymous" else Person.objects.get(pk=known.pk)


def make_houses() -> Houses:
    """Make them; the clock stands at the Monday of the bookings' tests."""
    houses = Houses()
    for letter in "AB":
        unit = houses.units[letter] = UnitFactory(code=f"HOUSE{letter}")
        for number in (1, 2):
            code = f"{letter}-{number}"
            houses.instruments[code] = make_instrument(unit=unit, code=code)
    a, b = houses.units["A"], houses.units["B"]
    houses.people = {
        "anonymous": AnonymousUser(),
        "owner": PersonFactory(home_unit=a),
        "engineer": EnterprisePersonFactory(),
        "stranger": PersonFactory(home_unit=b),
        "steward": make_steward(houses.instruments["A-1"]),
        "steward_b": make_steward(houses.instruments["B-2"]),
        "manager": make_manager(a),
        "manager_b": make_manager(b),
        "viewer": UnitRoleFactory(unit=a, kind=UnitRoleKind.VIEWER).person,
        "viewer_b": UnitRoleFactory(unit=b, kind=UnitRoleKind.VIEWER).person,
        "keeper_of_both": make_steward(houses.instruments["A-2"]),
        "manager_of_both": make_manager(a),
        "steward_and_viewer": make_steward(houses.instruments["A-2"]),
        "former_manager": UnitRoleFactory(unit=a, valid_to=NOW.date()).person,
        "closed": make_manager(a, is_active=False),
        "expert": make_expert(),
        "officer": make_officer(),
        "superuser": AdminFactory(),
    }
    people = houses.people
    UnitRoleFactory(unit=b, person=people["manager_of_both"])
    UnitRoleFactory(unit=b, person=people["keeper_of_both"])
    UnitRoleFactory(unit=b, person=people["steward_and_viewer"], kind=UnitRoleKind.VIEWER)
    for place, instrument in enumerate(houses.instruments.values()):
        _fill(instrument, people, place)
    return houses


def _fill(instrument: Instrument, people: dict[str, Any], place: int) -> None:
    """Write bookings and records of several people on one instrument."""
    owners = [people[who] for who in ("owner", "engineer", "steward", "manager_of_both", "viewer_b")]
    for number, person in enumerate(owners):
        for state, day in (
            (BookingState.REQUESTED, 1),
            (BookingState.CONFIRMED, 2),
            (BookingState.COMPLETED, -3),
        ):
            BookingFactory(instrument=instrument, person=person, state=state, start=at(day, 2 + 3 * number))
    BookingFactory(instrument=instrument, person=owners[0], start=at(0, 12))
    BookingFactory(
        instrument=instrument,
        person=owners[1],
        start=at(0, 6),
        state=BookingState.IN_USE,
        checked_in_at=at(0, 6),
    )
    for number, person in enumerate(
        (None, people["engineer"], people["manager_of_both"], people["viewer_b"])
    ):
        UsageRecordFactory(
            instrument=instrument,
            record_id=f"{instrument.code}/{number}",
            person=person,
            user_unit=f"测试企业{instrument.unit.code}",
            start=at(-20 - place, 3 * number),
            end=at(-20 - place, 3 * number + 2),
            income=100 + 10 * place + number,
            to_confirm=number < 2,
        )
    UsageRecordFactory(instrument=instrument, start=at(-40, 1), is_current=False, to_confirm=True)


def bookings() -> list[Booking]:
    """All of them."""
    return list(Booking.objects.select_related("instrument__unit", "person"))


def records() -> list[UsageRecord]:
    """All of them, replaced ones too."""
    return list(UsageRecord.objects.select_related("instrument__unit", "unit", "person"))
