"""Two rounds through the real actions: last year's, final, and this year's, being collected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.db.models import F

from changes import perform
from demo.clock import clock_at
from demo.people import People
from demo.plan import Plan
from demo.terms import local
from demo.units import UnitDraft
from evaluations.entries.actions import give_score, report_value
from evaluations.results.actions.scoring import score_round
from evaluations.results.actions.ties import decide_tie
from evaluations.results.queries.ties import open_ties
from evaluations.rounds.actions import RoundData, create_round
from evaluations.rounds.models import Round
from evaluations.rounds.rules.working_days import last_of
from evaluations.schemes.actions import load_presets
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import (
    AskedField,
    Bands,
    CappedLinear,
    Choice,
    Given,
    Indicator,
    PerCount,
    SchemeDefinition,
    WeightedSum,
    YesNo,
    asked_fields,
    given_indicators,
)
from evaluations.scoring.presets import INNER_MONGOLIA
from evaluations.snapshots.actions import request_snapshot, take_snapshot
from evaluations.steps.actions.opening import open_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from members.models import Person
from notices.models import Notice

BUDGET = Decimal("3600000.00")
WINDOW_WORKING_DAYS = 5
FINAL_ON = (5, 21)
LATE = 3
"""So many units have not reported to this year's round yet, the first of the list among them."""
LOT = "得分完全相同，按抽签结果确定先后（演示）。"
EVIDENCE = "演示数据，佐证材料略。"


@dataclass(frozen=True)
class Calendar:
    """The days on which last year's round took its steps; all lie in the past. `period_end` is exclusive."""

    period_end: dt.date
    opened: dt.date
    collecting_until: dt.date
    snapshot: dt.date
    scored: dt.date
    first: dt.date
    last: dt.date
    final: dt.date


@dataclass(frozen=True)
class Present:
    """The days of this year's round, which is ready to be walked on. `period_end` is exclusive."""

    period_start: dt.date
    period_end: dt.date
    opened: dt.date
    reported: dt.date
    given: dt.date
    collecting_until: dt.date


def write_rounds(plan: Plan, units: list[UnitDraft], people: People) -> None:
    """Walk last year's round to its end and open this year's, each step on its day."""
    steps = calendar_of(plan.today)
    with clock_at(local(steps.opened, 480)):
        perform(people.accounts["admin"], load_presets)
    scheme = Scheme.objects.filter(code=INNER_MONGOLIA).latest("version")
    definition = definition_of(scheme)
    _finished(plan, units, people, scheme, definition)
    _collecting(plan, units, people, scheme, definition)


def calendar_of(today: dt.date) -> Calendar:
    """Publicity from a Wednesday in May for five working days, or as late as an early `today` allows.

    Where the steps fall so early that the year was not over, its period ends with the last full month before them.
    """
    final = min(dt.date(today.year, *FINAL_ON), today - dt.timedelta(days=1))
    first = final - dt.timedelta(days=14)
    first += dt.timedelta(days=(2 - first.weekday()) % 7 - 7)
    snapshot = first - dt.timedelta(days=7)
    return Calendar(
        period_end=min(dt.date(today.year, 1, 1), snapshot.replace(day=1)),
        opened=first - dt.timedelta(days=75),
        collecting_until=first - dt.timedelta(days=40),
        snapshot=snapshot,
        scored=first - dt.timedelta(days=6),
        first=first,
        last=last_of(first, WINDOW_WORKING_DAYS),
        final=final,
    )


def present_of(today: dt.date) -> Present:
    """A period up to the last month that ended two weeks ago or more: the year's, early in it the year before.

    A round is scored only after its period, and the demo's should be walked on any day of the year.
    """
    end = (today - dt.timedelta(days=14)).replace(day=1)
    start = dt.date(today.year, 1, 1)
    if end <= start:
        end, start = start, dt.date(today.year - 1, 1, 1)
    until = today - dt.timedelta(days=1)
    opened = min(end + dt.timedelta(days=1), until - dt.timedelta(days=9))
    return Present(
        period_start=start,
        period_end=end,
        opened=opened,
        reported=opened + dt.timedelta(days=5),
        given=opened + dt.timedelta(days=8),
        collecting_until=until,
    )


