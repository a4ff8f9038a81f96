"""Rounds: create, change while a draft, open for the units, step back before publicity."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.chain import record
from evaluations.actions.messages import tell_managers
from evaluations.actions.schemes import lock_for_round
from evaluations.enums import RoundState
from evaluations.errors import Blocked, InvalidRound, ReasonMissing, Sentence, WrongState
from evaluations.locks import lock_round
from evaluations.models import Award, Result, Round, Scheme, TieDecision
from evaluations.permissions import require
from evaluations.queries.blockers import OPEN, blockers
from members.models import Person

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


def open_round(round_: Round, *, actor: Person) -> Round:
    """Open a draft: units report, experts score; the scheme is locked for good. Officers.

    Raises WrongState, Blocked.
    """
    require(actor, "manage_round", round_)
    return _open(round_.pk, actor)


@transaction.atomic
def _open(pk: int, actor: Person) -> Round:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, OPEN, RoundState.DRAFT)
    lock_for_round(round_.scheme)
    round_.state = RoundState.COLLECTING
    save(round_)
    tell_managers(round_, "evaluation_opened", {"until": round_.collecting_until})
    record(
        actor=actor,
        verb="evaluations.round.opened",
        target=round_,
        before={"state": RoundState.DRAFT},
        after={"state": round_.state, "scheme": round_.scheme.code, "version": round_.scheme.version},
    )
    return round_


def reopen_round(round_: Round, *, actor: Person, reason: str) -> Round:
    """Step back from scored to collecting, before publicity; results and awards so far are dropped. Officers.

    The reason goes on record. Raises WrongState, ReasonMissing.
    """
    require(actor, "manage_round", round_)
    if not reason.strip():
        raise ReasonMissing
    return _reopen(round_.pk, actor, reason.strip()[:REASON_LENGTH])


@transaction.atomic
def _reopen(pk: int, actor: Person, reason: str) -> Round:
    round_ = lock_round(pk)
    if round_.state != RoundState.SCORED:
        raise WrongState(round_.state, RoundState.SCORED)
    drop_results(round_)
    round_.state, round_.scored_at = RoundState.COLLECTING, None
    save(round_)
    record(
        actor=actor,
        verb="evaluations.round.reopened",
        target=round_,
        before={"state": RoundState.SCORED},
        after={"state": round_.state, "reason": reason},
    )
    return round_


def drop_results(round_: Round) -> None:
    """Remove results, awards and orders of equals of a round that is not final; part of scoring and stepping back."""
    TieDecision.objects.filter(round=round_).delete()
    Award.objects.filter(round=round_).delete()
    Result.objects.filter(round=round_).delete()


def refuse_if_blocked(round_: Round, verb: str, wanted: RoundState, **terms: Any) -> None:
    """Check the state and what is in the way. Raises WrongState or Blocked."""
    if round_.state != wanted:
        raise WrongState(round_.state, wanted)
    hard = [blocker for blocker in blockers(round_, verb, **terms) if blocker.hard]
    if hard:
        raise Blocked(hard)


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
