"""Who comes to which instrument: its regulars first, and nobody to two places at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from demo.instruments import InstrumentDraft
from demo.people import People
from demo.plan import Plan
from instruments.inventory.enums import SharingMode
from members.enums import Affiliation, UserCategory
from members.models import Person

GRID = 30
TRIES = 10


@dataclass(frozen=True)
class User:
    """Somebody who uses an instrument, as the record names them, and their price category."""

    pk: int
    name: str
    unit: str
    category: str


@dataclass(frozen=True)
class Regulars:
    """The people who come to one instrument: of its own unit, and from outside."""

    inside: list[User]
    outside: list[User]


class Agenda:
    """When everybody is taken, in half hours."""

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}

    def take(self, pk: int, start: int, end: int) -> bool:
        """Take [start, end) minutes for somebody, or say that they are elsewhere then."""
        mask = ((1 << (-(-end // GRID) - start // GRID)) - 1) << (start // GRID)
        taken = self._taken.get(pk, 0)
        if taken & mask:
            return False
        self._taken[pk] = taken | mask
        return True


class Visitors:
    """Draws users for booked time."""

    def __init__(self, plan: Plan, people: People, drafts: Iterable[InstrumentDraft]) -> None:
        self.agenda = Agenda()
        self._rng = plan.rng("visitors")
        # What those who can log in have booked is chosen for them.
        self._accounts = {person.pk for person in people.accounts.values()}
        self._pools = _pools(people)
        self.regulars = {
            draft.row.code: _regulars(plan.rng(f"regulars:{draft.row.code}"), draft, self._pools)
            for draft in drafts
        }

    def seat(self, draft: InstrumentDraft, start: int, end: int, outward: float) -> User | None:
        """Draw who comes then, with the wanted chance from outside; None where everybody is elsewhere."""
        rng, regulars = self._rng, self.regulars[draft.row.code]
        external = draft.row.sharing_mode == SharingMode.EXTERNAL
        for turn in range(TRIES * 3):
            if turn < TRIES:
                outside = external and bool(regulars.outside) and rng.random() < outward
                user = rng.choice(regulars.outside if outside else regulars.inside)
            elif turn < TRIES * 2 or not external:
                user = replace(rng.choice(self._pools[draft.unit.row.code]), category="internal")
            else:
                user = rng.choice(regulars.outside or regulars.inside)
            if user.pk not in self._accounts and self.agenda.take(user.pk, start, end):
                return user
        return None


def as_user(person: Person, draft: InstrumentDraft) -> User:
    """Return a person as a user of that instrument."""
    category = (
        UserCategory.ENTERPRISE if person.affiliation == Affiliation.ENTERPRISE else UserCategory.NON_PROFIT
    )
    if person.home_unit_id is not None:
        own = person.home_unit_id == draft.unit.row.pk
        category = UserCategory.INTERNAL if own else UserCategory.MEMBER
    return User(person.pk, person.display_name, person.organisation_name, str(category))


def _pools(people: People) -> dict[str, list[User]]:
    """Everybody who uses instruments, by unit code; outsiders under `enterprise` and `non_profit`."""
    pools = {
        code: [User(p.pk, p.display_name, p.organisation_name, "member") for p in users]
        for code, users in people.users.items()
    }
    pools["enterprise"] = [
        User(p.pk, p.display_name, p.organisation, "enterprise") for p in people.enterprises
    ]
    pools["non_profit"] = [
        User(p.pk, p.display_name, p.organisation, "non_profit") for p in people.non_profits
    ]
    return pools


def _regulars(rng: Random, draft: InstrumentDraft, pools: dict[str, list[User]]) -> Regulars:
    home = draft.unit.row.code
    inside = [replace(user, category="internal") for user in _some(rng, pools[home], rng.randrange(4, 14))]
    others = [code for code in pools if code not in {home, "enterprise", "non_profit"}]
    outside: list[User] = []
    for code in rng.sample(others, min(len(others), rng.randrange(2, 6))):
        outside += _some(rng, pools[code], rng.randrange(1, 3))
    outside += _some(rng, pools["enterprise"], rng.randrange(2, 7))
    outside += _some(rng, pools["non_profit"], rng.randrange(1, 3))
    return Regulars(inside, outside)


def _some(rng: Random, pool: list[User], count: int) -> list[User]:
    return rng.sample(pool, min(count, len(pool)))
