"""Sums of usage, worked by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from instruments.terms.models import OpeningException
from instruments.terms.queries.rates import price_list, quotes, rate_for
from instruments.terms.rules.hours import local_midnight
from instruments.usage.metrics import UsageTotals, percent
from instruments.usage.queries.usage_totals import open_hours_of, usage_totals
from tests.factories.instruments import RateFactory, UsageRecordFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db

YEAR = (local_midnight(dt.date(2025, 1, 1)), local_midnight(dt.date(2026, 1, 1)))


def use(instrument, start, hours, **more):
    """A record of that many effective hours."""
    return UsageRecordFactory(
        instrument=instrument,
        start=start,
        end=start + dt.timedelta(hours=5),
        measurement_hours=Decimal(hours),
        **more,
    )


def test_totals_by_hand(instrument):
    """Two external users of one firm, one known person twice, an internal one, and what does not count."""
    known = PersonFactory()
    day = YEAR[0]
    hours = dt.timedelta(hours=6)
    use(instrument, day, "1.10", user_name="甲", user_unit="一厂", income=Decimal("0.10"), samples=1)
    use(instrument, day + hours, "2.20", user_name="乙", user_unit="一厂", income=Decimal("0.20"), samples=2)
    for n in (2, 3):
        use(
            instrument,
            day + n * hours,
            "0.05",
            person=known,
            user_unit="二校",
            income=Decimal("100.00"),
            samples=0,
        )
    use(
        instrument,
        day + 4 * hours,
        "3.30",
        user_kind="internal",
        user_unit="",
        income=Decimal("7.77"),
        samples=5,
    )
    use(instrument, day + 5 * hours, "9.00", is_current=False)
    use(
        instrument,
        YEAR[1] - hours + dt.timedelta(hours=2),
        "4.00",
        user_name="甲",
        user_unit="一厂",
        income=0,
    )
    use(instrument, YEAR[1] + hours, "9.00")
    use(instrument, YEAR[0] - hours, "9.00")
    other = make_instrument()
    idle = make_instrument()
    use(other, day, "5.00", income=Decimal("1.00"))
    with CaptureQueriesContext(connection) as captured:
        totals = usage_totals(*YEAR)
    assert len(captured) == 1
    assert totals[instrument.pk] == UsageTotals(
        effective_hours=Decimal("10.70"),
        external_hours=Decimal("7.40"),
        income=Decimal("208.07"),
        external_income=Decimal("200.30"),
        samples=11,
        records=6,
        external_records=5,
        external_users=3,
        served_units=2,
    )
    assert totals[instrument.pk].internal_hours == Decimal("3.30")
    assert idle.pk not in totals
    assert list(usage_totals(*YEAR, [other.pk])) == [other.pk]
    assert usage_totals(*YEAR, []) == {}
    assert percent(Decimal(1), Decimal(0)) == 0
    with pytest.raises(ValueError, match="negative"):
        percent(Decimal(-1), Decimal(1))


def test_many_small_sums_stay_exact(instrument):
    """300 times 0.10 hours and 0.01 yuan are 30.00 and 3.00 to the last digit, on both databases."""
    for n in range(300):
        UsageRecordFactory(
            instrument=instrument,
            start=YEAR[0] + n * dt.timedelta(hours=2),
            end=YEAR[0] + n * dt.timedelta(hours=2, minutes=0) + dt.timedelta(hours=1),
            measurement_hours=Decimal("0.10"),
            income=Decimal("0.01"),
        )
    found = usage_totals(*YEAR)[instrument.pk]
    assert (str(found.effective_hours), str(found.income)) == ("30.00", "3.00")


def test_open_hours_of_a_year(instrument, xrd):
    """2025: 8760 hours around the clock, 261 working days of 12; two closed days in it; two queries."""
    OpeningException.objects.create(instrument=instrument, start=at(-300, 0), end=at(-298, 0))
    twin, shut = make_instrument(workdays=(8, 20)), make_instrument(always_open=False)
    with CaptureQueriesContext(connection) as captured:
        found = open_hours_of([instrument, xrd, twin, shut], *YEAR)
    assert len(captured) == 1
    assert found == {
        instrument.pk: Decimal("8712.00"),
        xrd.pk: Decimal("3132.00"),
        twin.pk: Decimal("3132.00"),
        shut.pk: Decimal("0.00"),
    }
    assert open_hours_of([], *YEAR) == {}


def test_a_rate_holds_until_the_next_begins(instrument):
    """120 until the end of March, 150 from 1 April on; before the first day none."""
    member = PersonFactory()
    RateFactory(instrument=instrument, yuan_per_hour=Decimal("150.00"), valid_from=dt.date(2026, 4, 1))
    assert rate_for(instrument, "member", dt.date(2026, 3, 31)) == Decimal("120.00")
    assert rate_for(instrument, "member", dt.date(2026, 4, 1)) == Decimal("150.00")
    assert rate_for(instrument, "member", dt.date(2014, 12, 31)) is None
    assert price_list(instrument, dt.date(2026, 4, 1)) == {
        "internal": Decimal("60.00"),
        "member": Decimal("150.00"),
        "non_profit": Decimal("150.00"),
        "enterprise": Decimal("240.00"),
    }
    # 31 March 23:30 in Shanghai is still March, whatever UTC says.
    start = dt.datetime(2026, 3, 31, 15, 30, tzinfo=dt.UTC)
    assert quotes(instrument, member, [(start, start + dt.timedelta(hours=1))])[0].price == Decimal("120.00")
    later = start + dt.timedelta(minutes=30)
    assert quotes(instrument, member, [(later, later + dt.timedelta(hours=1))])[0].price == Decimal("150.00")