def _finished(
    plan: Plan, units: list[UnitDraft], people: People, scheme: Scheme, definition: SchemeDefinition
) -> None:
    rng, officer = plan.rng("last round"), people.accounts["officer"]
    year, days = plan.today.year - 1, calendar_of(plan.today)
    with clock_at(local(days.opened, 540)):
        period = (dt.date(year, 1, 1), days.period_end)
        round_ = _opened(year, period, scheme, days.collecting_until, officer)
    with clock_at(local(days.collecting_until, 600)):
        for unit in units:
            _fill(rng, round_, unit, definition, people)
    with clock_at(local(days.snapshot, 600)):
        take_snapshot(perform(officer, request_snapshot, round_).pk)
    with clock_at(local(days.scored, 600)) as now:
        perform(officer, score_round, round_, now=now)
        for tie in open_ties(round_):
            perform(officer, decide_tie, round_, tie, reason=LOT)
    with clock_at(local(days.first, 540)) as now:
        perform(officer, publicise_round, round_, first=days.first, last=days.last, now=now)
    with clock_at(local(days.final, 600)) as now:
        perform(officer, finalise_round, round_, now=now)
    # What was told half a year ago is not news today.
    Notice.objects.filter(kind__startswith="evaluation_").update(
        read_at=F("created_at") + dt.timedelta(hours=5)
    )


def _collecting(
    plan: Plan, units: list[UnitDraft], people: People, scheme: Scheme, definition: SchemeDefinition
) -> None:
    rng, officer = plan.rng("this round"), people.accounts["officer"]
    days = present_of(plan.today)
    with clock_at(local(days.opened, 540)):
        period = (days.period_start, days.period_end)
        round_ = _opened(plan.today.year, period, scheme, days.collecting_until, officer)
    qualities = {unit.row.code: _quality(rng, unit) for unit in units}
    with clock_at(local(days.reported, 600)):
        for unit in units[LATE:]:
            _report(
                rng,
                round_,
                unit,
                quality=qualities[unit.row.code],
                definition=definition,
                manager=people.managers[unit.row.code][0],
            )
    with clock_at(local(days.given, 600)):
        for unit in units:
            _score(
                rng,
                round_,
                unit,
                quality=qualities[unit.row.code],
                definition=definition,
                expert=people.accounts["expert"],
            )


def _fill(rng: Random, round_: Round, unit: UnitDraft, definition: SchemeDefinition, people: People) -> None:
    """Everything a unit reports and is given."""
    quality, manager = _quality(rng, unit), people.managers[unit.row.code][0]
    _report(rng, round_, unit, quality=quality, definition=definition, manager=manager)
    _score(rng, round_, unit, quality=quality, definition=definition, expert=people.accounts["expert"])


def _score(
    rng: Random,
    round_: Round,
    unit: UnitDraft,
    *,
    quality: float,
    definition: SchemeDefinition,
    expert: Person,
) -> None:
    for indicator in given_indicators(definition):
        value = _given(rng, indicator, quality)
        perform(expert, give_score, round_, unit.row, indicator.code, value)


def _opened(
    year: int, period: tuple[dt.date, dt.date], scheme: Scheme, until: dt.date, officer: Person
) -> Round:
    data = RoundData(
        year=year,
        scheme=scheme,
        data_start=local(period[0], 0),
        data_end=local(period[1], 0),
        budget=BUDGET,
        collecting_until=until,
    )
    return perform(officer, open_round, perform(officer, create_round, data))


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
        perform(manager, report_value, round_, unit.row, asked.field.key, value, evidence=EVIDENCE)


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
