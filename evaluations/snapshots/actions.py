"""Snapshots: the evidence of a round, read in the background at one moment, written and closed in one change."""

from __future__ import annotations

import datetime as dt
import logging

from celery import current_app
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from background import jobs
from changes import Work, perform
from changes.reading import one_cut
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.rounds.actions import manage_round, save
from evaluations.rounds.blocking import SNAPSHOT, refuse_if_blocked
from evaluations.rounds.events import note
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.snapshots.enums import OPEN, SnapshotState
from evaluations.snapshots.events import (
    SnapshotAbandoned,
    SnapshotFailed,
    SnapshotRequested,
    SnapshotTaken,
)
from evaluations.snapshots.locks import lock_snapshot
from evaluations.snapshots.measuring import Cut, cut_of, usage_mark
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit
from evaluations.snapshots.queries.digest import snapshot_digest
from evaluations.snapshots.queries.population import population

TASK = "evaluations.take_snapshot"
BATCH = 500

logger = logging.getLogger(__name__)


class CutMoved(Exception):
    """What was read is no longer what was recorded up to that moment; it is read anew."""


def request_snapshot(work: Work, round_: Round, *, seen: int | None = None) -> MetricSnapshot:
    """Start the taking of a new snapshot of the round's data period; a later one replaces an earlier. Officers.

    Raises WrongRoundState outside collecting, Blocked while another is being taken, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, SNAPSHOT, RoundState.COLLECTING)
    newest = held.snapshots.order_by("-number").first()
    snapshot = MetricSnapshot.objects.create(
        round=held,
        number=1 if newest is None else newest.number + 1,
        requested_by=work.actor,
        started_at=work.now,
        heartbeat_at=work.now,
        total=len(population(held, work.now)),
    )
    work.after(lambda: send(snapshot.pk))
    after = {"snapshot": snapshot.number, "instruments": snapshot.total}
    note(work, SnapshotRequested(target=held, after=after))
    return snapshot


def abandon_snapshot(work: Work, snapshot: MetricSnapshot, *, seen: int | None = None) -> MetricSnapshot:
    """Give up a snapshot that is still to come, so that another can be asked for. Officers.

    Raises WrongRoundState, RoundMoved.
    """
    round_ = manage_round(work, snapshot.round_id, seen)
    held = lock_snapshot(work, snapshot.pk)
    if held.state not in OPEN:
        raise WrongRoundState(held.state, SnapshotState.RUNNING)
    held.state, held.finished_at = SnapshotState.ABANDONED, work.now
    held.save(update_fields=["state", "finished_at"])
    note(work, SnapshotAbandoned(target=round_, after={"snapshot": held.number}))
    return held


def send(snapshot_pk: int) -> None:
    """Hand the taking of a snapshot to the background; if the broker is away, the sweeper sends it later."""
    current_app.loader.import_default_modules()
    current_app.tasks[TASK].delay(snapshot_pk)


def take_snapshot(snapshot_pk: int) -> bool:
    """Take the snapshot; return whether this call finished it. Called by the system.

    Safe to run twice and at the same time: each attempt is claimed, and one taken over writes nothing. Trouble with
    the database puts it back until the last attempt; any other fault fails it at once, with a reference for the log.
    """
    row = jobs.claim(MetricSnapshot, snapshot_pk)
    if row is None:
        return False
    snapshot = MetricSnapshot.objects.select_related("round", "round__scheme").get(pk=row.pk)
    try:
        attempt = jobs.Attempt(snapshot)
        with attempt.alive(), one_cut():
            cut = cut_of(snapshot, attempt.show)
        return perform(None, _close, snapshot, cut)
    except jobs.LostClaim:
        logger.info("Snapshot %s was given up or taken over.", snapshot_pk)
    except (OperationalError, InterfaceError, CutMoved):
        logger.warning("Snapshot %s broke off.", snapshot_pk, exc_info=True)
        if not jobs.put_back(snapshot):
            give_up(snapshot)
    except Exception:  # noqa: BLE001 - logged by `broken`
        perform(None, _fail, snapshot, jobs.broken("Snapshot", snapshot))
    return False


def give_up(snapshot: MetricSnapshot) -> None:
    """Fail a snapshot whose attempts are used up."""
    perform(
        None, _fail, snapshot, _("The work was broken off %(count)s times.") % {"count": snapshot.attempts}
    )


def give_back(pk: int) -> bool:
    """Put one back whose worker is told to stop, and ring for the next one."""
    return jobs.give_back(MetricSnapshot, pk, send)


def resend_stale(now: dt.datetime) -> int:
    """Send the snapshots again that nobody works on; fail those out of attempts. Return how many were sent."""
    return jobs.resend_stale(MetricSnapshot, now, send=send, give_up=give_up)


def _fail(work: Work, snapshot: MetricSnapshot, error: str) -> bool:
    round_ = lock_round(work, snapshot.round_id)
    held = lock_snapshot(work, snapshot.pk)
    if held.state not in OPEN or held.attempts != snapshot.attempts:
        return False
    held.state, held.error, held.finished_at = SnapshotState.FAILED, error, work.now
    held.save(update_fields=["state", "error", "finished_at"])
    note(work, SnapshotFailed(target=round_, after={"snapshot": held.number, "error": error}))
    return True


def _close(work: Work, snapshot: MetricSnapshot, cut: Cut) -> bool:
    """Write what was read, close the snapshot and make it the round's; then the database refuses any change to it.

    Raises LostClaim when the attempt is no longer the one that counts, CutMoved when a record of before the cut
    became visible only after it.
    """
    round_ = lock_round(work, snapshot.round_id)
    held = lock_snapshot(work, snapshot.pk)
    if held.state != SnapshotState.RUNNING or held.attempts != snapshot.attempts:
        raise jobs.LostClaim
    if usage_mark(round_, cut.moment) != cut.mark:
        raise CutMoved
    SnapshotUnit.objects.bulk_create(cut.units, batch_size=BATCH)
    SnapshotRow.objects.bulk_create(cut.rows, batch_size=BATCH)
    held.digest = snapshot_digest(held)
    held.done = held.total = len(cut.rows)
    held.started_at, held.error = cut.moment, ""
    held.state, held.finished_at = SnapshotState.DONE, work.now
    held.save()
    if round_.state == RoundState.COLLECTING:
        round_.snapshot = held
        save(round_)
    after = {"snapshot": held.number, "instruments": held.done, "digest": held.digest}
    note(work, SnapshotTaken(target=round_, after=after))
    logger.info("snapshot %s of round %s taken: %s rows", held.number, round_.pk, held.done)
    return True
