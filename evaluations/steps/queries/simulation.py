"""What other cut-offs, quotas and sums would make of a scored round. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum

from evaluations.results.queries.results import GradeSection, RankedRow, RankedTable
from evaluations.results.queries.ties import decisions_of
from evaluations.rounds.models import Round
from evaluations.schemes.enums import Grade
from evaluations.scoring.allocation import Allocation, Claim, allocate
from evaluations.scoring.definition import GRADES, AwardRule, GradeRule, SchemeDefinition
from evaluations.scoring.evaluate import FailHit
from evaluations.scoring.grading import FAIL_RULE, Standing, grade_objects
from evaluations.snapshots.models import SnapshotRow
from evaluations.steps.rules.strip import Strip, strip_of
from members.models import MemberUnit

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Terms:
    """What may be tried: cut-offs and quotas, the sums of the award, the budget (yuan)."""

    grade_rule: GradeRule
    award_rule: AwardRule | None
    budget: Decimal


@dataclass(frozen=True)
class Move:
    """A unit that would have another grade, and what that does to its award (yuan)."""

    unit: MemberUnit
    before: Grade
    after: Grade
    award_before: Decimal
    award_after: Decimal

    @property
    def up(self) -> bool:
        """Whether the new grade is the better one."""
        return GRADES.index(self.after) < GRADES.index(self.before)

    @property
    def change(self) -> Decimal:
        """More (or less, negative) award than now."""
        return self.award_after - self.award_before


@dataclass(frozen=True)
class GradeChange:
    """How many units have a grade and what they get together: now, and by the terms tried."""

    grade: Grade
    before: int
    after: int
    money_before: Decimal
    money: Decimal


@dataclass(frozen=True)
class Simulation:
    """What the terms would make of the round. `kept_*`: the units that keep their grade and get an award."""

    grades: tuple[GradeChange, ...]
    moves: tuple[Move, ...]
    kept_units: int
    kept_change: Decimal
    base: Decimal
    performance: Decimal
    awarded_units: int
    allocation: Allocation | None
    strip: Strip


def present_terms(round_: Round, definition: SchemeDefinition) -> Terms:
    """The terms the round has been scored by."""
    return Terms(definition.grade_rule, definition.award_rule, round_.budget)


def simulate(round_: Round, table: RankedTable, terms: Terms) -> Simulation:
    """Grade and award the stored scores of a scored round of units by other terms; two queries.

    Raises ValueError for sums with parts of a fen.
    """
    rows = {row.result.unit.code: row for section in table.sections for row in section.rows}
    graded = grade_objects(
        terms.grade_rule,
        [_standing(terms.grade_rule, row) for row in rows.values()],
        decisions_of(round_),
    )
    grades = {one.code: Grade(one.grade) for one in graded}
    allocation = None
    if terms.award_rule is not None:
        hours = _external_hours(round_)
        allocation = allocate(
            terms.award_rule,
            terms.budget,
            [
                Claim(one.code, one.grade, one.score, hours.get(rows[one.code].result.unit_id, ZERO))
                for one in graded
            ],
        )
    shares = {share.code: share for share in allocation.shares} if allocation is not None else {}
    after = {code: shares[code].amount if code in shares else ZERO for code in rows}
    moves = tuple(
        Move(rows[one.code].result.unit, _now(rows[one.code]), grades[one.code], before, after[one.code])
        for one in graded
        if grades[one.code] != _now(rows[one.code])
        for before in (_award(rows[one.code]),)
    )
    kept = [code for code in rows if grades[code] == _now(rows[code])]
    return Simulation(
        grades=tuple(_change(Grade(grade), rows, grades, after) for grade in GRADES),
        moves=moves,
        kept_units=sum(1 for code in kept if code in shares),
        kept_change=sum((after[code] - _award(rows[code]) for code in kept), ZERO),
        base=sum((share.base for share in shares.values()), ZERO),
        performance=sum((share.performance for share in shares.values()), ZERO),
        awarded_units=len(shares),
        allocation=allocation,
        strip=strip_of(
            [(row.result.score, code, grades[code], grades[code] != _now(row)) for code, row in rows.items()],
            terms.grade_rule.cut_offs.values(),
        ),
    )


def with_moves(table: RankedTable, moves: Iterable[Move]) -> RankedTable:
    """The table with the grade tried written beside every unit that would move."""
    after = {move.unit.pk: move.after for move in moves}

    def shown(section: GradeSection) -> GradeSection:
        rows = tuple(replace(row, simulated=after.get(row.result.unit_id)) for row in section.rows)
        return replace(section, rows=rows)

    return replace(table, sections=tuple(shown(section) for section in table.sections))


def _standing(rule: GradeRule, row: RankedRow) -> Standing:
    # A rule that fails outright looks at the evidence, not at cut-offs: it stays as it was found.
    reason = row.result.grade_reason
    hits = (FailHit(reason["rule"], Decimal(str(reason["value"]))),) if reason["key"] == FAIL_RULE else ()
    tie_break = next((cell.points for cell in row.cells if cell.indicator.code == rule.tie_break), ZERO)
    return Standing(row.result.unit.code, row.result.score, tie_break, hits)


def _external_hours(round_: Round) -> dict[int, Decimal]:
    rows = SnapshotRow.objects.filter(snapshot_id=round_.snapshot_id, in_scope=True).order_by()
    sums = rows.values_list("unit_id").annotate(hours=Sum("external_hours"))
    return {unit: Decimal(hours).quantize(ZERO) for unit, hours in sums}


def _now(row: RankedRow) -> Grade:
    return Grade(row.result.grade)


def _award(row: RankedRow) -> Decimal:
    return ZERO if row.award is None else row.award.amount


def _change(
    grade: Grade, rows: dict[str, RankedRow], grades: dict[str, Grade], after: dict[str, Decimal]
) -> GradeChange:
    had = [row for row in rows.values() if _now(row) == grade]
    have = [code for code in rows if grades[code] == grade]
    return GradeChange(
        grade=grade,
        before=len(had),
        after=len(have),
        money_before=sum((_award(row) for row in had), ZERO),
        money=sum((after[code] for code in have), ZERO),
    )
