"""Two rounds through the real actions: last year's, final, and this year's, being collected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from demo.people import People
from demo.plan import Plan
from demo.terms import local
from demo.units import UnitDraft
from evaluations.actions.publication import finalise_round, publicise_round
from evaluations.actions.rounds import RoundData, create_round, open_round
from evaluations.actions.schemes import load_presets
from evaluations.actions.scoring import score_round
from evaluations.actions.snapshot import request_snapshot, take_snapshot
from evaluations.actions.values import give_score, report_value
from evaluations.models import Round, Scheme
from evaluations.queries.schemes import AskedField, asked_fields, definition_of, given_indicators
from evaluations.rules.working_days import last_of
from evaluations.scoring.definition import (
    Bands,
    CappedLinear,
    Choice,
    Given,
    Indicator,
    PerCount,
    SchemeDefinition,
    WeightedSum,
    YesNo,
)
from evaluations.scoring.presets import INNER_MONGOLIA
from members.models import Person
from notices.models import Announcement, Notice

BUDGET = Decimal("3600000.00")
WINDOW_WORKING_DAYS = 5
FINAL_ON = (5, 21)
EVIDENCE = "演示数据，佐证材料略。"


@dataclass(frozen=True)
class Calendar:
    """The days on which last year's round took its steps; all lie in the past."""

    collecting_until: dt.date
    scored: dt.date
    first: dt.date
    last: dt.date
    final: dt.date


def write_rounds(plan: Plan, units: list[UnitDraft], people: People) -> None:
    """Walk last year's round to its end and open this year's."""
    load_presets(actor=people.accounts["admin"])
    scheme = Scheme.objects.filter(code=INNER_MONGOLIA).latest("version")
    definition = definition_of(scheme)
    _finished(plan, units, people, scheme, definition)
    _collecting(plan, units, people, scheme, definition)


def calendar_of(today: dt.date) -> Calendar:
    """Publicity from a Wednesday in May for five working days, or as late as an early `today` allows."""
    final = min(dt.date(today.year, *FINAL_ON), today - dt.timedelta(days=1))
    first = final - dt.timedelta(days=14)
    first += dt.timedelta(days=(2 - first.weekday()) % 7 - 7)
    return Calendar(
        collecting_until=first - dt.timedelta(days=40),
        scored=first - dt.timedelta(days=5),
        first=first,
        last=last_of(first, WINDOW_WORKING_DAYS),
        final=final,
    )


def _finished(
    plan: Plan, units: list[UnitDraft], people: People, scheme: Scheme, definition: SchemeDefinition
) -> None:
    rng, officer = plan.rng("last round"), people.accounts["officer"]
    year, days = plan.today.year - 1, calendar_of(plan.today)
    round_ = _opened(year, scheme, days.collecting_until, officer)
    for unit in units:
        quality = _quality(rng, unit)
        _report(
            rng,
            round_,
            unit,
            quality=quality,
            definition=definition,
            manager=people.managers[unit.row.code][0],
        )
        for indicator in given_indicators(definition):
            value = _given(rng, indicator, quality)
            give_score(round_, unit.row, indicator.code, value, actor=people.accounts["expert"])
    snapshot = request_snapshot(round_, actor=officer)
    take_snapshot(snapshot.pk)
    score_round(round_, actor=officer, now=local(days.scored, 600))
    newest = Announcement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    publicise_round(round_, actor=officer, first=days.first, last=days.last, now=local(days.first, 540))
    publicity = Announcement.objects.filter(pk__gt=newest)
    publicity.update(published_at=local(days.first, 540))
    newest = Announcement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    finalise_round(round_, actor=officer, now=local(days.final, 600))
    Announcement.objects.filter(pk__gt=newest).update(published_at=local(days.final, 600))
    # What was told half a year ago is not news today.
    Notice.objects.filter(kind__startswith="evaluation_").update(
        created_at=local(days.final, 600), read_at=local(days.final, 900)
    )


def _collecting(
    plan: Plan, units: list[UnitDraft], people: People, scheme: Scheme, definition: SchemeDefinition
) -> None:
    rng, officer = plan.rng("this round"), people.accounts["officer"]
    round_ = _opened(plan.today.year, scheme, dt.date(plan.today.year + 1, 3, 15), officer)
    for unit in units[3:14]:
        _report(
            rng,
            round_,
            unit,
            quality=_quality(rng, unit),
            definition=definition,
            manager=people.managers[unit.row.code][0],
        )


def _opened(year: int, scheme: Scheme, until: dt.date, officer: Person) -> Round:
    data = RoundData(
        year=year,
        scheme=scheme,
        data_start=local(dt.date(year, 1, 1), 0),
        data_end=local(dt.date(year + 1, 1, 1), 0),
        budget=BUDGET,
        collecting_until=until,
    )
    return open_round(create_round(data, actor=officer), actor=officer)


def _quality(rng: Random, unit: UnitDraft) -> float:
    """How well a unit is run, 0 to 1; the busy and open ones are run better on the whole."""
    return max(0.15, min(1.0, 0.42 + 0.25 * unit.activity + 0.12 * unit.outward + rng.gauss(0, 0.06)))


def _report(
    rng: Random,
    round_: Round,
    unit: UnitDraft,
    *,
    quality: float,
    definition: SchemeDefinition,
    manager: Person,
) -> None:
    for asked in asked_fields(definition):
        value = _reported(rng, asked, quality)
        report_value(round_, unit.row, asked.field.key, value, actor=manager, evidence=EVIDENCE)


def _reported(rng: Random, asked: AskedField, quality: float) -> Decimal:
    """Draw a number that the indicator takes and that fits the unit's quality."""
    indicator = asked.indicator
    match indicator.function:
        case _ if indicator.ratio:
            return (
                Decimal(10)
                if asked.field.key.endswith(indicator.ratio[1].code)
                else Decimal(int(10 * quality))
            )
        case PerCount(points_each=each, per=per):
            steps = float(indicator.points / each) * quality * rng.uniform(0.8, 1.25)
            return Decimal(round(steps) * int(per or 1))
        case YesNo():
            return Decimal(rng.random() < 0.55 + 0.5 * quality)
        case Choice(options=options):
            place = min(len(options) - 1, int(quality * len(options) * rng.uniform(0.9, 1.2)))
            return sorted(options, key=lambda option: option.points)[place].value
        case CappedLinear(benchmark=benchmark):
            return (benchmark * Decimal(str(round(quality, 2)))).quantize(Decimal("0.01"))
        case Bands(bands=bands):
            return bands[min(len(bands) - 1, int(quality * len(bands)))].lower
        case WeightedSum():
            return Decimal(rng.randrange(int(8 * quality) + 1))
        case _:
            raise ValueError(f"Nobody reports {indicator.code}.")


def _given(rng: Random, indicator: Indicator, quality: float) -> Decimal:
    scale = indicator.function.scale if isinstance(indicator.function, Given) else None
    top = indicator.points if scale is None else scale
    part = min(1.0, max(0.2, quality + 0.08 + rng.gauss(0, 0.05)))
    return (top * Decimal(str(part))).quantize(Decimal("0.1"))
