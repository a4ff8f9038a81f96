"""The one table of kinds of instruments, and the words drawn from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random
from typing import Any

from demo.plan import DATA, read

CHOICE = re.compile(r"\{([^{}]*)\}")


class Use(StrEnum):
    """When somebody comes to an instrument, or nobody has to."""

    VISIT = "visit"
    """People sit at it, by day."""
    DAY = "day"
    """It goes out, or a crew works with it, for the whole opening time of a day."""
    RUN = "run"
    """People start it by day; it runs on by itself over nights and weekends."""
    REMOTE = "remote"
    """It is used from afar at any hour."""
    NIGHT = "night"
    """It looks at the night sky."""


@dataclass(frozen=True)
class Model:
    """One model with its maker, its price range in 10,000 yuan, and what only this model can do."""

    maker: str
    country: str
    name: str
    value: tuple[int, int]
    specs: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """One kind of instrument: what it is, who makes it, what it can do and costs, when and what for it is used.

    `key` is shared by the kinds of a family, `count` says how often the kind is drawn, `hours` how long a booking
    typically lasts.
    """

    key: str
    class_code: str
    count: float
    tags: frozenset[str]
    name_zh: str
    name_en: str
    models: tuple[Model, ...]
    technical: tuple[str, ...]
    rate: int
    fields: tuple[str, ...]
    room: str
    use: Use
    hours: tuple[int, int]
    stations: int
    purposes: tuple[str, ...]
    notes: tuple[str, ...]
    functions: str
    services: str
    about_zh: str
    about_en: str

    @property
    def is_attended(self) -> bool:
        """Whether somebody has to be there all the time."""
        return self.use in {Use.VISIT, Use.DAY}


@cache
def templates() -> tuple[Template, ...]:
    """All kinds in a fixed order."""
    makers = read("makers.toml")
    found = []
    for path in sorted((DATA / "instruments").glob("*.toml")):
        for key, family in read(f"instruments/{path.name}").items():
            kinds = family.pop("kinds")
            whole = sum(kind.get("share", 1) for kind in kinds)
            found += [
                _template(key, {**family, **kind}, kind.get("share", 1) / whole, makers) for kind in kinds
            ]
    return tuple(found)


def _template(key: str, entry: dict[str, Any], part: float, makers: dict[str, list[str]]) -> Template:
    name_zh, _, name_en = entry["name"].partition("|")
    return Template(
        key=key,
        class_code=entry["class"],
        count=entry["count"] * part,
        tags=frozenset(entry["tags"]),
        name_zh=name_zh,
        name_en=name_en,
        models=tuple(_model(text, makers) for text in entry["models"]),
        technical=tuple(entry["tech"]),
        rate=entry["rate"],
        fields=tuple(str(code) for code in entry["fields"]),
        room=entry["room"],
        use=Use(entry["use"]),
        hours=(entry["hours"][0], entry["hours"][1]),
        stations=entry.get("station", 1),
        purposes=tuple(entry["purposes"]),
        notes=tuple(entry["notes"]),
        functions=entry["functions"],
        services=entry["services"],
        about_zh=entry["about"],
        about_en=entry["about_en"],
    )


def technical_text(template: Template, model: Model, rng: Random) -> str:
    """Draw the technical specification: one `label：value` line each, those of the model first."""
    return "\n".join(
        CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), line)
        for line in (*model.specs, *template.technical)
    )


HOURS = {
    Use.RUN: "请在工作时间装样和取样，夜间与周末为无人值守运行",
    Use.REMOTE: "全天可远程使用",
    Use.NIGHT: "夜间观测，白天维护",
}


def requirements_text(template: Template, opening: str, rng: Random, *, approval: bool) -> str:
    """Draw the rules for users."""
    first = "首次使用请提前与机组人员联系" if approval else "请按操作规程使用"
    hours = {"always": "全天开放", "long": "请在当日开放时间结束前半小时完成实验"}.get(
        opening, "节假日不开放"
    )
    hours = HOURS.get(template.use, hours)
    return f"{first}；{rng.choice(template.notes)}；{hours}。实验数据保存三个月，请自行及时拷贝。"


def _model(text: str, makers: dict[str, list[str]]) -> Model:
    who, value, specs = text.split("|", 2)
    maker, _, model = who.partition(" ")
    low, _, high = value.partition("-")
    name, country = makers[maker]
    return Model(name, country, model.replace("_", " "), (int(low), int(high)), tuple(specs.split("；")))
