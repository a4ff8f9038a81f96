"""From instruments' figures to one value: the averaging rules, with the inputs kept for the explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.metrics import MEAN, MEAN_OF_RATIOS, METRICS, RATIO_OF_SUMS, SUM, Parameters
from evaluations.scoring.rounding import half_up, to_value
from evaluations.scoring.writing import decimal_text

NO_ROWS = "no_rows"
ZERO_DENOMINATOR = "zero_denominator"
INPUT_PLACES = 6


@dataclass(frozen=True)
class MetricValue:
    """A metric's value and what it was made of.

    value: rounded half up to four decimals. numerator: the sum over the rows of what is counted, of each
    row's ratio (mean_of_ratios) or of the ratio's numerator (ratio_of_sums). denominator: the sum of the
    ratio's denominators (ratio_of_sums) or the number of rows (mean, mean_of_ratios); None for a plain sum.
    n: rows in scope. zero_denominators: rows without a denominator (an idle instrument has no sharing
    rate); their ratio counts as 0. flags: `no_rows` (nothing in scope: value 0), `zero_denominator`
    (something divided by 0: 0).
    """

    metric: str
    averaging: str
    value: Decimal
    numerator: Decimal
    denominator: Decimal | None
    n: int
    zero_denominators: int = 0
    parameters: Mapping[str, Decimal] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether there was nothing to measure."""
        return NO_ROWS in self.flags

    def as_inputs(self) -> dict[str, Any]:
        """JSON-able, decimals as strings."""
        return {
            "metric": self.metric,
            "averaging": self.averaging,
            "value": decimal_text(self.value),
            "numerator": decimal_text(self.numerator),
            "denominator": None if self.denominator is None else decimal_text(self.denominator),
            "n": self.n,
            "zero_denominators": self.zero_denominators,
            "parameters": {name: decimal_text(value) for name, value in self.parameters.items()},
            "flags": list(self.flags),
        }


def measure(
    name: str, averaging: str, rows: Iterable[InstrumentFigures], parameters: Parameters | None = None
) -> MetricValue:
    """Measure `name` over the rows in scope.

    Raises ValueError for an unknown metric or an averaging not allowed.
    """
    metric = METRICS.get(name)
    if metric is None:
        raise ValueError(f"unknown metric {name!r}")
    if averaging not in metric.averagings:
        raise ValueError(f"{name} is not averaged by {averaging!r}")
    settings = metric.settings(parameters or {})
    counted = [row for row in rows if row.in_scope]
    tops = [Fraction(metric.numerator(row, settings)) for row in counted]
    n = len(counted)
    bottoms = (
        [] if metric.denominator is None else [Fraction(metric.denominator(row, settings)) for row in counted]
    )
    zeros = sum(1 for bottom in bottoms if not bottom)
    numerator, denominator = _parts(averaging, tops, bottoms, n)
    exact = numerator if denominator is None else _divide(numerator, denominator)
    flags = () if n else (NO_ROWS,)
    if n and (denominator == 0 or (averaging == MEAN_OF_RATIOS and zeros)):
        flags = (ZERO_DENOMINATOR,)
    return MetricValue(
        metric=name,
        averaging=averaging,
        value=to_value(exact),
        numerator=half_up(numerator, INPUT_PLACES),
        denominator=None if denominator is None else half_up(denominator, INPUT_PLACES),
        n=n,
        zero_denominators=zeros,
        parameters=settings,
        flags=flags,
    )


def _parts(
    averaging: str, tops: list[Fraction], bottoms: list[Fraction], n: int
) -> tuple[Fraction, Fraction | None]:
    if averaging == SUM:
        return sum(tops, Fraction(0)), None
    if averaging == MEAN:
        return sum(tops, Fraction(0)), Fraction(n)
    if averaging == RATIO_OF_SUMS:
        return sum(tops, Fraction(0)), sum(bottoms, Fraction(0))
    ratios = (_divide(top, bottom) for top, bottom in zip(tops, bottoms, strict=True))
    return sum(ratios, Fraction(0)), Fraction(n)


def _divide(top: Fraction, bottom: Fraction) -> Fraction:
    return top / bottom if bottom else Fraction(0)
