"""Catalogue texts: the templates of instruments, and the words drawn from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from demo.plan import DATA, read

CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Template:
    """One kind of instrument: what it is, who makes it, what it can do, what it costs.

    Where names and models are `paired`, each name has the models at its place in the list, counted round.
    """

    key: str
    class_code: str
    count: int
    tags: frozenset[str]
    names: tuple[tuple[str, str], ...]
    models: tuple[tuple[str, str, str], ...]
    value: tuple[int, int]
    rate: int
    fields: tuple[str, ...]
    technical: tuple[str, ...]
    functions: str
    services: str
    about_zh: str
    about_en: str
    stations: int
    paired: bool


@cache
def templates() -> tuple[Template, ...]:
    """All templates in a fixed order."""
    makers = read("makers.toml")
    found = []
    for path in sorted((DATA / "instruments").glob("*.toml")):
        for key, entry in read(f"instruments/{path.name}").items():
            found.append(
                Template(
                    key=key,
                    class_code=entry["class"],
                    count=entry["count"],
                    tags=frozenset(entry["tags"]),
                    names=tuple(_pair(text) for text in entry["names"]),
                    models=tuple(_model(text, makers) for text in entry["models"]),
                    value=(entry["value"][0], entry["value"][1]),
                    rate=entry["rate"],
                    fields=tuple(str(code) for code in entry["fields"]),
                    technical=tuple(entry["tech"]),
                    functions=entry["functions"],
                    services=entry["services"],
                    about_zh=entry["about"],
                    about_en=entry["about_en"],
                    stations=entry.get("station", 1),
                    paired=entry.get("paired", False),
                )
            )
    return tuple(found)


def technical_text(template: Template, rng: Random) -> str:
    """Draw the technical specification: one `label：value` line each."""
    return "\n".join(
        CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), line) for line in template.technical
    )


def requirements_text(opening: str, approval: bool, rng: Random) -> str:
    """Draw the rules for users."""
    first = "首次使用请提前与机组人员联系，由机组人员指导上机" if approval else "请按操作规程上机"
    sample = rng.choice(
        [
            "样品须注明成分与危险性",
            "放射性、剧毒与易爆样品不予接收",
            "粉末样品不少于 0.2 g，块体不大于 20 mm",
            "生物样品须提前说明来源与保存条件",
        ]
    )
    hours = {"always": "全天开放，夜间使用须两人同行", "long": "请在当日开放时间结束前半小时完成实验"}.get(
        opening, "节假日不开放"
    )
    return f"{first}；{sample}；{hours}。实验数据保存三个月，请自行及时拷贝。"


def _pair(text: str) -> tuple[str, str]:
    zh, _, en = text.partition("|")
    return zh, en


def _model(text: str, makers: dict[str, list[str]]) -> tuple[str, str, str]:
    maker, _, model = text.partition(" ")
    name, country = makers[maker]
    return name, country, model.replace("_", " ")
