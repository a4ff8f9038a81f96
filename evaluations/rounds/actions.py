"""Rounds: create them, change them while a draft."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes import StaleVersion, Work, unchanged
from changes.errors import Sentence
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.rounds.errors import InvalidRound, RoundMoved
from evaluations.rounds.events import RoundChanged, RoundCreated, note
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.rounds.queries import steps_since
from evaluations.schemes.models import Scheme
from members.permissions import require

FIRST_YEAR = 2000
REASON_LENGTH = 500


@dataclass(frozen=True)
class RoundData:
    """The terms of a round; the data period is [data_start, data_end), the budget in yuan."""

    year: int
    scheme: Scheme
    data_start: dt.datetime
    data_end: dt.datetime
    budget: Decimal
    collecting_until: dt.date | None = None


def create_round(work: Work, data: RoundData) -> Round:
    """Create the draft of a year's round; it judges what its scheme judges. Officers. Raises InvalidRound."""
    require(work.actor, "manage_round")
    _check(data, None)
    round_ = Round.objects.create(
        year=data.year,
        kind=data.scheme.object_kind,
        scheme=data.scheme,
        data_start=data.data_start,
        data_end=data.data_end,
        budget=data.budget,
        collecting_until=data.collecting_until,
    )
    note(work, RoundCreated(target=round_, after=terms_of(round_)))
    return round_


def change_round(work: Work, round_: Round, data: RoundData, *, seen: int | None = None) -> Round:
    """Change the terms of a draft. Officers. Raises WrongRoundState once it is open, InvalidRound, RoundMoved."""
    held = manage_round(work, round_.pk, seen)
    if held.state != RoundState.DRAFT:
        raise WrongRoundState(held.state, RoundState.DRAFT)
    _check(data, held)
    before = terms_of(held)
    held.year, held.scheme, held.kind = data.year, data.scheme, data.scheme.object_kind
    held.data_start, held.data_end = data.data_start, data.data_end
    held.budget, held.collecting_until = data.budget, data.collecting_until
    save(held)
    note(work, RoundChanged(target=held, before=before, after=terms_of(held)))
    return held


def manage_round(work: Work, pk: int, seen: int | None) -> Round:
    """Lock a round for a step of it, and ask right and version. Raises NotAllowed, RoundMoved."""
    round_ = lock_round(work, pk)
    require(work.actor, "manage_round", round_)
    try:
        unchanged(round_, seen)
    except StaleVersion as stale:
        raise RoundMoved(stale.seen or 0, round_.version, steps_since(round_, stale.seen or 0)) from stale
    return round_


def save(round_: Round) -> None:
    """Write a locked round and count its version."""
    round_.version += 1
    round_.save()


def terms_of(round_: Round) -> dict[str, Any]:
    """The terms of a round as the history keeps them."""
    return {
        "year": round_.year,
        "kind": round_.kind,
        "scheme": round_.scheme.code,
        "version": round_.scheme.version,
        "data_start": round_.data_start,
        "data_end": round_.data_end,
        "budget": round_.budget,
        "collecting_until": round_.collecting_until,
    }


def _check(data: RoundData, present: Round | None) -> None:
    problems = round_problems(data, present)
    if problems:
        raise InvalidRound(problems)


def round_problems(data: RoundData, present: Round | None) -> dict[str, list[Sentence]]:
    """What is wrong with the terms, by field; empty if nothing. `present` is the draft that is being changed."""
    problems: dict[str, list[Sentence]] = {}
    if data.year < FIRST_YEAR:
        problems["year"] = [_("Give a year of this century.")]
    if data.data_end <= data.data_start:
        problems["data_end"] = [_("The data period ends after it begins.")]
    if data.budget < 0 or data.budget != data.budget.quantize(Decimal("0.01")):
        problems["budget"] = [_("The budget is a sum in yuan, at most to the fen.")]
    twins = Round.objects.filter(year=data.year, kind=data.scheme.object_kind)
    if present is not None:
        twins = twins.exclude(pk=present.pk)
    if twins.exists():
        problems["year"] = [_("This year already has a round of this kind.")]
    return problems
