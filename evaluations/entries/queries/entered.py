"""Numbers entered by hand, as they are read beside a judgement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from evaluations.entries.models import GivenScore
from evaluations.rounds.models import Round
from evaluations.scoring.definition import SchemeDefinition, reported_fields
from members.models import MemberUnit, Person


@dataclass(frozen=True)
class EnteredRow:
    """One number entered by hand: what it is, its value, the words beside it.

    by: who gave it and as what, for the department alone; to units judges stay unnamed. is_late: reported after the
    last day.
    """

    name_zh: str
    name_en: str
    value: Decimal | None
    words: str
    by: str = ""
    is_late: bool = False


def reported_by_unit(round_: Round, definition: SchemeDefinition) -> dict[int, list[EnteredRow]]:
    """What each unit (primary key) reported about itself, with its evidence, for those who judge; one query."""
    names = {field.key: field for leaf in definition.leaves() for field in reported_fields(leaf)}
    found: defaultdict[int, list[EnteredRow]] = defaultdict(list)
    order = list(names)
    values = round_.reported_values.filter(instrument=None, indicator__in=order)
    for value in sorted(values, key=lambda one: order.index(one.indicator)):
        named = names[value.indicator]
        found[value.unit_id].append(
            EnteredRow(named.name_zh, named.name_en, value.value, value.evidence, is_late=value.is_late)
        )
    return dict(found)


def own_scores(
    round_: Round, indicator: str, person: Person, unit: MemberUnit | None = None
) -> dict[int, GivenScore]:
    """A person's own scores for one indicator by unit, or by a unit's instruments (primary keys)."""
    scores = GivenScore.objects.filter(round=round_, indicator=indicator, given_by=person)
    if unit is None:
        return {score.unit_id: score for score in scores.filter(instrument=None)}
    return {
        score.instrument_id: score for score in scores.filter(unit=unit) if score.instrument_id is not None
    }
