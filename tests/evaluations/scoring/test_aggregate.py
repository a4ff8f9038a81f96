"""Metrics over instruments, each case worked by hand."""

from decimal import Decimal

import pytest

from evaluations.scoring.aggregate import measure
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.metrics import METRICS, allowed_parameters
from tests.evaluations.scoring.explained import METRIC_FLAGS, METRIC_INPUTS

D = Decimal


def row(code, value="500000", **figures):
    return InstrumentFigures(instrument_code=code, unit_code="IMU", original_value=D(value), **figures)


# A busy instrument used much by others, a busy one used little, an idle one, and one out of scope.
ROWS = [
    row(
        "A",
        effective_hours=D(1400),
        external_hours=D(700),
        open_hours=D(2000),
        income=D(100_000),
        external_income=D(80_000),
        samples=300,
        records=200,
        external_users=12,
        served_units=5,
    ),
    row(
        "B",
        effective_hours=D(400),
        external_hours=D(100),
        open_hours=D(1000),
        income=D(20_000),
        samples=40,
        records=30,
        external_users=3,
        served_units=2,
        equipment_kind="special",
    ),
    row("C", open_to_share=False),
    row("X", in_scope=False, effective_hours=D(9999), external_hours=D(9999), should_share=False),
]


@pytest.mark.parametrize(
    ("name", "averaging", "parameters", "value", "numerator", "denominator"),
    [
        # 1400, 400 and 0 hours over three instruments
        ("mean_effective_hours", "mean", {}, "600", "1800", "3"),
        # (700 + 100 + 0) / 3 = 266.666…
        ("mean_external_hours", "mean", {}, "266.6667", "800", "3"),
        # 700/1400 + 100/400 + nothing = 0.75; / 3. domain 1.3: published rates are means of ratios.
        ("sharing_rate", "mean_of_ratios", {}, "0.25", "0.75", "3"),
        # 800 / 1800: the other rule gives another number, so a scheme must name its rule.
        ("sharing_rate", "ratio_of_sums", {}, "0.4444", "800", "1800"),
        # The sum of 1400/1400, 400/1400 and 0 is 1.285714…; a third of it.
        ("utilisation_rate", "mean_of_ratios", {}, "0.4286", "1.285714", "3"),
        # 1800 / (3 × 1600), the base of the national yearbook tool
        ("utilisation_rate", "ratio_of_sums", {"nominal_hours": D(1600)}, "0.375", "1800", "4800"),
        # 1800 / (1400 + 800 + 1400): special equipment has its own base
        (
            "utilisation_rate",
            "ratio_of_sums",
            {"nominal_hours": D(1400), "nominal_hours_special": D(800)},
            "0.5",
            "1800",
            "3600",
        ),
        ("open_rate", "ratio_of_sums", {}, "0.6667", "2", "3"),
        # 120,000 / 1,500,000
        ("income_rate", "ratio_of_sums", {}, "0.08", "120000", "1500000"),
        # domain 3.3: (on-campus + 1.5 × off-campus) / original value = (40,000 + 120,000) / 1,500,000
        ("income_rate", "ratio_of_sums", {"external_factor": D("1.5")}, "0.1067", "160000", "1500000"),
        ("effective_hours", "sum", {}, "1800", "1800", None),
        ("external_hours", "sum", {}, "800", "800", None),
        ("open_hours", "sum", {}, "3000", "3000", None),
        ("income", "sum", {}, "120000", "120000", None),
        ("external_income", "sum", {}, "80000", "80000", None),
        ("internal_income", "mean", {}, "13333.3333", "40000", "3"),
        ("samples", "sum", {}, "340", "340", None),
        ("records", "sum", {}, "230", "230", None),
        ("external_users", "sum", {}, "15", "15", None),
        ("served_units", "mean", {}, "2.3333", "7", "3"),
        ("instruments_count", "sum", {}, "3", "3", None),
        ("open_instruments_count", "sum", {}, "2", "2", None),
    ],
)
def test_measure_gives_value_and_inputs(name, averaging, parameters, value, numerator, denominator):
    got = measure(name, averaging, ROWS, parameters)
    assert got.value == D(value)
    assert got.numerator == D(numerator)
    assert got.denominator == (None if denominator is None else D(denominator))
    assert got.n == 3
    assert tuple(got.as_inputs()) == METRIC_INPUTS


def test_every_metric_is_known_by_its_name_and_measures_nothing_as_missing():
    for name, metric in METRICS.items():
        assert metric.name == name
        for averaging in metric.averagings:
            got = measure(name, averaging, [])
            assert (got.value, got.n, got.flags, got.missing) == (D(0), 0, ("no_rows",), True)
            assert set(got.flags) <= set(METRIC_FLAGS)


def test_an_idle_instrument_counts_as_zero_and_is_flagged():
    got = measure("sharing_rate", "mean_of_ratios", ROWS)
    assert (got.zero_denominators, got.flags, got.missing) == (1, ("zero_denominator",), False)
    assert measure("sharing_rate", "ratio_of_sums", ROWS).flags == ()
    idle = measure("sharing_rate", "ratio_of_sums", [row("C")])
    assert (idle.value, idle.flags) == (D(0), ("zero_denominator",))


def test_a_mean_of_ratios_is_exact_and_independent_of_order():
    # 1/3 + 1/6 + 0.00015 = 0.50015; / 3 = 0.16671666…; and 1/3 + 1/6 = exactly a half.
    rows = [
        row("A", effective_hours=D(3), external_hours=D(1)),
        row("B", effective_hours=D(6), external_hours=D(1)),
    ]
    assert measure("sharing_rate", "mean_of_ratios", rows).value == D("0.25")
    assert measure("sharing_rate", "mean_of_ratios", rows[::-1]) == measure(
        "sharing_rate", "mean_of_ratios", rows
    )


def test_measure_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="unknown metric"):
        measure("happiness", "sum", ROWS)
    with pytest.raises(ValueError, match="is not averaged by"):
        measure("open_rate", "mean_of_ratios", ROWS)


def test_internal_parts_are_the_rest():
    assert ROWS[0].internal_hours == D(700)
    assert ROWS[0].internal_income == D(20_000)


def test_parameters_a_scheme_may_set():
    assert allowed_parameters(METRICS["utilisation_rate"]) == ("nominal_hours", "nominal_hours_special")
    assert allowed_parameters(METRICS["samples"]) == ()
