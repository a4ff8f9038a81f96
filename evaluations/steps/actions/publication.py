"""Publicity and the end of a round: proposed results are shown, then made final and sealed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.chain import record
from evaluations.enums import RoundState
from evaluations.errors import Blocked, Blocker
from evaluations.results.queries.seal import round_seal
from evaluations.results.queries.verification import differences
from evaluations.rounds.actions import save
from evaluations.rounds.blocking import FINALISE, PUBLICISE, refuse_if_blocked
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.snapshots.queries.digest import snapshot_digest
from evaluations.steps.actions.messages import announce_final, announce_publicity, judged_units, tell_managers
from members.models import Person
from members.permissions import require


def publicise_round(
    round_: Round, *, actor: Person, first: dt.date, last: dt.date, now: dt.datetime | None = None
) -> Round:
    """Show the proposed results to everybody for objection from `first` to `last`, both included. Officers.

    Until `first` begins only the department sees them.

    The window has at least five working days. Managers of judged units and the public are told. Raises WrongState,
    Blocked.
    """
    require(actor, "manage_round", round_)
    return _publicise(round_.pk, actor, first, last, now or timezone.now())


@transaction.atomic
def _publicise(pk: int, actor: Person, first: dt.date, last: dt.date, now: dt.datetime) -> Round:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, PUBLICISE, RoundState.SCORED, now=now, window=(first, last))
    round_.publicity_start, round_.publicity_end = first, last
    round_.state, round_.publicised_at = RoundState.PUBLICISED, now
    save(round_)
    announce_publicity(round_, max(now, _beginning_of(first)), _end_of(last))
    tell_managers(round_, "evaluation_publicised", {"until": last}, units=judged_units(round_))
    record(
        actor=actor,
        verb="evaluations.round.publicised",
        target=round_,
        before={"state": RoundState.SCORED},
        after={"state": round_.state, "publicity_start": first, "publicity_end": last},
    )
    return round_


def finalise_round(round_: Round, *, actor: Person, now: dt.datetime | None = None) -> Round:
    """Make the round final after its publicity and seal it with a digest; it never changes again. Officers.

    Scores are worked out once more first and must equal those shown. Raises WrongState, Blocked.
    """
    require(actor, "manage_round", round_)
    return _finalise(round_.pk, actor, now or timezone.now())


@transaction.atomic
def _finalise(pk: int, actor: Person, now: dt.datetime) -> Round:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, FINALISE, RoundState.PUBLICISED, now=now)
    _refuse_tampered(round_)
    seal = round_seal(round_)
    round_.state, round_.finalised_at, round_.digest = RoundState.FINAL, now, seal.total
    save(round_)
    announce_final(round_)
    tell_managers(round_, "evaluation_final", {}, units=judged_units(round_))
    record(
        actor=actor,
        verb="evaluations.round.finalised",
        target=round_,
        before={"state": RoundState.PUBLICISED},
        after={
            "state": round_.state,
            "digest": seal.total,
            "scheme": seal.scheme,
            "snapshot": seal.snapshot,
            "results": seal.results,
            "awards": seal.awards,
        },
    )
    return round_


def _refuse_tampered(round_: Round) -> None:
    """Check that evidence, results and awards are those that were worked out. Raises Blocked."""
    found: list[Blocker] = []
    if round_.snapshot is None or snapshot_digest(round_.snapshot) != round_.snapshot.digest:
        found.append(
            Blocker("snapshot_differs", _("The rows of the snapshot are not those it was closed with."), {})
        )
    if places := dict.fromkeys(difference.place for difference in differences(round_)):
        found.append(
            Blocker(
                "differs",
                _("Working the results out again gives another answer for: %(places)s."),
                {"places": ", ".join(places)},
            )
        )
    if found:
        raise Blocked(found)


def _beginning_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _end_of(day: dt.date) -> dt.datetime:
    return _beginning_of(day + dt.timedelta(days=1))
