"""Factories of schemes and rounds, and a small round worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from changes import perform
from evaluations.entries.actions import give_score, report_value
from evaluations.enums import ObjectKind
from evaluations.rounds.models import Round
from evaluations.schemes.models import Scheme
from evaluations.steps.actions.opening import open_round
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person
from tests.factories.instruments import InstrumentFactory, UsageRecordFactory
from tests.factories.members import RegionFactory, UnitFactory, make_expert, make_manager, make_officer

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = 2025
DATA_START = dt.datetime(2025, 1, 1, tzinfo=SHANGHAI)
DATA_END = dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)
BUDGET = Decimal("10000.01")
DEFINITION: dict[str, Any] = {
    "object_kind": "unit",
    "total": "100",
    "indicators": [
        {
            "code": "sharing",
            "name_zh": "共享服务",
            "name_en": "Sharing",
            "points": "60",
            "children": [
                {
                    "code": "external",
                    "name_zh": "台均对外机时",
                    "name_en": "Mean external hours",
                    "points": "60",
                    "source": "computed",
                    "metric": "mean_external_hours",
                    "averaging": "mean",
                    "function": {"kind": "capped_linear", "benchmark": "100"},
                }
            ],
        },
        {
            "code": "organisation",
            "name_zh": "组织管理",
            "name_en": "Organisation",
            "points": "40",
            "children": [
                {
                    "code": "tasks",
                    "name_zh": "支撑任务",
                    "name_en": "Tasks supported",
                    "points": "20",
                    "source": "reported",
                    "function": {"kind": "per_count", "points_each": "5"},
                },
                {
                    "code": "effect",
                    "name_zh": "服务成效",
                    "name_en": "Effect",
                    "points": "20",
                    "source": "given",
                    "function": {"kind": "given"},
                },
            ],
        },
    ],
    "scope": {"min_value_yuan": "300000"},
    "grade_rule": {
        "cut_offs": {"excellent": "80", "good": "60", "pass": "40"},
        "quotas": {"excellent": {"kind": "number", "value": "1"}},
        "tie_break": "sharing",
    },
    "award_rule": {
        "grade_weights": {"excellent": "2", "good": "1"},
        "base_sums": {"excellent": "1000", "good": "500"},
        "share_by": "score",
    },
}


class SchemeFactory(DjangoModelFactory):
    """The small scheme: 60 points for external hours, 20 for reported tasks, 20 given."""

    class Meta:
        model = Scheme
        django_get_or_create = ("code", "version")

    code = "small"
    version = 1
    name_zh = "小方案"
    name_en = "Small scheme"
    note = "测试"
    object_kind = ObjectKind.UNIT
    definition = factory.LazyFunction(lambda: DEFINITION)


class RoundFactory(DjangoModelFactory):
    """The draft of the round of 2025."""

    class Meta:
        model = Round

    year = YEAR
    kind = factory.SelfAttribute("scheme.object_kind")
    scheme = factory.SubFactory(SchemeFactory)
    data_start = DATA_START
    data_end = DATA_END
    budget = BUDGET
    collecting_until = dt.date(2026, 3, 31)


@dataclass
class Story:
    """A small round of three units with its people; numbers in `make_story`."""

    round: Round
    officer: Person
    expert: Person
    managers: dict[str, Person]
    units: dict[str, MemberUnit]
    instruments: dict[str, Instrument]


def make_story(*, collecting: bool = True, entered: bool = True) -> Story:
    """Three units judged by the small scheme, worked by hand.

    AAA: 100 h and 60 h external on two instruments, mean 80 h: 60 × 80 ÷ 100 = 48.00; 4 tasks = 20.00;
         scores 15 and 18, mean 16.5 = 16.50; total 84.50.
    BBB: 120 h: 60.00 (capped); 1 task = 5.00; score 16 = 16.00; total 81.00. Quota of one excellent is full: good.
    CCC: 0 h external: 0.00; nothing reported: 0.00; score 10 = 10.00; total 10.00: fail.
    Each has one instrument below the value threshold or not shared that must not change this.
    """
    officer, expert = make_officer(is_staff=True), make_expert()
    region = RegionFactory()
    units = {code: UnitFactory(code=code, region=region) for code in ("AAA", "BBB", "CCC")}
    managers = {code: make_manager(unit) for code, unit in units.items()}
    instruments = {
        code: InstrumentFactory(unit=units[code[:3]], code=code)
        for code in ("AAA-1", "AAA-2", "BBB-1", "CCC-1")
    }
    instruments["AAA-CHEAP"] = InstrumentFactory(
        unit=units["AAA"], code="AAA-CHEAP", original_value=Decimal("299999.99")
    )
    for code, hours in (("AAA-1", 100), ("AAA-2", 60), ("BBB-1", 120), ("AAA-CHEAP", 500)):
        add_usage(instruments[code], Decimal(hours))
    add_usage(instruments["CCC-1"], Decimal(70), user_kind="internal")
    story = Story(RoundFactory(), officer, expert, managers, units, instruments)
    if collecting:
        story.round = perform(officer, open_round, story.round)
    if collecting and entered:
        enter_values(story)
    return story


def enter_values(story: Story) -> None:
    """Report and give the values of `make_story`."""
    for code, tasks in (("AAA", 4), ("BBB", 1)):
        perform(story.managers[code], report_value, story.round, story.units[code], "tasks", Decimal(tasks))
    for code, score in (("AAA", 15), ("BBB", 16), ("CCC", 10)):
        perform(
            story.officer,
            give_score,
            story.round,
            story.units[code],
            "effect",
            Decimal(score),
            note="现场核查",
        )
    perform(story.expert, give_score, story.round, story.units["AAA"], "effect", Decimal(18))


def add_usage(instrument: Instrument, hours: Decimal, **fields: Any) -> None:
    """One usage record of the data period with that many effective hours."""
    start = dt.datetime(2025, 5, 5, 1, 0, tzinfo=dt.UTC)
    UsageRecordFactory(
        **{
            "instrument": instrument,
            "start": start,
            "end": start + dt.timedelta(hours=float(hours)),
            "measurement_hours": hours,
            **fields,
        }
    )
