"""Snapshots: the evidence of a round, taken in the background in chunks that may run twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal

from celery import current_app
from django.db.models import F, Q
from django.utils import timezone

from changes import Work, perform
from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.rounds.actions import manage_round, save
from evaluations.rounds.blocking import SNAPSHOT, refuse_if_blocked
from evaluations.rounds.events import note
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import Scope
from evaluations.scoring.scope import instrument_in_scope
from evaluations.snapshots.enums import SnapshotState
from evaluations.snapshots.events import SnapshotAbandoned, SnapshotRequested, SnapshotTaken
from evaluations.snapshots.locks import lock_snapshot
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from evaluations.snapshots.queries.digest import snapshot_digest
from evaluations.snapshots.queries.population import population
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import PastInstrument
from instruments.usage.metrics import UsageTotals
from instruments.usage.queries.usage_totals import open_hours_of, usage_totals

CHUNK = 200
STALE = dt.timedelta(seconds=90)
TASK = "evaluations.take_snapshot"
NO_HOURS = Decimal("0.00")

logger = logging.getLogger(__name__)


def request_snapshot(work: Work, round_: Round, *, seen: int | None = None) -> MetricSnapshot:
    """Start the taking of a new snapshot of the round's data period; a later one replaces an earlier. Officers.

    Raises WrongState outside collecting, Blocked while another is being taken, RoundMoved.
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
    """Give up a snapshot that is being taken, so that another can be asked for. Officers.

    Raises WrongState, RoundMoved.
    """
    round_ = manage_round(work, snapshot.round_id, seen)
    held = lock_snapshot(work, snapshot.pk)
    if held.state != SnapshotState.RUNNING:
        raise WrongState(held.state, SnapshotState.RUNNING)
    held.state, held.finished_at = SnapshotState.ABANDONED, work.now
    held.save(update_fields=["state", "finished_at"])
    note(work, SnapshotAbandoned(target=round_, after={"snapshot": held.number}))
    return held


def send(snapshot_pk: int) -> None:
    """Hand the taking of a snapshot to the background; if the broker is away, the sweeper sends it later."""
    current_app.loader.import_default_modules()
    current_app.tasks[TASK].delay(snapshot_pk)


def take_snapshot(snapshot_pk: int) -> bool:
    """Take the snapshot, in chunks of 200 instruments; return whether this call finished it. Called by the system.

    Safe to run twice and at the same time: a claim on the heartbeat keeps all but one worker away, a row exists
    once per instrument, and a worker that finds another's heartbeat stops.
    """
    beat = _claim(snapshot_pk)
    if beat is None:
        return False
    snapshot = MetricSnapshot.objects.select_related("round", "round__scheme").get(pk=snapshot_pk)
    scope = definition_of(snapshot.round.scheme).scope
    held_then = population(snapshot.round, snapshot.started_at)
    while True:
        chunk = perform(None, _take_chunk, snapshot, held_then, scope)
        if chunk is None:
            return False
        if not chunk:
            return perform(None, _finish, snapshot_pk, beat)
        new_beat = timezone.now()
        held = MetricSnapshot.objects.filter(
            pk=snapshot_pk, state=SnapshotState.RUNNING, heartbeat_at=beat
        ).update(heartbeat_at=new_beat, done=snapshot.rows.count())
        if not held:
            return False
        beat = new_beat


def stale_snapshots(now: dt.datetime) -> list[int]:
    """Snapshots that nobody works on any more, or that never reached a worker."""
    stale = MetricSnapshot.objects.filter(state=SnapshotState.RUNNING, heartbeat_at__lt=now - STALE)
    return list(stale.values_list("pk", flat=True))


def _claim(snapshot_pk: int) -> dt.datetime | None:
    now = timezone.now()
    mine = (
        MetricSnapshot.objects.filter(pk=snapshot_pk, state=SnapshotState.RUNNING)
        .filter(Q(heartbeat_at=F("started_at")) | Q(heartbeat_at__lt=now - STALE))
        .update(heartbeat_at=now)
    )
    return now if mine else None


