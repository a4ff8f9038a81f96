"""Steps that correct a round: publicity taken back, terms changed while it collects, late units reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from changes import Work
from evaluations.entries.actions import misfits
from evaluations.entries.queries.coverage import late_units, reporting_gaps
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.rounds.actions import REASON_LENGTH, RoundData, manage_round, round_problems, save, terms_of
from evaluations.rounds.blocking import SNAPSHOT, refuse_if_blocked
from evaluations.rounds.errors import InvalidRound, ReasonMissing
from evaluations.rounds.events import RoundChanged, note
from evaluations.rounds.models import Round
from evaluations.rounds.queries import last_done
from evaluations.schemes.actions import lock_for_round
from evaluations.schemes.locks import lock_scheme
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.problems import SchemeProblems
from evaluations.steps.actions.messages import announce_withdrawal, judged_units, tell_managers
from evaluations.steps.actions.opening import back_to_collecting
from evaluations.steps.errors import AlreadyReminded
from evaluations.steps.events import LateUnitsReminded, PublicityWithdrawn
from members.models import MemberUnit


@dataclass(frozen=True)
class NewTerms:
    """What may still change while a round collects: the scheme's version, the budget (yuan), the last day to report."""

    scheme: Scheme
    budget: Decimal
    collecting_until: dt.date | None


def withdraw_publicity(
    work: Work,
    round_: Round,
    *,
    reason: str,
    to_collecting: bool = False,
    units: Collection[MemberUnit] = (),
    seen: int | None = None,
) -> Round:
    """Take the publicity of proposed results back: they are hidden again, and a new window is needed. Officers.

    The round is scored again, or with `to_collecting` collects again (for `units` alone, if any are named), its results
    and awards dropped. Managers of the judged units and the public are told; the reason goes on record. Raises
    WrongRoundState (a final round too), ReasonMissing, UnknownUnit, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    reason = _given(reason)
    if held.state != RoundState.PUBLICISED:
        raise WrongRoundState(held.state, RoundState.PUBLICISED)
    before = {
        "state": held.state,
        "publicity_start": held.publicity_start,
        "publicity_end": held.publicity_end,
    }
    told = judged_units(held)
    held.state = RoundState.SCORED
    held.publicity_start = held.publicity_end = held.publicised_at = None
    save(held)
    if to_collecting:
        back_to_collecting(held, units)
        save(held)
    announce_withdrawal(held, work.now)
    tell_managers(work, held, "evaluation_withdrawn", {"reason": reason}, units=told)
    note(work, PublicityWithdrawn(target=held, before=before, after={"state": held.state, "reason": reason}))
    return held


def change_terms(
    work: Work, round_: Round, terms: NewTerms, *, reason: str, seen: int | None = None
) -> Round:
    """Change scheme version, budget or last day of a round that collects. Officers.

    Another version makes the snapshot so far count no longer, for it was taken by the old scope. Managers are told;
    the reason goes on record. Raises WrongRoundState, ReasonMissing, RoundMoved, Blocked while a snapshot is taken,
    InvalidRound for another scheme or one that refuses values entered so far.
    """
    lock_scheme(work, terms.scheme.pk)
    held = manage_round(work, round_.pk, seen)
    reason = _given(reason)
    refuse_if_blocked(held, SNAPSHOT, RoundState.COLLECTING)
    before = terms_of(held)
    _check(held, terms, timezone.localdate(work.now))
    if terms.scheme.pk != held.scheme_id:
        lock_for_round(work, terms.scheme.pk)
        held.scheme, held.snapshot = terms.scheme, None
    held.budget, held.collecting_until = terms.budget, terms.collecting_until
    after = terms_of(held)
    if after == before:
        return held
    save(held)
    tell_managers(work, held, "evaluation_terms_changed", {"reason": reason, "until": held.collecting_until})
    note(work, RoundChanged(target=held, before=before, after={**after, "reason": reason}))
    return held


def _check(round_: Round, terms: NewTerms, today: dt.date) -> None:
    until = terms.collecting_until
    if until is not None and until != round_.collecting_until and until < today:
        # Whoever still had time would lose it after the event.
        raise InvalidRound({"collecting_until": [_("This day has passed. Choose today or a later day.")]})
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


def remind_late(work: Work, round_: Round, *, seen: int | None = None, now: dt.datetime | None = None) -> int:
    """Remind the managers of every unit with values open, at most once a day; return how many people. Officers.

    Raises WrongRoundState outside collecting, AlreadyReminded, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    if held.state != RoundState.COLLECTING:
        raise WrongRoundState(held.state, RoundState.COLLECTING)
    moment = now or work.now
    last = reminded_at(held)
    if last is not None and timezone.localdate(last) == timezone.localdate(moment):
        raise AlreadyReminded(last, get_language())
    late = late_units(reporting_gaps(held, definition_of(held.scheme)))
    people = 0
    for unit, missing in late:
        context = {"until": held.collecting_until, "missing": missing}
        people += tell_managers(work, held, "evaluation_reminder", context, units={unit.pk})
    after = {"units": [unit.code for unit, _missing in late], "people": people}
    note(work.by(work.actor, moment), LateUnitsReminded(target=held, after=after))
    return people


def reminded_at(round_: Round) -> dt.datetime | None:
    """When late units were last reminded; one query."""
    last = last_done(round_, LateUnitsReminded.verb)
    return None if last is None else last.at


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:REASON_LENGTH]
