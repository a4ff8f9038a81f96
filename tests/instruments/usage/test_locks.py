"""In whose lines a use is written: that of its instrument, and of the one whose time it gives back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from instruments.usage.actions.records import entry_of
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.models import UsageRecord
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import make_manager
from tests.instruments.moments import at
from tests.lines import held, keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def record():
    """On an instrument of a unit that has another one."""
    instrument = make_instrument()
    made = UsageRecordFactory(instrument=instrument, start=at(-1, 9), end=at(-1, 11), income=Decimal(300))
    made.refresh_from_db()
    return made


@pytest.fixture
def beside(record):
    """The other one."""
    return make_instrument(unit=record.unit)


@pytest.fixture
def manager(record):
    """Who keeps both."""
    return make_manager(record.unit)


def test_a_use_is_recorded_in_the_line_of_its_instrument(record, manager):
    entry = replace(entry_of(record), record_id="NEW", start=at(-2, 9), end=at(-2, 11))
    assert held(manager, record_usage, [entry], source="api") == keys(record.instrument)


def test_a_number_sent_for_another_instrument_is_written_in_both_lines(record, beside, manager):
    """The time on the first one is free again."""
    entry = replace(entry_of(record), instrument_code=beside.code)
    assert held(manager, record_usage, [entry], source="api") == keys(record.instrument, beside)


def test_a_correction_is_written_in_the_lines_of_all_it_touches(record, beside, manager):
    """Its instrument and the record; the instrument it is moved to as well."""
    assert held(manager, correct_usage, record, reason="多记", samples=9) == keys(record.instrument, record)
    latest = UsageRecord.objects.get(corrects=record)
    lines = held(manager, correct_usage, latest, reason="上错机", instrument=beside)
    assert lines == keys(record.instrument, beside, latest)
