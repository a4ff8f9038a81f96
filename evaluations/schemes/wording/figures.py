"""How figures of an evaluation are written in its sentences: hours, rates, yuan, counts, points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display.formats import money, number, percent, rounded
from evaluations.scoring.definition import Indicator
from evaluations.scoring.metrics import HOURS, METRICS, RATIO, YUAN
from evaluations.scoring.writing import decimal_text

METRIC_NAMES: dict[str, str | Promise] = {
    "mean_effective_hours": _("effective hours per instrument"),
    "mean_external_hours": _("external hours per instrument"),
    "sharing_rate": _("sharing rate"),
    "utilisation_rate": _("utilisation rate"),
    "open_rate": _("open rate"),
    "income_rate": _("income per original value"),
    "effective_hours": _("effective hours"),
    "external_hours": _("external hours"),
    "open_hours": _("open hours"),
    "income": _("income"),
    "external_income": _("external income"),
    "internal_income": _("internal income"),
    "samples": _("samples"),
    "records": _("usage records"),
    "external_users": _("external users"),
    "served_units": _("user units served"),
    "instruments_count": _("instruments"),
    "open_instruments_count": _("openly shared instruments"),
}
NUMERATOR_NAMES: dict[str, str | Promise] = {
    "mean_effective_hours": _("Effective hours"),
    "mean_external_hours": _("External hours"),
    "sharing_rate": _("External hours"),
    "utilisation_rate": _("Effective hours"),
    "open_rate": _("Openly shared"),
    "income_rate": _("Income, weighted"),
}
DENOMINATOR_NAMES: dict[str, str | Promise] = {
    "sharing_rate": _("Effective hours"),
    "utilisation_rate": _("Nominal hours"),
    "open_rate": _("To be shared"),
    "income_rate": _("Original value"),
}
SOURCES: dict[str, Sentence] = {
    "computed": _("computed from usage"),
    "reported": _("reported by the unit"),
    "given": _("given by experts or the department"),
}
FROM_INVENTORY: Sentence = _("counted from the inventory")
INVENTORY_METRICS = frozenset({"open_rate", "instruments_count", "open_instruments_count"})
PART_MEASURES = {
    "sharing_rate": HOURS,
    "utilisation_rate": HOURS,
    "open_rate": "count",
    "income_rate": YUAN,
}
"""What the two numbers of a ratio are measured in."""


def source_of(indicator: Indicator) -> Sentence:
    """Where the indicator's number comes from; "" for a group."""
    if indicator.metric in INVENTORY_METRICS:
        return FROM_INVENTORY
    return SOURCES.get(indicator.source, "")


def metric_name(metric: str) -> str:
    """The name of a metric in the reader's language."""
    return str(METRIC_NAMES.get(metric, metric))


def decimal_or_none(value: object) -> Decimal | None:
    """Read a stored input; what is not a number is None."""
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def plain(value: object) -> str:
    """A number without needless zeros, grouped by thousands; "–" for none."""
    figure = decimal_or_none(value)
    if figure is None:
        return "–"
    text = decimal_text(figure)
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-") else text


def measured(value: object, measure: str) -> str:
    """A value of a metric as it is read: 694.12 h, 43.31%, ¥1,200.00, 35."""
    figure = decimal_or_none(value)
    if figure is None:
        return "–"
    if measure == HOURS:
        return f"{rounded(figure, 2):,} h"
    if measure == RATIO:
        return percent(figure, 2)
    if measure == YUAN:
        return money(figure)
    return number(figure) if figure == figure.to_integral_value() else plain(rounded(figure, 4))


def measure_of(metric: str) -> str:
    """What a metric's value is measured in; "" for values entered by hand."""
    return METRICS[metric].measure if metric in METRICS else ""


def part_measure_of(metric: str) -> str:
    """What the numbers behind a metric's value are measured in."""
    return PART_MEASURES.get(metric) or measure_of(metric)
