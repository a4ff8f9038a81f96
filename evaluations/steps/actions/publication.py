"""Publicity and the end of a round: proposed results are shown, then made final and sealed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes import Work
from evaluations.enums import RoundState
from evaluations.errors import Blocked, Blocker
from evaluations.results.queries.seal import round_seal
from evaluations.results.queries.verification import differences
from evaluations.rounds.actions import manage_round, save
from evaluations.rounds.blocking import FINALISE, PUBLICISE, refuse_if_blocked
from evaluations.rounds.events import note
from evaluations.rounds.models import Round
from evaluations.snapshots.queries.digest import snapshot_digest
from evaluations.steps.actions.messages import announce_final, announce_publicity, judged_units, tell_managers
from evaluations.steps.events import ResultsPublicised, RoundFinalised


def publicise_round(
    work: Work,
    round_: Round,
    *,
    first: dt.date,
    last: dt.date,
    seen: int | None = None,
    now: dt.datetime | None = None,
) -> Round:
    """Show the proposed results to everybody for objection from `first` to `last`, both included. Officers.

    Until `first` begins only the department sees them.

    The window has at least five working days. Managers of judged units and the public are told. Raises WrongRoundState,
    Blocked, RoundMoved.
    """
    now = now or work.now
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, PUBLICISE, RoundState.SCORED, now=now, window=(first, last))
    held.publicity_start, held.publicity_end = first, last
    held.state, held.publicised_at = RoundState.PUBLICISED, now
    save(held)
    announce_publicity(held, max(now, _beginning_of(first)), _end_of(last))
    tell_managers(work, held, "evaluation_publicised", {"until": last}, units=judged_units(held))
    note(
        work.by(work.actor, now),
        ResultsPublicised(
            target=held,
            before={"state": RoundState.SCORED},
            after={"state": held.state, "publicity_start": first, "publicity_end": last},
        ),
    )
    return held


def finalise_round(
    work: Work, round_: Round, *, seen: int | None = None, now: dt.datetime | None = None
) -> Round:
    """Make the round final after its publicity and seal it with a digest; it never changes again. Officers.

    Scores are worked out once more first and must equal those shown. Raises WrongRoundState, Blocked, RoundMoved.
    """
    now = now or work.now
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, FINALISE, RoundState.PUBLICISED, now=now)
    _refuse_tampered(held)
    seal = round_seal(held)
    held.state, held.finalised_at, held.digest = RoundState.FINAL, now, seal.total
    save(held)
    announce_final(held)
    tell_managers(work, held, "evaluation_final", {}, units=judged_units(held))
    note(
        work.by(work.actor, now),
        RoundFinalised(
            target=held,
            before={"state": RoundState.PUBLICISED},
            after={
                "state": held.state,
                "digest": seal.total,
                "scheme": seal.scheme,
                "snapshot": seal.snapshot,
                "results": seal.results,
                "awards": seal.awards,
            },
        ),
    )
    return held


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
