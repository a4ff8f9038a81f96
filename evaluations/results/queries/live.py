"""What a snapshot taken at this moment would hold of one unit; measured like a snapshot, never saved."""

from __future__ import annotations

from django.utils import timezone

from display.stamps import kept_while
from evaluations.rounds.models import Round
from evaluations.scoring.definition import Scope
from evaluations.snapshots.measuring import fresh_rows, machines_of
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from evaluations.snapshots.queries.population import population
from instruments.inventory.models import Instrument
from members.models import MemberUnit


def live_rows(
    round_: Round, unit: MemberUnit, scope: Scope, instrument: Instrument | None = None
) -> list[SnapshotRow]:
    """The rows of the unit (or of one instrument of it), those in scope first; seven queries however many there are.

    Called by the system for whoever may see the unit's own page; writes nothing. Kept for a minute, while nothing of
    the unit's instruments, of their use or of the round changes.
    """
    which = "" if instrument is None else instrument.code
    key = f"live_rows.{round_.pk}.{round_.version}.{unit.pk}.{which}.{timezone.localdate()}"
    names = (f"of_unit.{unit.pk}", "rounds", "organisations", "units")
    return kept_while(key, names, lambda: _measured(round_, unit, scope, instrument))


def _measured(
    round_: Round, unit: MemberUnit, scope: Scope, instrument: Instrument | None
) -> list[SnapshotRow]:
    held_then = population(round_, timezone.now(), unit)
    machines = machines_of(held_then)
    if instrument is not None:
        machines = machines.filter(pk=instrument.pk)
    rows = fresh_rows(MetricSnapshot(round=round_), machines, held_then, scope)
    return sorted(rows, key=lambda row: (not row.in_scope, row.instrument_code))
