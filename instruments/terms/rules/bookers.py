"""Rules room: who may book an instrument: which user categories, and whether only people named by address."""

from __future__ import annotations

import re

from changes.errors import Sentence, filled
from instruments.terms.errors import TERMS, BrokenRule, problem
from members.enums import UserCategory

ALL_CATEGORIES = ",".join(UserCategory.values)
MOST_NAMED = 200
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


def categories_in(open_to: str) -> frozenset[str]:
    """Return the user categories (用户类别) that may book, from their codes with commas between."""
    return frozenset(code for code in open_to.split(",") if code)


def people_in(named: str) -> frozenset[str]:
    """Return the addresses of those who alone may book, one a line, in small letters; none: nobody is named."""
    return frozenset(line.strip().lower() for line in named.splitlines() if line.strip())


def bookers_problems(open_to: str, named: str) -> dict[str, list[Sentence]]:
    """Return what is wrong with who may book, by field: nobody at all, an unknown category, what is no address."""
    problems: dict[str, list[Sentence]] = {}
    chosen = categories_in(open_to)
    if not chosen or not chosen <= set(UserCategory.values):
        problems["open_to"] = [TERMS["open_to"]]
    people = people_in(named)
    wrong = sorted(one for one in people if not _ADDRESS.fullmatch(one) or "\0" in one)
    if wrong:
        problems["named_people"] = [filled(TERMS["addresses"], {"wrong": ", ".join(wrong)[:200]})]
    elif len(people) > MOST_NAMED:
        problems["named_people"] = [filled(TERMS["too_many_named"], {"most": MOST_NAMED})]
    return problems


def barred_to(open_to: str, named: str, category: str, address: str) -> list[BrokenRule]:
    """Return what keeps a person of that user category and address from booking at whatever time."""
    problems = []
    if category not in categories_in(open_to):
        problems.append(problem("category_closed", chosen=UserCategory(category).label))
    people = people_in(named)
    if people and address.lower() not in people:
        problems.append(problem("not_named"))
    return problems
