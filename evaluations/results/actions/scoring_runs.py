"""Scoring in the background: asked for in a step, worked out at one moment, written in one change."""

from __future__ import annotations

import datetime as dt
import logging

from celery import current_app
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from background import jobs
from changes import Work, perform
from changes.errors import Refusal
from changes.reading import one_cut
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.results.actions.scoring import score_round
from evaluations.results.enums import OPEN, ScoringState
from evaluations.results.events import ScoringAbandoned, ScoringFailed, ScoringRequested
from evaluations.results.models import ScoringRun
from evaluations.results.queries.outcome import Outcome, outcome_of
from evaluations.results.queries.seal import entries_mark
from evaluations.rounds.actions import manage_round
from evaluations.rounds.blocking import SCORE, refuse_if_blocked
from evaluations.rounds.events import note
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round

TASK = "evaluations.score_round"

logger = logging.getLogger(__name__)


class EntriesMoved(Exception):
    """A value was reported or given while the scores were worked out."""


def request_scoring(
    work: Work, round_: Round, *, seen: int | None = None, now: dt.datetime | None = None
) -> ScoringRun:
    """Have the round scored in the background; until that is done its other steps wait. Officers.

    Raises WrongRoundState, Blocked, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, SCORE, RoundState.COLLECTING, now=now or work.now)
    run = ScoringRun.objects.create(
        round=held,
        requested_by=work.actor,
        round_version=held.version,
        moment=now or work.now,
        started_at=work.now,
        heartbeat_at=work.now,
    )
    work.after(lambda: send(run.pk))
    note(work, ScoringRequested(target=held, after={"snapshot": held.snapshot and held.snapshot.number}))
    return run


def abandon_scoring(work: Work, run: ScoringRun, *, seen: int | None = None) -> ScoringRun:
    """Give up a scoring that is still to come. Officers. Raises WrongRoundState, RoundMoved."""
    round_ = manage_round(work, run.round_id, seen)
    held = work.lock_one(ScoringRun.objects.all(), run.pk)
    if held.state not in OPEN:
        raise WrongRoundState(held.state, ScoringState.RUNNING)
    held.state, held.finished_at = ScoringState.ABANDONED, work.now
    held.save(update_fields=["state", "finished_at"])
    note(work, ScoringAbandoned(target=round_))
    return held


def send(run_pk: int) -> None:
    """Hand a scoring to the background; if the broker is away, the sweeper sends it later."""
    current_app.loader.import_default_modules()
    current_app.tasks[TASK].delay(run_pk)


def work_out(run_pk: int) -> bool:
    """Score the round of a queued run; return whether this call did. Called by the system.

    Everything is worked out from one state of the database; if a value was entered meanwhile, it is worked out anew.
    A refusal (the round moved on, the right was lost) fails the run with its sentence.
    """
    row = jobs.claim(ScoringRun, run_pk)
    if row is None:
        return False
    run = ScoringRun.objects.select_related("round", "round__scheme", "round__snapshot", "requested_by").get(
        pk=row.pk
    )
    try:
        attempt = jobs.Attempt(run)
        with attempt.alive(), one_cut():
            outcome, mark = outcome_of(run.round, attempt.show), entries_mark(run.round)
        return perform(run.requested_by, _close, run, outcome, mark)
    except jobs.LostClaim:
        logger.info("Scoring %s was given up or taken over.", run_pk)
    except Refusal as refused:
        perform(None, _fail, run, str(refused))
    except (OperationalError, InterfaceError, EntriesMoved):
        logger.warning("Scoring %s broke off.", run_pk, exc_info=True)
        if not jobs.put_back(run):
            give_up(run)
    except Exception:  # noqa: BLE001 - logged by `broken`
        perform(None, _fail, run, jobs.broken("Scoring", run))
    return False


def give_up(run: ScoringRun) -> None:
    """Fail a scoring whose attempts are used up."""
    perform(None, _fail, run, _("The work was broken off %(count)s times.") % {"count": run.attempts})


def give_back(pk: int) -> bool:
    """Put one back whose worker is told to stop, and ring for the next one."""
    return jobs.give_back(ScoringRun, pk, send)


def resend_stale(now: dt.datetime) -> int:
    """Send the scorings again that nobody works on; fail those out of attempts. Return how many were sent."""
    return jobs.resend_stale(ScoringRun, now, send=send, give_up=give_up)


def _close(work: Work, run: ScoringRun, outcome: Outcome, mark: str) -> bool:
    round_ = lock_round(work, run.round_id)
    held = work.lock_one(ScoringRun.objects.all(), run.pk)
    if held.state != ScoringState.RUNNING or held.attempts != run.attempts:
        raise jobs.LostClaim
    if entries_mark(round_) != mark:
        raise EntriesMoved
    held.state, held.finished_at, held.done = ScoringState.DONE, work.now, held.total
    held.save(update_fields=["state", "finished_at", "done"])
    score_round(work, round_, seen=held.round_version, now=held.moment, outcome=outcome)
    return True


def _fail(work: Work, run: ScoringRun, error: str) -> bool:
    round_ = lock_round(work, run.round_id)
    held = work.lock_one(ScoringRun.objects.all(), run.pk)
    if held.state not in OPEN or held.attempts != run.attempts:
        return False
    held.state, held.error, held.finished_at = ScoringState.FAILED, error, work.now
    held.save(update_fields=["state", "error", "finished_at"])
    note(work, ScoringFailed(target=round_, after={"error": error}))
    return True
