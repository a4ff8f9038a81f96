"""Steps that correct a round: publicity taken back, terms changed while it collects, late units reminded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.chain import record
from audit.models import Entry
from evaluations.entries.actions import misfits
from evaluations.entries.queries.coverage import late_units, reporting_gaps
from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.results.actions.scoring import drop_results
from evaluations.rounds.actions import REASON_LENGTH, RoundData, round_problems, save, terms_of
from evaluations.rounds.blocking import SNAPSHOT, refuse_if_blocked
from evaluations.rounds.errors import InvalidRound, ReasonMissing
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.schemes.actions import lock_for_round
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.problems import SchemeProblems
from evaluations.steps.actions.messages import announce_withdrawal, judged_units, tell_managers
from evaluations.steps.errors import AlreadyReminded
from members.models import Person
from members.permissions import require

REMINDED = "evaluations.round.reminded"


@dataclass(frozen=True)
class NewTerms:
    """What may still change while a round collects: the scheme's version, the budget (yuan), the last day to report."""

    scheme: Scheme
    budget: Decimal
    collecting_until: dt.date | None


def withdraw_publicity(round_: Round, *, actor: Person, reason: str, to_collecting: bool = False) -> Round:
    """Take the publicity of proposed results back: they are hidden again, and a new window is needed. Officers.

    The round is scored again, or with `to_collecting` collects again, its results and awards dropped. Managers of
    the judged units and the public are told; the reason goes on record. Raises WrongState (a final round too),
    ReasonMissing.
    """
    require(actor, "manage_round", round_)
    return _withdraw(round_.pk, actor, _given(reason), to_collecting=to_collecting)


@transaction.atomic
def _withdraw(pk: int, actor: Person, reason: str, *, to_collecting: bool) -> Round:
    round_ = lock_round(pk)
    if round_.state != RoundState.PUBLICISED:
        raise WrongState(round_.state, RoundState.PUBLICISED)
    before = {
        "state": round_.state,
        "publicity_start": round_.publicity_start,
        "publicity_end": round_.publicity_end,
    }
    told = judged_units(round_)
    round_.state = RoundState.SCORED
    round_.publicity_start = round_.publicity_end = round_.publicised_at = None
    if to_collecting:
        drop_results(round_)
        round_.state, round_.scored_at = RoundState.COLLECTING, None
    save(round_)
    announce_withdrawal(round_)
    tell_managers(round_, "evaluation_withdrawn", {"reason": reason}, units=told)
    record(
        actor=actor,
        verb="evaluations.round.publicity_withdrawn",
        target=round_,
        before=before,
        after={"state": round_.state, "reason": reason},
    )
    return round_


def change_terms(round_: Round, terms: NewTerms, *, actor: Person, reason: str) -> Round:
    """Change scheme version, budget or last day of a round that collects. Officers.

    Another version makes the snapshot so far count no longer, for it was taken by the old scope. Managers are told;
    the reason goes on record. Raises WrongState, ReasonMissing, Blocked while a snapshot is being taken, InvalidRound
    for another scheme or one that refuses values entered so far.
    """
    require(actor, "manage_round", round_)
    return _change(round_.pk, terms, actor, _given(reason))


@transaction.atomic
def _change(pk: int, terms: NewTerms, actor: Person, reason: str) -> Round:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, SNAPSHOT, RoundState.COLLECTING)
    before = terms_of(round_)
    _check(round_, terms)
    if terms.scheme.pk != round_.scheme_id:
        lock_for_round(terms.scheme)
        round_.scheme, round_.snapshot = terms.scheme, None
    round_.budget, round_.collecting_until = terms.budget, terms.collecting_until
    after = terms_of(round_)
    if after == before:
        return round_
    save(round_)
    tell_managers(round_, "evaluation_terms_changed", {"reason": reason, "until": round_.collecting_until})
    record(
        actor=actor,
        verb="evaluations.round.changed",
        target=round_,
        before=before,
        after={**after, "reason": reason},
    )
    return round_


def _check(round_: Round, terms: NewTerms) -> None:
    if terms.scheme.code != round_.scheme.code:
        raise InvalidRound(
            {"scheme": [_("While a round collects, only another version of its scheme fits.")]}
        )
    data = RoundData(
        round_.year, terms.scheme, round_.data_start, round_.data_end, terms.budget, terms.collecting_until
    )
    problems = round_problems(data, round_)
    if problems:
        raise InvalidRound(problems)
    try:
        places = misfits(round_, definition_of(terms.scheme))
    except SchemeProblems as refused:
        sentence = _("This version cannot be read: %(problem)s.") % {"problem": str(refused.problems[0])}
        raise InvalidRound({"scheme": [sentence]}) from refused
    if places:
        sentence = _("This version refuses values entered so far: %(places)s.") % {
            "places": ", ".join(places)
        }
        raise InvalidRound({"scheme": [sentence]})


def remind_late(round_: Round, *, actor: Person, now: dt.datetime | None = None) -> int:
    """Remind the managers of every unit with values open, at most once a day; return how many people. Officers.

    Raises WrongState outside collecting, AlreadyReminded.
    """
    require(actor, "manage_round", round_)
    return _remind(round_.pk, actor, now or timezone.now())


@transaction.atomic
def _remind(pk: int, actor: Person, now: dt.datetime) -> int:
    round_ = lock_round(pk)
    if round_.state != RoundState.COLLECTING:
        raise WrongState(round_.state, RoundState.COLLECTING)
    last = reminded_at(round_)
    if last is not None and timezone.localdate(last) == timezone.localdate(now):
        raise AlreadyReminded(last, get_language())
    late = late_units(reporting_gaps(round_, definition_of(round_.scheme)))
    people = 0
    for unit, missing in late:
        context = {"until": round_.collecting_until, "missing": missing}
        people += tell_managers(round_, "evaluation_reminder", context, units={unit.pk})
    record(
        actor=actor,
        verb=REMINDED,
        target=round_,
        after={"units": [unit.code for unit, _missing in late], "people": people},
    )
    return people


def reminded_at(round_: Round) -> dt.datetime | None:
    """When late units were last reminded, by the history; one query."""
    mine = Entry.objects.filter(target_type="evaluations.round", target_id=str(round_.pk), verb=REMINDED)
    return mine.order_by("-sequence").values_list("at", flat=True).first()


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:REASON_LENGTH]
