"""The two units of the story, their people and the scheme that judges them."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from evaluations.schemes.models import Scheme
from instruments.inventory.actions.search import reindex
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person
from tests.factories.evaluations import DEFINITION, SchemeFactory
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import (
    EnterprisePersonFactory,
    PersonFactory,
    RegionFactory,
    UnitFactory,
    make_manager,
    make_officer,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BUDGET = Decimal("10000.01")


def at(day: str, clock: str = "08:00") -> dt.datetime:
    """A moment on the Shanghai clock."""
    return dt.datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=SHANGHAI)


@dataclass
class Network:
    """Everyone and everything in the story."""

    units: dict[str, MemberUnit]
    instruments: dict[str, Instrument]
    managers: dict[str, Person]
    enterprise: Person
    insider: Person
    steward: Person
    officer: Person
    scheme: Scheme


def scheme_definition() -> dict[str, Any]:
    """40 points for the mean external hours (3 h are all), 30 for tasks (10 each), 30 given; two grades paid."""
    definition = copy.deepcopy(DEFINITION)
    sharing, organisation = definition["indicators"]
    tasks, effect = organisation["children"]
    sharing["points"] = sharing["children"][0]["points"] = "40"
    sharing["children"][0]["function"] = {"kind": "capped_linear", "benchmark": "3"}
    organisation["points"], tasks["points"], effect["points"] = "60", "30", "30"
    tasks["function"] = {"kind": "per_count", "points_each": "10"}
    return definition


def make_network() -> Network:
    """Two units with one instrument each; the diffractometer asks its steward, the microscope does not."""
    region = RegionFactory(name_zh="呼和浩特市", name_en="Hohhot")
    units = {
        code: UnitFactory(code=code, name_zh=zh, name_en=en, region=region)
        for code, zh, en in (
            ("ALPHA", "阿尔法大学", "Alpha University"),
            ("BETA", "贝塔研究院", "Beta Institute"),
        )
    }
    instruments = {
        "ALPHA-XRD": make_instrument(
            unit=units["ALPHA"],
            code="ALPHA-XRD",
            name_zh="X射线衍射仪",
            name_en="X-ray diffractometer",
            policy={"approval_required": True},
        ),
        "BETA-SEM": make_instrument(
            unit=units["BETA"],
            code="BETA-SEM",
            name_zh="扫描电子显微镜",
            name_en="Scanning electron microscope",
        ),
    }
    reindex(Instrument.objects.all())
    return Network(
        units=units,
        instruments=instruments,
        managers={code: make_manager(unit) for code, unit in units.items()},
        enterprise=EnterprisePersonFactory(email="qiye@test.example", display_name="乔工"),
        insider=PersonFactory(home_unit=units["BETA"], display_name="贝老师"),
        steward=make_steward(instruments["ALPHA-XRD"], email="guanli@test.example"),
        officer=make_officer(email="keji@test.example", is_staff=True),
        scheme=SchemeFactory(code="story", definition=scheme_definition()),
    )
