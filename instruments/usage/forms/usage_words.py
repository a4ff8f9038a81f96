"""Forms room: the words by which a file of usage names its columns and choices, in Chinese and English.

They do not hang on the language of whoever sends the file, and what our own reports wrote once is read for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.db.models import TextChoices
from django.utils.translation import get_language, override

from display.formats import is_chinese
from folding.characters import plain
from instruments.booking.enums import Purpose
from instruments.usage.enums import UserKind

COLUMNS = (
    "record_id",
    "instrument",
    "start",
    "end",
    "effective_hours",
    "user_kind",
    "purpose",
    "samples",
    "income",
    "user_name",
    "user_unit",
)
MORE_COLUMNS = ("startup_hours", "processing_hours", "station")
LEFT_OUT = ("instrument_name", "source", "served")
"""Columns of our own reports that say nothing new."""

_HEADINGS = {
    "record_id": ("记录编号", "Record number"),
    "instrument": ("仪器编号", "Instrument code"),
    "start": ("开始时间", "Start"),
    "end": ("结束时间", "End"),
    "effective_hours": ("有效机时", "Effective hours"),
    "user_kind": ("用户类别", "Kind of user"),
    "purpose": ("用途", "Purpose"),
    "samples": ("样品数", "Samples"),
    "income": ("收入", "Income"),
    "user_name": ("用户姓名", "Name of user"),
    "user_unit": ("用户单位", "Unit of user"),
    "startup_hours": ("开机准备机时", "Start-up hours"),
    "processing_hours": ("后处理机时", "Post-processing hours"),
    "station": ("机位", "Station"),
    "source": ("来源", "Source"),
    "instrument_name": ("仪器", "Instrument"),
    "served": ("服务对象单位", "Organisation served"),
}
_OTHER_HEADINGS = {
    "record_id": "记录编号 记录号 服务记录编号 使用记录编号 流水号",
    "instrument": "编号 仪器编号 仪器编码 设备编号 资产编号 仪器资产编号 code",
    "instrument_name": "仪器 仪器名称 设备名称 设备",
    "start": "开始时间 开始 起始时间 开机时间",
    "end": "结束时间 结束 终止时间 关机时间",
    "effective_hours": "有效机时 机时 有效机时(小时) 有效机时(h)",
    "user_kind": "用户类别 用户类型 使用人类别 用户",
    "purpose": "用途 使用目的",
    "samples": "样品数 样品数量 样品",
    "income": "收入(元) 金额 收费 费用",
    "user_name": "用户姓名 姓名 使用人 用户名称 使用人姓名",
    "user_unit": "用户单位 单位 使用人单位 使用单位",
    "startup_hours": "开机准备机时 开机机时",
    "processing_hours": "后处理机时",
    "station": "工位 机位",
    "source": "来源",
}
_CHOICES: dict[type[TextChoices], dict[str, str]] = {
    UserKind: {
        UserKind.INTERNAL: "内部用户 内部 校内 院内 所内 本单位 单位内部",
        UserKind.EXTERNAL: "外部用户 外部 校外 院外 所外 外单位 外单位用户",
    },
    Purpose: {
        Purpose.RESEARCH: "科学研究 科研 研究",
        Purpose.DEVELOPMENT: "技术开发 开发 研发 技术研发",
        Purpose.TEACHING: "教学 教学实验 实验教学",
        Purpose.OTHER: "其他 其它",
    },
}
_LANGUAGES = ("en", "zh-hans")
_SUMS = frozenset({"合计", "总计", "小计", "共计", "total", "sum", "totals"})
_EXAMPLES = ("示例", "example")


def columns_of(cells: Sequence[str]) -> list[str]:
    """Return what each cell of a header names: a column, or the folded word itself where nobody knows it.

    A column of instruments is their names where another holds their codes.
    """
    words = _heading_words()
    names = [words.get(word, word) for word in map(plain, cells)]
    if "instrument" not in names and names.count("instrument_name") == 1:
        names[names.index("instrument_name")] = "instrument"
    return names


def choice_of(text: str, choices: type[TextChoices]) -> str:
    """Return the value a cell means: itself, its label in either language, or a short form; else the folded text."""
    word = plain(text)
    return _choice_words(choices).get(word, word)


def heading(name: str) -> str:
    """Return the heading of a column in the language of the page."""
    return _HEADINGS[name][0 if is_chinese(get_language()) else 1]


def is_sum(cells: Sequence[str]) -> bool:
    """Say whether a row is a sum under the others: so called in its first cell that is not empty."""
    first = next((plain(cell) for cell in cells if plain(cell)), "")
    return first.rstrip(":") in _SUMS


def is_example(record_id: str) -> bool:
    """Say whether a row is the example of the template, sent along."""
    return plain(record_id) in _EXAMPLES


def example(code: str) -> list[str]:
    """Return the row that shows in the template how a record is written, in the words of the page's language."""
    chinese = is_chinese(get_language())
    return [
        _EXAMPLES[0 if chinese else 1], code, "2026-03-02 09:00", "2026-03-02 11:00", "2.00",
        str(UserKind.EXTERNAL.label), str(Purpose.RESEARCH.label), "3", "120.50",
        "王某" if chinese else "A. Wang", "某某大学" if chinese else "Some University",
    ]  # fmt: skip


@cache
def _heading_words() -> dict[str, str]:
    words = {plain(label): name for name, labels in _HEADINGS.items() for label in labels}
    for name, others in _OTHER_HEADINGS.items():
        words |= dict.fromkeys(map(plain, others.split()), name)
    # Our own names last, but for `instrument`: beside a column of codes that one holds names.
    return words | {name: name for name in (*COLUMNS, *MORE_COLUMNS) if name != "instrument"}


@cache
def _choice_words(choices: type[TextChoices]) -> dict[str, str]:
    words: dict[str, str] = {}
    for choice in choices:
        labels = [str(choice.value), *_CHOICES[choices][choice].split()]
        for language in ("en", "zh-hans"):
            with override(language):
                labels.append(str(choice.label))
        words |= {plain(label): str(choice.value) for label in labels}
    return words
