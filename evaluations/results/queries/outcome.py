"""What a round's evidence says, worked out anew: scores, ranks, grades, awards. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from evaluations.entries.queries.evidence import (
    Given,
    Reported,
    by_unit,
    figures_of,
    given_scores,
    reported_values,
    snapshot_rows,
)
from evaluations.enums import ObjectKind
from evaluations.results.queries.ties import decisions_of
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.allocation import Allocation, Claim, allocate
from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.evaluate import ObjectScore, score_object
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.grading import Graded, grade_objects, standing_of
from evaluations.scoring.scope import unit_in_scope
from evaluations.snapshots.models import SnapshotRow

ZERO = Decimal(0)
SHOW_EVERY = 20


@dataclass(frozen=True)
class JudgedObject:
    """One judged object: its place (primary keys), its score with every indicator, its rank and grade."""

    unit_id: int
    instrument_id: int | None
    score: ObjectScore
    graded: Graded


@dataclass(frozen=True)
class Outcome:
    """All judged objects, best first, the division of the budget, and the units that are not judged."""

    definition: SchemeDefinition
    judged: tuple[JudgedObject, ...]
    allocation: Allocation | None
    out_of_scope: tuple[int, ...]


@dataclass(frozen=True)
class _Object:
    code: str
    unit_id: int
    instrument_id: int | None
    rows: tuple[InstrumentFigures, ...]


def outcome_of(round_: Round, show: Callable[[int, int], object] | None = None) -> Outcome:
    """Score the round from its snapshot, reported values, given scores and decisions on ties, in six queries.

    `show` is told how many objects are done, of how many. Raises ValueError without a snapshot, SchemeProblems for a
    scheme that cannot be read.
    """
    if round_.snapshot is None:
        raise ValueError("A round without a snapshot cannot be scored.")
    definition = definition_of(round_.scheme)
    objects, left_out = _objects(round_, definition, snapshot_rows(round_.snapshot))
    reported = reported_values(round_)
    given = given_scores(round_)
    no_values: Reported = {}
    no_scores: Given = {}
    scores = {}
    for done, item in enumerate(objects):
        if show is not None and done % SHOW_EVERY == 0:
            show(done, len(objects))
        scores[item.code] = score_object(
            definition,
            item.code,
            item.rows,
            reported.get((item.unit_id, item.instrument_id), no_values),
            given.get((item.unit_id, item.instrument_id), no_scores),
        )
    rule = definition.grade_rule
    graded = grade_objects(
        rule, [standing_of(rule, score) for score in scores.values()], decisions_of(round_)
    )
    places = {item.code: item for item in objects}
    judged = tuple(
        JudgedObject(places[g.code].unit_id, places[g.code].instrument_id, scores[g.code], g) for g in graded
    )
    return Outcome(definition, judged, _allocation(round_, definition, graded, places), left_out)


def _objects(
    round_: Round, definition: SchemeDefinition, rows: list[SnapshotRow]
) -> tuple[list[_Object], tuple[int, ...]]:
    objects: list[_Object] = []
    left_out: list[int] = []
    for unit_id, unit_rows in by_unit(rows).items():
        figures = tuple(figures_of(row) for row in unit_rows)
        if not unit_in_scope(definition.scope, unit_kind=unit_rows[0].unit_kind, rows=figures):
            left_out.append(unit_id)
        elif round_.kind == ObjectKind.UNIT:
            objects.append(_Object(unit_rows[0].unit_code, unit_id, None, figures))
        else:
            objects += [
                _Object(row.instrument_code, unit_id, row.instrument_id, (figure,))
                for row, figure in zip(unit_rows, figures, strict=True)
                if row.in_scope
            ]
    return objects, tuple(left_out)


def _allocation(
    round_: Round, definition: SchemeDefinition, graded: tuple[Graded, ...], places: dict[str, _Object]
) -> Allocation | None:
    # An award goes to a legal person; a scheme for single instruments gives none.
    if definition.award_rule is None or round_.kind != ObjectKind.UNIT:
        return None
    claims = [
        Claim(
            item.code,
            item.grade,
            item.score,
            sum((row.external_hours for row in places[item.code].rows if row.in_scope), ZERO),
        )
        for item in graded
    ]
    return allocate(definition.award_rule, round_.budget, claims)
