"""Values of a document as text, in the document's language."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from folding.times import LOCAL
from reporting.document import Kind, Value

NOTHING = "–"
MINUS = "−"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLACES = {Kind.INTEGER: 0, Kind.HOURS: 2, Kind.MONEY: 2, Kind.SCORE: 2, Kind.PERCENT: 2}


def rounded(value: Decimal | int, places: int) -> Decimal:
    """Round half up to that many decimal places."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def written(value: Value, kind: Kind, language: str) -> str:
    """Write a value: 1234.5 as hours "1,234.50", as money "¥1,234.50", 0.8125 as percent "81.25%".

    Raises TypeError for a number column that holds a text, or a naive moment.
    """
    if value is None:
        return NOTHING
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError("A moment without a time zone cannot be written.")
        local = value.astimezone(LOCAL)
        joint = " " if _is_chinese(language) else ", "
        return f"{_day(local.date(), language)}{joint}{local:%H:%M}"
    if isinstance(value, dt.date):
        return _day(value, language)
    if not kind.is_number:
        return str(value)
    if isinstance(value, str):
        raise TypeError(f"{value!r} is no number.")
    figure = Decimal(value) * 100 if kind is Kind.PERCENT else Decimal(value)
    if kind is Kind.DECIMAL:
        text = f"{abs(figure):,f}"
    else:
        figure = rounded(figure, PLACES[kind])
        text = f"{abs(figure):,.{PLACES[kind]}f}"
    sign = MINUS if figure < 0 else ""
    if kind is Kind.MONEY:
        return f"{sign}¥{text}"
    return f"{sign}{text}%" if kind is Kind.PERCENT else f"{sign}{text}"


def _day(day: dt.date, language: str) -> str:
    return day.isoformat() if _is_chinese(language) else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")
