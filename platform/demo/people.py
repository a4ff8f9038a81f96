"""About two thousand people: managers, stewards and users of every unit, and users from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo import names
from demo.plan import Plan, read, shares
from demo.units import UnitDraft
from members.enums import Affiliation, NetworkRoleKind, UnitRoleKind
from members.models import NetworkRole, Person, UnitRole


@dataclass
class People:
    """Unsaved people in order, who does what where, and the nine accounts by their short name."""

    rows: list[Person] = field(default_factory=list)
    managers: dict[str, list[Person]] = field(default_factory=dict)
    stewards: dict[str, list[Person]] = field(default_factory=dict)
    users: dict[str, list[Person]] = field(default_factory=dict)
    enterprises: list[Person] = field(default_factory=list)
    non_profits: list[Person] = field(default_factory=list)
    accounts: dict[str, Person] = field(default_factory=dict)


ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("researcher", "李牧遥", "IMU"),
    ("outsider", "图雅", "IMAU"),
    ("enterprise", "陈思远", ""),
    ("steward", "高娃", "IMU"),
    ("steward2", "斯琴", "IMAU"),
    ("manager", "乌云", "IMU"),
    ("expert", "韩立", ""),
    ("officer", "赵启明", ""),
    ("admin", "系统管理员", ""),
)


def draft_people(plan: Plan, units: list[UnitDraft], password_hash: str) -> People:
    """Draft everybody, unsaved. `password_hash` goes to the nine accounts; nobody else can log in."""
    rng = plan.rng("people")
    joined = dt.datetime.combine(plan.today - dt.timedelta(days=500), dt.time(2), dt.UTC)
    people = People()
    by_code = {unit.row.code: unit for unit in units}

    def add(email: str, name: str, *, unit: str = "", **fields: Any) -> Person:
        home = by_code[unit].row if unit else None
        person = Person(
            email=email,
            display_name=name,
            phone=names.phone(rng),
            home_unit=home,
            password=f"!{rng.getrandbits(160):040x}",
            date_joined=joined + dt.timedelta(hours=rng.randrange(9000)),
            mail_wanted=False,
            **fields,
        )
        people.rows.append(person)
        return person

    for short, name, home_code in ACCOUNTS:
        person = add(
            f"{short}@demo.example", name, unit=home_code, affiliation=_affiliation(short, home_code)
        )
        person.password = password_hash
        people.accounts[short] = person
    people.accounts["enterprise"].organisation = "青格勒新材料有限公司（虚构）"
    people.accounts["expert"].organisation = "评价专家（虚构）"
    for short in ("officer", "admin"):
        people.accounts[short].organisation = "科学技术主管部门（演示）"
        people.accounts[short].is_staff = True
    people.accounts["admin"].is_superuser = True

    outside = max(12, plan.size.people // 8)
    inside = shares(plan.size.people - outside - len(ACCOUNTS), [unit.shared + 14.0 for unit in units])
    for unit, count in zip(units, inside, strict=True):
        code = unit.row.code
        keepers = max(2, (unit.shared + unit.hidden) // 9)
        made = [
            add(
                f"{code.lower()}{number:04d}@demo.example",
                names.person_name(rng),
                unit=code,
                affiliation=Affiliation.MEMBER_UNIT,
            )
            for number in range(1, max(count, keepers + 4) + 1)
        ]
        people.managers[code] = made[:1]
        people.stewards[code] = made[1 : 1 + keepers]
        people.users[code] = made[1 + keepers :]
    _outsiders(plan, people, add, outside)
    people.managers["IMU"].append(people.accounts["manager"])
    people.stewards["IMU"].append(people.accounts["steward"])
    people.stewards["IMAU"].append(people.accounts["steward2"])
    people.users["IMU"].append(people.accounts["researcher"])
    people.users["IMAU"].append(people.accounts["outsider"])
    people.enterprises.append(people.accounts["enterprise"])
    return people


def roles_of(
    people: People, units: list[UnitDraft], since: dt.date
) -> tuple[list[UnitRole], list[NetworkRole]]:
    """Draft the dated roles of saved people."""
    unit_roles = []
    for unit in units:
        code = unit.row.code
        for kind, holders in (
            (UnitRoleKind.MANAGER, people.managers[code]),
            (UnitRoleKind.STEWARD, people.stewards[code]),
        ):
            unit_roles += [
                UnitRole(person=holder, unit=unit.row, kind=kind, valid_from=since) for holder in holders
            ]
    network_roles = [
        NetworkRole(person=people.accounts[short], kind=kind, valid_from=since)
        for short, kind in (("officer", NetworkRoleKind.OFFICER), ("expert", NetworkRoleKind.EXPERT))
    ]
    return unit_roles, network_roles


def _affiliation(short: str, unit: str) -> str:
    if unit:
        return Affiliation.MEMBER_UNIT
    return Affiliation.ENTERPRISE if short == "enterprise" else Affiliation.NON_PROFIT


def _outsiders(plan: Plan, people: People, add: Callable[..., Person], count: int) -> None:
    rng = plan.rng("outsiders")
    parts = read("places.toml")["outsiders"]
    for number in range(1, count + 1):
        firm = number % 3 != 0
        kinds = parts["trades"] if firm else parts["non_profit"]
        organisation = rng.choice(parts["stems"]) + rng.choice(kinds) + (parts["enterprise"] if firm else "")
        person = add(
            f"outside{number:04d}@demo.example",
            names.person_name(rng),
            affiliation=Affiliation.ENTERPRISE if firm else Affiliation.NON_PROFIT,
            organisation=organisation,
        )
        (people.enterprises if firm else people.non_profits).append(person)
