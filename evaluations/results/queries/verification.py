"""Is the round what its evidence says, and what its seal says? Everything is worked out anew and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.backends.utils import format_number
from django.db.models import DecimalField, Model
from django.utils import timezone

from evaluations.enums import RoundState
from evaluations.results.models import Result
from evaluations.results.queries.outcome import JudgedObject, Outcome, outcome_of
from evaluations.results.queries.seal import round_seal
from evaluations.rounds.models import Round
from evaluations.rounds.queries import last_done
from evaluations.snapshots.queries.digest import snapshot_digest

SCORE_FIELDS = ("position", "parent", "full", "points", "value", "formula", "missing")
"""What is stored of every indicator, beside its inputs."""
PUBLICISED = "evaluations.round.publicised"
AWARD_FIELDS = ("amount", "base", "performance", "weight", "capped")


@dataclass(frozen=True)
class Difference:
    """One place where stored and worked-out values differ: the object's code, the field, both values."""

    place: str
    field: str
    stored: str
    computed: str


@dataclass(frozen=True)
class Verification:
    """The whole check. `digest` and `snapshot_digest` are worked out anew; the others are what the rows hold.

    Until a round is `scored` there is its snapshot alone to check.
    """

    scored: bool
    stored_digest: str
    digest: str
    stored_snapshot_digest: str
    snapshot_digest: str
    differences: tuple[Difference, ...]

    @property
    def digest_fits(self) -> bool:
        """Whether the seal of a final round still fits; a round without a seal has nothing to fit."""
        return not self.stored_digest or self.stored_digest == self.digest

    @property
    def snapshot_fits(self) -> bool:
        """Whether the snapshot's rows are those it was closed with."""
        return self.stored_snapshot_digest == self.snapshot_digest

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return self.digest_fits and self.snapshot_fits and not self.differences


def verification(round_: Round) -> Verification:
    """Check seal, snapshot and results of a round. Raises ValueError without a snapshot."""
    if round_.snapshot is None:
        raise ValueError("A round without a snapshot has nothing to verify.")
    scored = round_.state not in {RoundState.DRAFT, RoundState.COLLECTING}
    return Verification(
        scored=scored,
        stored_digest=round_.digest,
        digest=round_seal(round_).total,
        stored_snapshot_digest=round_.snapshot.digest,
        snapshot_digest=snapshot_digest(round_.snapshot),
        differences=tuple(differences(round_)) if scored else (),
    )


def differences(round_: Round) -> list[Difference]:
    """Where stored results, points and awards differ from the evidence worked out anew; empty if nowhere.

    The publicity window is compared with the step in which it was set.
    """
    outcome = outcome_of(round_)
    stored = {
        (result.unit_id, result.instrument_id): result
        for result in round_.results.select_related("unit", "instrument").prefetch_related("indicator_scores")
    }
    found: list[Difference] = []
    for judged in outcome.judged:
        result = stored.pop((judged.unit_id, judged.instrument_id), None)
        if result is None:
            found.append(Difference(judged.graded.code, "result", "–", str(judged.graded.score)))
        else:
            found += _result(result, judged)
    found += [Difference(place_of(result), "result", str(result.score), "–") for result in stored.values()]
    return [*found, *_awards(round_, outcome), *_window(round_)]


def _window(round_: Round) -> list[Difference]:
    """Where the window that the round holds is not the one that was set, or begins before it was set."""
    if round_.publicity_start is None or round_.publicity_end is None:
        return []
    step = last_done(round_, PUBLICISED)
    facts = {} if step is None else step.facts
    found = [
        Difference(str(round_.year), name, day.isoformat(), str(facts.get(name, "–")))
        for name, day in (
            ("publicity_start", round_.publicity_start),
            ("publicity_end", round_.publicity_end),
        )
        if facts.get(name) != day.isoformat()
    ]
    if step is not None and timezone.localdate(step.at) > round_.publicity_start:
        set_on = timezone.localdate(step.at).isoformat()
        found.append(
            Difference(str(round_.year), "publicity_start", round_.publicity_start.isoformat(), set_on)
        )
    return found


def place_of(result: Result) -> str:
    """The code of the unit or instrument a result is about."""
    return result.unit.code if result.instrument is None else result.instrument.code


def _result(result: Result, judged: JudgedObject) -> list[Difference]:
    graded = judged.graded
    pairs: list[tuple[str, Any, Any]] = [
        ("score", result.score, graded.score),
        ("rank", result.rank, graded.rank),
        ("grade", result.grade, graded.grade),
        ("grade_reason", result.grade_reason, graded.reason.as_dict()),
    ]
    stored = {score.indicator: score for score in result.indicator_scores.all()}
    for score in judged.score.indicators:
        row = stored.pop(score.code, None)
        if row is None:
            pairs.append((f"{score.code}.points", None, score.points))
            continue
        computed = {name: getattr(score, name) for name in SCORE_FIELDS} | {"inputs": score.as_inputs()}
        pairs += [(f"{score.code}.{name}", old, new) for name, old, new in _fields(row, computed)]
    pairs += [(f"{code}.points", row.points, None) for code, row in stored.items()]
    place = place_of(result)
    return [Difference(place, name, str(old), str(new)) for name, old, new in pairs if old != new]


def _awards(round_: Round, outcome: Outcome) -> list[Difference]:
    units = {judged.graded.code: judged.unit_id for judged in outcome.judged}
    shares = outcome.allocation.shares if outcome.allocation is not None else ()
    stored = {award.unit_id: award for award in round_.awards.select_related("unit")}
    found: list[Difference] = []
    for share in shares:
        award = stored.pop(units[share.code], None)
        if award is None:
            found.append(Difference(share.code, "award", "–", str(share.amount)))
            continue
        computed = {column: getattr(share, column) for column in AWARD_FIELDS}
        found += [
            Difference(share.code, "award" if column == "amount" else f"award.{column}", str(old), str(new))
            for column, old, new in _fields(award, computed)
            if old != new
        ]
    return found + [Difference(a.unit.code, "award", str(a.amount), "–") for a in stored.values()]


def _fields(row: Model, computed: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Name, stored value and the computed value as it would be stored, of each field."""
    return [(name, getattr(row, name), _as_stored(row, name, value)) for name, value in computed.items()]


def _as_stored(row: Model, name: str, value: Any) -> Any:
    field = row._meta.get_field(name)
    if not isinstance(field, DecimalField):
        return value
    text = format_number(value, field.max_digits, field.decimal_places)
    return None if text is None else Decimal(text)
