"""Factories of instruments, their terms, bookings and usage records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from instruments.booking.enums import TIMED_STATES, BookingState, Purpose
from instruments.booking.models import Booking
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import (
    ApplicationField,
    Instrument,
    InstrumentClass,
    InstrumentField,
    Stewardship,
)
from instruments.terms.models import BookingPolicy, OpeningPeriod, Rate
from instruments.usage.actions.served import known_of, name_served
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.models import UsageRecord
from members.enums import UnitRoleKind, UserCategory
from members.models import Person
from tests.factories.members import LONG_AGO, PersonFactory, RegionFactory, UnitFactory, UnitRoleFactory

RATES = {
    UserCategory.INTERNAL: Decimal("60.00"),
    UserCategory.MEMBER: Decimal("120.00"),
    UserCategory.NON_PROFIT: Decimal("150.00"),
    UserCategory.ENTERPRISE: Decimal("240.00"),
}
"""Yuan per hour of an instrument made by `make_instrument`."""


class InstrumentClassFactory(DjangoModelFactory):
    """A third-level class; its code is used by no real one."""

    class Meta:
        model = InstrumentClass
        django_get_or_create = ("scheme", "code")

    scheme = "nrii"
    code = factory.Sequence(lambda n: f"{980000 + n}")
    name_zh = factory.Sequence(lambda n: f"测试类{n}")
    name_en = factory.Sequence(lambda n: f"Test class {n}")
    level = 3


class ApplicationFieldFactory(DjangoModelFactory):
    """An application field."""

    class Meta:
        model = ApplicationField
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{(n % 100) + 990:03d}"[-3:])
    name_zh = factory.Sequence(lambda n: f"测试学科{n}")
    name_en = factory.Sequence(lambda n: f"Test field {n}")


class InstrumentFactory(DjangoModelFactory):
    """A bare instrument, openly shared and in service; `make_instrument` adds terms."""

    class Meta:
        model = Instrument
        django_get_or_create = ("code",)

    unit = factory.SubFactory(UnitFactory)
    code = factory.Sequence(lambda n: f"INS-{n:05d}")
    inner_id = factory.Sequence(lambda n: f"A{n:06d}")
    name_zh = factory.Sequence(lambda n: f"X射线衍射仪{n}")
    name_en = factory.Sequence(lambda n: f"X-ray diffractometer {n}")
    instrument_class = factory.SubFactory(InstrumentClassFactory)
    original_value = Decimal("1200000.00")
    started_on = LONG_AGO
    joined_on = LONG_AGO
    region = factory.SelfAttribute("unit.region")
    sharing_mode = SharingMode.EXTERNAL


class InstrumentFieldFactory(DjangoModelFactory):
    """The main field of an instrument."""

    class Meta:
        model = InstrumentField

    instrument = factory.SubFactory(InstrumentFactory)
    field = factory.SubFactory(ApplicationFieldFactory)
    position = 1


class BookingPolicyFactory(DjangoModelFactory):
    """The default policy: 30 minutes to 8 hours in steps of 30, one hour to 60 days ahead, with approval."""

    class Meta:
        model = BookingPolicy

    instrument = factory.SubFactory(InstrumentFactory)


class OpeningPeriodFactory(DjangoModelFactory):
    """Monday 08:00 to 20:00."""

    class Meta:
        model = OpeningPeriod

    instrument = factory.SubFactory(InstrumentFactory)
    weekday = 0
    opens = 8 * 60
    closes = 20 * 60
    valid_from = dt.date(2000, 1, 1)


class RateFactory(DjangoModelFactory):
    """120 yuan per hour for other member units since long ago."""

    class Meta:
        model = Rate

    instrument = factory.SubFactory(InstrumentFactory)
    category = UserCategory.MEMBER
    yuan_per_hour = Decimal("120.00")
    valid_from = LONG_AGO


class StewardshipFactory(DjangoModelFactory):
    """Someone of the owning unit keeps the instrument."""

    class Meta:
        model = Stewardship

    instrument = factory.SubFactory(InstrumentFactory)
    person = factory.SubFactory(PersonFactory, home_unit=factory.SelfAttribute("..instrument.unit"))
    valid_from = LONG_AGO


class BookingFactory(DjangoModelFactory):
    """A confirmed use of two hours, written past the actions: for tests that need a row, not its story."""

    class Meta:
        model = Booking

    instrument = factory.SubFactory(InstrumentFactory)
    person = factory.SubFactory(PersonFactory)
    start = dt.datetime(2026, 3, 4, 1, 0, tzinfo=dt.UTC)  # Wednesday 09:00 in Shanghai
    end = factory.LazyAttribute(lambda o: o.start + dt.timedelta(hours=2))
    state = BookingState.CONFIRMED
    purpose = "测试"
    category = UserCategory.MEMBER
    yuan_per_hour = Decimal("120.00")
    price = Decimal("240.00")
    expires_at = factory.LazyAttribute(lambda o: o.start if o.state in TIMED_STATES else None)
    is_offer = factory.LazyAttribute(lambda o: o.state == BookingState.OFFERED)


class UsageRecordFactory(DjangoModelFactory):
    """Two effective hours of an external user, entered by the steward."""

    class Meta:
        model = UsageRecord

    instrument = factory.SubFactory(InstrumentFactory)
    unit = factory.SelfAttribute("instrument.unit")
    record_id = factory.Sequence(lambda n: f"R{n:06d}")
    start = factory.Sequence(
        lambda n: dt.datetime(2025, 3, 3, 1, 0, tzinfo=dt.UTC) + dt.timedelta(hours=3 * n)
    )
    end = factory.LazyAttribute(lambda o: o.start + dt.timedelta(hours=2))
    measurement_hours = Decimal("2.00")
    effective_hours = factory.LazyAttribute(lambda o: o.measurement_hours)
    user_kind = UserKind.EXTERNAL
    purpose = Purpose.RESEARCH
    samples = 3
    income = Decimal("300.00")
    user_name = "张三"
    user_unit = "测试企业"
    source = UsageSource.STEWARD

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """Name who was served as every way of writing does, unless the test says it."""
        record = model_class(*args, **kwargs)
        if "served" not in kwargs:
            name_served(None, [record], known_of([(record.unit_id, record.user_unit)]))
        record.save(force_insert=True)
        return record


def make_instrument(
    *,
    always_open: bool = True,
    workdays: tuple[int, int] | None = None,
    rates: bool = True,
    policy: dict[str, object] | None = None,
    **fields: object,
) -> Instrument:
    """An instrument ready to be booked: open around the clock, rates as in RATES, a policy without approval.

    `workdays=(8, 20)` opens Monday to Friday at those hours instead; `policy` overrides fields of the policy.
    """
    instrument = InstrumentFactory(**fields)
    BookingPolicyFactory(instrument=instrument, **{"approval_required": False, **(policy or {})})
    if workdays is not None:
        days, opens, closes = range(5), workdays[0] * 60, workdays[1] * 60
    else:
        days, opens, closes = range(7 if always_open else 0), 0, 1440
    for day in days:
        OpeningPeriodFactory(instrument=instrument, weekday=day, opens=opens, closes=closes)
    if rates:
        for category, yuan in RATES.items():
            RateFactory(instrument=instrument, category=category, yuan_per_hour=yuan)
    return instrument


def make_steward(instrument: Instrument, **fields: object) -> Person:
    """A person of the owning unit who keeps this instrument, with the role of steward in the unit."""
    person = StewardshipFactory(
        instrument=instrument, **{f"person__{key}": value for key, value in fields.items()}
    ).person
    UnitRoleFactory(unit=instrument.unit, person=person, kind=UnitRoleKind.STEWARD)
    return person


__all__ = [
    "RATES",
    "ApplicationFieldFactory",
    "BookingFactory",
    "BookingPolicyFactory",
    "InstrumentClassFactory",
    "InstrumentFactory",
    "InstrumentFieldFactory",
    "OpeningPeriodFactory",
    "RateFactory",
    "RegionFactory",
    "StewardshipFactory",
    "UsageRecordFactory",
    "make_instrument",
    "make_steward",
]
