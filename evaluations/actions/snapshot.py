"""Snapshots: the evidence of a round, taken in the background in chunks that may run twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from decimal import Decimal

from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.chain import record
from evaluations.actions.rounds import refuse_if_blocked, save
from evaluations.enums import RoundState, SnapshotState
from evaluations.errors import WrongState
from evaluations.locks import lock_round, lock_snapshot
from evaluations.models import MetricSnapshot, Round, SnapshotRow
from evaluations.permissions import require
from evaluations.queries.blockers import SNAPSHOT
from evaluations.queries.schemes import definition_of
from evaluations.queries.seal import snapshot_digest
from evaluations.scoring.definition import Scope
from evaluations.scoring.scope import instrument_in_scope
from instruments.enums import InstrumentState
from instruments.metrics import UsageTotals
from instruments.models import Instrument, UsageRecord
from instruments.queries.usage_totals import open_hours_of, usage_totals
from members.enums import UnitState
from members.models import Person

CHUNK = 200
STALE = dt.timedelta(seconds=90)
TASK = "evaluations.take_snapshot"
NO_HOURS = Decimal("0.00")

logger = logging.getLogger(__name__)


def request_snapshot(round_: Round, *, actor: Person) -> MetricSnapshot:
    """Start the taking of a new snapshot of the round's data period; a later one replaces an earlier. Officers.

    Raises WrongState outside collecting, Blocked while another is being taken.
    """
    require(actor, "manage_round", round_)
    return _request(round_.pk, actor)


@transaction.atomic
def _request(pk: int, actor: Person) -> MetricSnapshot:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, SNAPSHOT, RoundState.COLLECTING)
    newest = round_.snapshots.order_by("-number").first()
    now = timezone.now()
    snapshot = MetricSnapshot.objects.create(
        round=round_,
        number=1 if newest is None else newest.number + 1,
        requested_by=actor,
        started_at=now,
        heartbeat_at=now,
        total=registered(round_).count(),
    )
    transaction.on_commit(lambda: send(snapshot.pk), robust=True)
    record(
        actor=actor,
        verb="evaluations.round.snapshot_requested",
        target=round_,
        after={"snapshot": snapshot.number, "instruments": snapshot.total},
    )
    return snapshot


def abandon_snapshot(snapshot: MetricSnapshot, *, actor: Person) -> MetricSnapshot:
    """Give up a snapshot that is being taken, so that another can be asked for. Officers. Raises WrongState."""
    require(actor, "manage_round", snapshot.round)
    with transaction.atomic():
        round_ = lock_round(snapshot.round_id)
        held = lock_snapshot(snapshot.pk)
        if held.state != SnapshotState.RUNNING:
            raise WrongState(held.state, SnapshotState.RUNNING)
        held.state, held.finished_at = SnapshotState.ABANDONED, timezone.now()
        held.save(update_fields=["state", "finished_at"])
        record(
            actor=actor,
            verb="evaluations.round.snapshot_abandoned",
            target=round_,
            after={"snapshot": held.number},
        )
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
    while True:
        with transaction.atomic():
            chunk = list(_waiting(snapshot)[:CHUNK])
            SnapshotRow.objects.bulk_create(fresh_rows(snapshot, chunk, scope), ignore_conflicts=True)
        if not chunk:
            return _finish(snapshot_pk, beat)
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


def registered(round_: Round) -> QuerySet[Instrument]:
    """The instruments a snapshot holds: all of units in the network, registered before the period ended.

    Retired ones stay in while they have usage in the period: hours worked before retirement count.
    """
    used = UsageRecord.objects.current().filter(
        instrument=OuterRef("pk"), start__gte=round_.data_start, start__lt=round_.data_end
    )
    return (
        Instrument.objects.exclude(unit__state=UnitState.LEFT)
        .filter(joined_on__lte=round_.data_last_day)
        .filter(~Q(state=InstrumentState.RETIRED) | Exists(used))
        .order_by("pk")
    )


def _claim(snapshot_pk: int) -> dt.datetime | None:
    now = timezone.now()
    mine = (
        MetricSnapshot.objects.filter(pk=snapshot_pk, state=SnapshotState.RUNNING)
        .filter(Q(heartbeat_at=F("started_at")) | Q(heartbeat_at__lt=now - STALE))
        .update(heartbeat_at=now)
    )
    return now if mine else None


def _waiting(snapshot: MetricSnapshot) -> QuerySet[Instrument]:
    there = SnapshotRow.objects.filter(snapshot=snapshot, instrument=OuterRef("pk"))
    return (
        registered(snapshot.round).filter(~Exists(there)).select_related("unit").prefetch_related("funding")
    )


def fresh_rows(snapshot: MetricSnapshot, chunk: Sequence[Instrument], scope: Scope) -> list[SnapshotRow]:
    """Measure these instruments for the snapshot; the rows are not saved. Units and funding come prefetched."""
    if not chunk:
        return []
    round_ = snapshot.round
    start, end = round_.data_start, round_.data_end
    totals = usage_totals(start, end, [instrument.pk for instrument in chunk])
    hours = open_hours_of(chunk, start, end)
    on = round_.data_last_day
    rows = [_row(snapshot, instrument, scope, on) for instrument in chunk]
    for row in rows:
        row.open_hours = hours.get(row.instrument_id, NO_HOURS)
        if row.instrument_id in totals:
            _fill(row, totals[row.instrument_id])
    return rows


def _row(snapshot: MetricSnapshot, instrument: Instrument, scope: Scope, on: dt.date) -> SnapshotRow:
    funding = sorted(link.source for link in instrument.funding.all())
    return SnapshotRow(
        snapshot=snapshot,
        instrument=instrument,
        unit_id=instrument.unit_id,
        instrument_code=instrument.code,
        unit_code=instrument.unit.code,
        unit_kind=instrument.unit.kind,
        equipment_kind=instrument.equipment_kind,
        funding=funding,
        joined_on=instrument.joined_on,
        original_value=instrument.original_value,
        sharing_mode=instrument.sharing_mode,
        in_scope=instrument_in_scope(
            scope,
            original_value=instrument.original_value,
            funding=funding,
            joined_on=instrument.joined_on,
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


@transaction.atomic
def _finish(snapshot_pk: int, beat: dt.datetime) -> bool:
    """Close the snapshot and make it the round's. From here on the database refuses any change to it."""
    round_ = lock_round(MetricSnapshot.objects.values_list("round_id", flat=True).get(pk=snapshot_pk))
    snapshot = lock_snapshot(snapshot_pk)
    if snapshot.state != SnapshotState.RUNNING or snapshot.heartbeat_at != beat:
        return False
    snapshot.digest = snapshot_digest(snapshot)
    snapshot.done = snapshot.total = snapshot.rows.count()
    snapshot.state, snapshot.finished_at = SnapshotState.DONE, timezone.now()
    snapshot.save()
    if round_.state == RoundState.COLLECTING:
        round_.snapshot = snapshot
        save(round_)
    record(
        actor=None,
        verb="evaluations.round.snapshot_done",
        target=round_,
        after={"snapshot": snapshot.number, "instruments": snapshot.done, "digest": snapshot.digest},
    )
    logger.info("snapshot %s of round %s taken: %s rows", snapshot.number, round_.pk, snapshot.done)
    return True
