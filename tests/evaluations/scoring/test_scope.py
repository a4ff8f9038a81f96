"""Who and what is judged."""

from datetime import date
from decimal import Decimal

import pytest

from evaluations.scoring.definition import Scope
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.scope import instrument_in_scope, months_later, unit_in_scope

D = Decimal


@pytest.mark.parametrize(
    ("scope", "value", "funding", "joined", "expected"),
    [
        (Scope(), "0", (), date(2025, 12, 31), True),
        # domain 1.4: single set of at least 300,000 yuan
        (Scope(min_value_yuan=D(300_000)), "300000", (), date(2020, 1, 1), True),
        (Scope(min_value_yuan=D(300_000)), "299999.99", (), date(2020, 1, 1), False),
        (Scope(funding=("central", "local")), "1", ("own", "local"), date(2020, 1, 1), True),
        (Scope(funding=("central", "local")), "1", ("own",), date(2020, 1, 1), False),
        # domain 3.4, Fujian: joined at least one year before
        (Scope(months_on_platform=12), "1", (), date(2024, 12, 31), True),
        (Scope(months_on_platform=12), "1", (), date(2025, 1, 1), False),
    ],
)
def test_instrument_in_scope(scope, value, funding, joined, expected):
    got = instrument_in_scope(
        scope, original_value=D(value), funding=funding, joined_on=joined, on=date(2025, 12, 31)
    )
    assert got is expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), True),
        (Scope(unit_kinds=("university",)), True),
        (Scope(unit_kinds=("hospital",)), False),
        (Scope(min_instruments=2), True),
        (Scope(min_instruments=3), False),
    ],
)
def test_unit_in_scope_counts_instruments_in_scope(scope, expected):
    rows = [
        InstrumentFigures(str(n), "IMU", D(1), in_scope=in_scope)
        for n, in_scope in enumerate([True, True, False])
    ]
    assert unit_in_scope(scope, unit_kind="university", rows=rows) is expected


def test_months_later_ends_with_the_shorter_month():
    assert months_later(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert months_later(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert months_later(date(2024, 12, 1), 1) == date(2025, 1, 1)
