"""The 42 member units: some real ones without any claim about them, the others invented."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from random import Random

from stdnum.cn import uscc

from demo import names
from demo.plan import DATA, Plan, shares
from members.models import MemberUnit, Region


@dataclass(frozen=True)
class UnitDraft:
    """A unit and how it behaves: how busy, how open to outsiders, which subjects, how many instruments."""

    row: MemberUnit
    shared: int
    hidden: int
    activity: float
    outward: float
    themes: frozenset[str]


def draft_units(plan: Plan, regions: dict[str, Region]) -> list[UnitDraft]:
    """Draft every unit of the plan, unsaved; shared and hidden instruments add up to the plan's counts."""
    rng = plan.rng("units")
    with (DATA / "units.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    if plan.size.units:
        chosen = {"IMU", "IMAU", "DQTC", "YSRE", "XLGR"}
        lines = [line for line in lines if line["code"] in chosen][: plan.size.units]
    weights = [float(line["shared"]) for line in lines]
    shared = shares(plan.size.shared, weights)
    hidden = shares(plan.size.registered - plan.size.shared, weights)
    drafts = []
    for line, open_count, closed_count in zip(lines, shared, hidden, strict=True):
        drafts.append(
            UnitDraft(
                _row(rng, line, regions[line["region"]]),
                open_count,
                closed_count,
                float(line["activity"]),
                float(line["outward"]),
                frozenset(line["themes"].split()),
            )
        )
    return drafts


def _row(rng: Random, line: dict[str, str], region: Region) -> MemberUnit:
    invented = line["invented"] == "1"
    code = line["code"]
    joined = dt.date(rng.randrange(2016, 2023), rng.randrange(1, 13), rng.randrange(1, 28))
    return MemberUnit(
        code=code,
        name_zh=line["name_zh"],
        name_en=line["name_en"],
        short_name=line["short_name"],
        kind=line["kind"],
        region=region,
        # Numbers of real institutions are not invented: theirs stay empty.
        credit_code=_credit_code(rng, region.code, line["kind"]) if invented else None,
        nrii_code=f"{rng.getrandbits(128):032x}" if invented else "",
        joined_on=joined,
        contact_name=names.person_name(rng) if invented else "",
        contact_phone=names.phone(rng) if invented else "",
        contact_email=f"{code.lower()}@demo.example",
        about_zh=(
            f"{line['name_zh']}，演示网络中的虚构单位，所列仪器、人员与数据均为虚构。"
            if invented
            else f"{line['name_zh']}。演示网络中列出的仪器、人员与数据均为虚构，与该单位实际情况无关。"
        ),
        about_en=(
            f"{line['name_en']}, invented for the demonstration, with all its instruments, people and figures."
            if invented
            else f"{line['name_en']}. Instruments, people and figures shown here are invented."
        ),
        invented=invented,
    )


def _credit_code(rng: Random, region: str, kind: str) -> str:
    """Make a unified social credit code whose check digit is right."""
    authority = "91" if kind == "enterprise" else "12"
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = authority + region + "".join(rng.choice(alphabet) for _ in range(9))
    return body + str(uscc.calc_check_digit(body))