def _take_chunk(
    work: Work, snapshot: MetricSnapshot, held_then: Mapping[int, PastInstrument], scope: Scope
) -> int | None:
    """Measure the next instruments; return how many, or None if the snapshot is no longer being taken."""
    if lock_snapshot(work, snapshot.pk).state != SnapshotState.RUNNING:
        return None
    chunk = _waiting(snapshot, held_then)
    SnapshotRow.objects.bulk_create(fresh_rows(snapshot, chunk, held_then, scope), ignore_conflicts=True)
    return len(chunk)


def _waiting(snapshot: MetricSnapshot, held_then: Mapping[int, PastInstrument]) -> list[Instrument]:
    there = set(snapshot.rows.order_by().values_list("instrument_id", flat=True))
    waiting = [pk for pk in held_then if pk not in there][:CHUNK]
    return list(Instrument.objects.filter(pk__in=waiting).select_related("unit").order_by("pk"))


def fresh_rows(
    snapshot: MetricSnapshot,
    chunk: Sequence[Instrument],
    held_then: Mapping[int, PastInstrument],
    scope: Scope,
) -> list[SnapshotRow]:
    """Measure these instruments for the snapshot, each as it was (`population`); the rows are not saved."""
    if not chunk:
        return []
    round_ = snapshot.round
    start, end = round_.data_start, round_.data_end
    totals = usage_totals(start, end, [instrument.pk for instrument in chunk])
    hours = open_hours_of(chunk, start, end)
    on = round_.data_last_day
    rows = [_row(snapshot, instrument, held_then[instrument.pk], scope, on) for instrument in chunk]
    for row in rows:
        row.open_hours = hours.get(row.instrument_id, NO_HOURS)
        if row.instrument_id in totals:
            _fill(row, totals[row.instrument_id])
    return rows


def _row(
    snapshot: MetricSnapshot, instrument: Instrument, past: PastInstrument, scope: Scope, on: dt.date
) -> SnapshotRow:
    return SnapshotRow(
        snapshot=snapshot,
        instrument=instrument,
        unit_id=instrument.unit_id,
        instrument_code=instrument.code,
        unit_code=instrument.unit.code,
        unit_kind=instrument.unit.kind,
        equipment_kind=past.equipment_kind,
        funding=list(past.funding),
        joined_on=past.joined_on,
        original_value=past.original_value,
        sharing_mode=past.sharing_mode,
        in_scope=instrument_in_scope(
            scope,
            original_value=past.original_value,
            funding=past.funding,
            joined_on=past.joined_on,
            on=on,
        ),
    )


def _fill(row: SnapshotRow, usage: UsageTotals) -> None:
    row.effective_hours = usage.effective
    row.external_hours = usage.external
    row.income = usage.income
    row.external_income = usage.external_income
    row.samples = usage.samples
    row.records = usage.records
    row.external_users = usage.external_users
    row.served_units = usage.served_units


def _finish(work: Work, snapshot_pk: int, beat: dt.datetime) -> bool:
    """Close the snapshot and make it the round's. From here on the database refuses any change to it."""
    round_ = lock_round(work, MetricSnapshot.objects.values_list("round_id", flat=True).get(pk=snapshot_pk))
    snapshot = lock_snapshot(work, snapshot_pk)
    if snapshot.state != SnapshotState.RUNNING or snapshot.heartbeat_at != beat:
        return False
    snapshot.digest = snapshot_digest(snapshot)
    snapshot.done = snapshot.total = snapshot.rows.count()
    snapshot.state, snapshot.finished_at = SnapshotState.DONE, work.now
    snapshot.save()
    if round_.state == RoundState.COLLECTING:
        round_.snapshot = snapshot
        save(round_)
    after = {"snapshot": snapshot.number, "instruments": snapshot.done, "digest": snapshot.digest}
    note(work, SnapshotTaken(target=round_, after=after))
    logger.info("snapshot %s of round %s taken: %s rows", snapshot.number, round_.pk, snapshot.done)
    return True
