"""Rounds: create them, change them while a draft."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.chain import record
from evaluations.enums import RoundState
from evaluations.errors import Sentence, WrongState
from evaluations.rounds.errors import InvalidRound
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.schemes.models import Scheme
from members.models import Person
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


def create_round(data: RoundData, *, actor: Person) -> Round:
    """Create the draft of a year's round; it judges what its scheme judges. Officers. Raises InvalidRound."""
    require(actor, "manage_round")
    return _create(data, actor)


@transaction.atomic
def _create(data: RoundData, actor: Person) -> Round:
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
    record(actor=actor, verb="evaluations.round.created", target=round_, after=terms_of(round_))
    return round_


def change_round(round_: Round, data: RoundData, *, actor: Person) -> Round:
    """Change the terms of a draft. Officers. Raises WrongState once it is open, InvalidRound."""
    require(actor, "manage_round", round_)
    return _change(round_.pk, data, actor)


@transaction.atomic
def _change(pk: int, data: RoundData, actor: Person) -> Round:
    round_ = lock_round(pk)
    if round_.state != RoundState.DRAFT:
        raise WrongState(round_.state, RoundState.DRAFT)
    _check(data, round_)
    before = terms_of(round_)
    round_.year, round_.scheme, round_.kind = data.year, data.scheme, data.scheme.object_kind
    round_.data_start, round_.data_end = data.data_start, data.data_end
    round_.budget, round_.collecting_until = data.budget, data.collecting_until
    save(round_)
    record(
        actor=actor,
        verb="evaluations.round.changed",
        target=round_,
        before=before,
        after=terms_of(round_),
    )
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
