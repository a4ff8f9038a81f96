"""Queries room: what the rounds that collect still want from one person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from evaluations.entries.models import GivenScore
from evaluations.entries.queries.coverage import judged_objects, reporting_gaps
from evaluations.enums import ObjectKind, RoundState
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import given_indicators
from members.models import MemberUnit, Person
from members.permissions import can, roles_of


@dataclass(frozen=True)
class Waiting:
    """Numbers a round still lacks: of a unit (to report), or without one of a judge (to score)."""

    round: Round
    unit: MemberUnit | None
    missing: int

    @property
    def place(self) -> str:
        """The page on which they are entered."""
        single = self.round.kind == ObjectKind.INSTRUMENT
        if self.unit is None:
            name = "give_instruments" if single else "give"
            return reverse(f"evaluations:{name}", args=[self.round.year])
        name = "instrument_unit" if single else "unit"
        return reverse(f"evaluations:{name}", args=[self.round.year, self.unit.code])

    @property
    def until(self) -> dt.date | None:
        """The last day on which they can be entered, where the round names one."""
        return self.round.collecting_until


def waiting_for(person: Person) -> list[Waiting]:
    """Return what a manager has still to report and an expert to score, the oldest round first.

    No query for a person who is neither; else a few for each round that collects, however many units there are.
    """
    roles = roles_of(person)
    if not roles.manager_of and not roles.is_expert:
        return []
    rounds = Round.objects.filter(state=RoundState.COLLECTING)
    found: list[Waiting] = []
    for round_ in rounds.select_related("scheme", "snapshot").order_by("year", "-kind"):
        if roles.manager_of and _still_open(round_):
            found += _to_report(round_, roles.manager_of)
        if roles.is_expert and can(person, "give_score", round_):
            found += _to_score(round_, person)
    return found


def _still_open(round_: Round) -> bool:
    return round_.collecting_until is None or round_.collecting_until >= timezone.localdate()


def _to_report(round_: Round, managed: frozenset[int]) -> list[Waiting]:
    gaps = reporting_gaps(round_, definition_of(round_.scheme))
    managed = managed if not round_.open_units else managed & frozenset(round_.open_units)
    counts = {unit: sum(gap.by_unit.get(unit, 0) for gap in gaps) for unit in managed}
    units = MemberUnit.objects.filter(pk__in=[unit for unit, count in counts.items() if count])
    return [Waiting(round_, unit, counts[unit.pk]) for unit in units.order_by("code")]


def _to_score(round_: Round, person: Person) -> list[Waiting]:
    own = roles_of(person).units | ({person.home_unit_id} if person.home_unit_id else set())
    missing = scores_missing(round_, person, own)
    return [Waiting(round_, None, missing)] if missing else []


def scores_missing(round_: Round, person: Person, own: Collection[int]) -> int:
    """Return how many scores a judge has not given yet, none of which are for the own units."""
    definition = definition_of(round_.scheme)
    wanted = {indicator.code for indicator in given_indicators(definition)}
    judged = judged_objects(round_, definition) if wanted else set()
    mine = {unit for unit, _one in judged} - set(own)
    if round_.open_units:
        mine &= set(round_.open_units)
    due = {(unit, one, code) for unit, one in judged if unit in mine for code in wanted}
    given = GivenScore.objects.filter(round=round_, given_by=person).order_by()
    return len(due - set(given.values_list("unit_id", "instrument_id", "indicator"))) if due else 0
