"""A small judged network: nine units with known figures, scored, publicised and made final by the real actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from changes import perform
from evaluations.entries.models import GivenScore
from evaluations.results.actions.scoring import score_round
from evaluations.rounds.actions import RoundData, create_round
from evaluations.rounds.models import Round
from evaluations.schemes.actions import load_presets
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import given_indicators
from evaluations.snapshots.enums import SnapshotState
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit
from evaluations.snapshots.queries.digest import snapshot_digest
from evaluations.steps.actions.opening import open_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from members.models import MemberUnit
from tests.factories.instruments import InstrumentFactory
from tests.factories.members import RegionFactory, UnitFactory

YEAR = 2024
BUDGET = Decimal("8000000.01")
UNITS = 9


def moment(year: int, month: int, day: int) -> dt.datetime:
    """Midnight in Shanghai."""
    return timezone.make_aware(dt.datetime(year, month, day))


def make_round(officer, **names: str) -> Round:
    """The final round of 2024: unit k of 9 has k instruments of 100 k + 0.11 h, 50 k + 0.05 h of them external.

    `names`: another Chinese name of a unit, by its code.
    """
    regions = [RegionFactory(name_zh=name, name_en=english) for name, english in REGIONS]
    perform(None, load_presets)
    scheme = Scheme.objects.get(code="inner_mongolia_example")
    round_ = perform(
        officer,
        create_round,
        RoundData(YEAR, scheme, moment(2024, 1, 1), moment(2025, 1, 1), BUDGET, dt.date(2025, 2, 28)),
    )
    instruments = []
    for k in range(1, UNITS + 1):
        name = names.get(f"U{k}", f"第{k}研究所")
        region = regions[k % len(regions)]
        unit = UnitFactory(code=f"U{k}", name_zh=name, name_en=f"Institute {k}", region=region)
        for n in range(k):
            instrument = InstrumentFactory(unit=unit, code=f"U{k}-{n:03d}", name_zh=f"质谱仪{n}")
            instruments.append((k, instrument))
    round_ = perform(officer, open_round, round_)
    snapshot = MetricSnapshot.objects.create(round=round_, number=1, requested_by=officer, state="running")
    for k, instrument in instruments:
        unit = instrument.unit
        hours, external = Decimal(100 * k) + Decimal("0.11"), Decimal(50 * k) + Decimal("0.05")
        SnapshotRow.objects.create(
                snapshot=snapshot, instrument=instrument, unit=unit, instrument_code=instrument.code,
                name_zh=instrument.name_zh, name_en=instrument.name_en,
                unit_code=unit.code, unit_kind=unit.kind, equipment_kind="general", funding=["central"],
                joined_on=dt.date(2015, 1, 1), original_value=Decimal(1_000_000), sharing_mode="external",
                in_scope=True, open_hours=Decimal(2000), effective_hours=hours, external_hours=external,
                income=Decimal("1000.05"), external_income=Decimal("500.02"), samples=10, records=5,
                external_users=2, served_units=1,
            )  # fmt: skip
    for unit in MemberUnit.objects.filter(code__startswith="U").select_related("region"):
        SnapshotUnit.objects.create(
            snapshot=snapshot, unit=unit, code=unit.code, kind=unit.kind, name_zh=unit.name_zh, name_en=unit.name_en,
            region_code=unit.region.code, region_zh=unit.region.name_zh, region_en=unit.region.name_en,
        )  # fmt: skip
    now = timezone.now()
    MetricSnapshot.objects.filter(pk=snapshot.pk).update(
        state=SnapshotState.DONE, finished_at=now, digest=snapshot_digest(snapshot), done=45, total=45
    )
    round_.refresh_from_db()
    round_.snapshot = MetricSnapshot.objects.get(pk=snapshot.pk)
    round_.save()
    for indicator in given_indicators(definition_of(scheme)):
        for unit in MemberUnit.objects.filter(code__startswith="U"):
            GivenScore.objects.create(
                round=round_,
                unit=unit,
                indicator=indicator.code,
                value=Decimal(unit.code[1:]) * indicator.points / 10,
                given_by=officer,
            )
    return perform(officer, score_round, round_, now=moment(2025, 3, 1))


def make_final(round_: Round, officer) -> Round:
    """Publicise and finalise."""
    perform(
        officer,
        publicise_round,
        round_,
        first=dt.date(2025, 3, 3),
        last=dt.date(2025, 3, 14),
        now=moment(2025, 3, 2),
    )
    round_.refresh_from_db()
    return perform(officer, finalise_round, round_, now=moment(2025, 3, 20))


REGIONS = (
    ("呼和浩特市", "Hohhot"), ("包头市", "Baotou"), ("鄂尔多斯市", "Ordos"), ("乌兰察布市", "Ulanqab"),
)  # fmt: skip
