"""The factories make rows that the database accepts."""

import pytest

from tests.factories.instruments import (
    BookingFactory,
    InstrumentFieldFactory,
    UsageRecordFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import (
    AdminFactory,
    EnterprisePersonFactory,
    NonProfitPersonFactory,
    make_expert,
    make_manager,
    make_officer,
)


@pytest.mark.django_db
def test_every_factory_makes_a_valid_row():
    """One of each, validated by the models themselves."""
    instrument = make_instrument()
    rows = [
        instrument,
        make_steward(instrument),
        make_manager(instrument.unit),
        make_officer(),
        make_expert(),
        AdminFactory(),
        EnterprisePersonFactory(),
        NonProfitPersonFactory(),
        InstrumentFieldFactory(instrument=instrument),
        BookingFactory(instrument=instrument),
        UsageRecordFactory(instrument=instrument),
    ]
    for row in rows:
        row.full_clean()
    assert instrument.opening_periods.count() == 7
    assert instrument.rates.count() == 4
