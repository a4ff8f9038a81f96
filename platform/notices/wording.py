"""Values of a notice: kept as plain JSON, shown in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone, translation
from django.utils.functional import Promise

LANGUAGES = {"zh": "zh-hans", "en": "en"}
"""What a text in both languages has, and the language of each."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stored(value: object) -> Any:
    """Make a value plain: moments, days and decimals keep their kind; `{"zh": …, "en": …}` is a name in two languages.

    Raises ValueError for a naive moment, TypeError for binary floats and anything else that has no fixed form.
    """
    match value:
        case Promise():
            raise TypeError("A lazy text would be frozen in one language; give both as zh and en.")
        case None | bool() | str() | int():
            return value
        case Decimal():
            return {"number": str(value)}
        case dt.datetime():
            if value.tzinfo is None:
                raise ValueError("A moment in a notice needs a time zone.")
            return {"at": value.astimezone(dt.UTC).isoformat()}
        case dt.date():
            return {"day": value.isoformat()}
        case {"zh": str() as zh, "en": str() as en}:
            return {"zh": zh, "en": en}
    raise TypeError(f"{type(value).__name__} cannot stand in a notice.")


class Named(Protocol):
    """A row with a Chinese name and perhaps an English one."""

    name_zh: str
    name_en: str


def both_names(row: Named) -> dict[str, str]:
    """Return the name of a row in both languages, the Chinese one where it has no other."""
    return {"zh": row.name_zh, "en": row.name_en or row.name_zh}


def in_both(text: str | Promise) -> str | dict[str, str]:
    """Put a lazy text into both languages, so that each reader gets it in their own; words that were typed stay."""
    if not isinstance(text, Promise):
        return text
    found = {}
    for ending, language in LANGUAGES.items():
        with translation.override(language):
            found[ending] = str(text)
    return found


def stored_all(context: Mapping[str, object]) -> dict[str, Any]:
    """Make all values of a notice plain."""
    return {name: stored(value) for name, value in context.items()}


def shown(value: Any, language: str) -> str:
    """Show a stored value: "2026年11月25日 14:00" or "25 Nov 2026, 14:00", "1,234.50", the name in the language."""
    chinese = language.lower().startswith("zh")
    match value:
        case {"at": str() as text}:
            moment = timezone.localtime(dt.datetime.fromisoformat(text))
            return f"{_day(moment.date(), chinese=chinese)}{' ' if chinese else ', '}{moment:%H:%M}"
        case {"day": str() as text}:
            return _day(dt.date.fromisoformat(text), chinese=chinese)
        case {"number": str() as text}:
            return f"{Decimal(text):,f}"
        case {"zh": str() as zh, "en": str() as en}:
            return zh if chinese or not en else en
        case None:
            return "–"
    return str(value)


def spans(context: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return `when` for `start` and `end` (`old_when` for `old_start`…): an interval that names a day once."""
    found = {}
    for name, value in context.items():
        prefix = name.removesuffix("start")
        other = context.get(f"{prefix}end")
        match value, other:
            case ({"at": str() as start}, {"at": str() as end}) if name.endswith("start"):
                first, last = (timezone.localtime(dt.datetime.fromisoformat(text)) for text in (start, end))
                one_day = first.date() == last.date()
                tail = f"–{last:%H:%M}" if one_day else f" – {shown(other, language)}"
                found[f"{prefix}when"] = f"{shown(value, language)}{tail}"
    return found


def _day(day: dt.date, *, chinese: bool) -> str:
    return (
        f"{day.year}年{day.month}月{day.day}日"
        if chinese
        else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    )
