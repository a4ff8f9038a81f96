"""People and instruments for the stories of bookings."""

from __future__ import annotations

import pytest
import time_machine

from audit.models import Entry
from changes import perform
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory, make_manager
from tests.instruments.moments import NOW, at


@pytest.fixture
def monday():
    """Time stands still at Monday 2 March 2026, 09:00 in Shanghai."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def instrument(db):
    """Open around the clock, confirmed at once, cancelled until two hours before, one station."""
    return make_instrument(policy={"cancel_cutoff_minutes": 120})


@pytest.fixture
def xrd(db):
    """Monday to Friday 08:00 to 20:00, approval needed."""
    return make_instrument(workdays=(8, 20), policy={"approval_required": True, "cancel_cutoff_minutes": 120})


@pytest.fixture
def steward(xrd):
    """Keeps the diffractometer."""
    return make_steward(xrd)


@pytest.fixture
def manager(xrd):
    """Manages the unit of the diffractometer."""
    return make_manager(xrd.unit)


@pytest.fixture
def member(db):
    """A researcher of another member unit: 120 yuan an hour."""
    return PersonFactory()


@pytest.fixture
def engineer(db):
    """From an enterprise: 240 yuan an hour."""
    return EnterprisePersonFactory()


@pytest.fixture
def outsider(db):
    """A steward of another unit's instrument."""
    return make_steward(make_instrument())


class Ledger:
    """What the tables hold, to show that a refusal has changed nothing but the record of itself."""

    def __init__(self) -> None:
        self.before = self.now()

    @staticmethod
    def now() -> tuple:
        """All bookings, audit verbs and notices."""
        return (
            sorted(map(str, Booking.objects.values_list())),
            list(Entry.objects.exclude(verb__endswith=".refused").order_by("sequence").values_list("verb")),
            Notice.objects.count(),
        )

    def unchanged(self) -> bool:
        """Tell whether all is as it was."""
        return self.now() == self.before


@pytest.fixture
def ledger(db):
    """Call it to take the state of the tables."""
    return Ledger


@pytest.fixture
def verbs(db):
    """Call it for the verbs of the history, oldest first."""
    return lambda: list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


@pytest.fixture
def other(xrd):
    """Another instrument of the same unit, with two stations."""
    return make_instrument(unit=xrd.unit, station_count=2)


@pytest.fixture
def typed(xrd):
    """A use of two hours on Sunday the first."""
    return {
        "instrument": xrd.code,
        "day": "2026-03-01",
        "start_time": "09:00",
        "end_time": "11:00",
        "startup_hours": "0.25",
        "measurement_hours": "1.50",
        "processing_hours": "",
        "user_kind": "external",
        "purpose": "research",
        "samples": "4",
        "income": "360.50",
        "user_name": "李四",
        "user_unit": "测试企业",
        "record_id": "",
    }


@pytest.fixture
def asked(monday, xrd, steward, member) -> Booking:
    """A request for Wednesday 14:00 to 16:30."""
    return perform(member, request_booking, xrd, start=at(2, 14), end=at(2, 16, 30), purpose="钙钛矿薄膜")


@pytest.fixture
def confirmed(asked, steward) -> Booking:
    """The same, approved."""
    return perform(steward, approve_booking, asked)


@pytest.fixture
def asked_for(db):
    """An instrument that wants an approval, kept by a steward."""
    instrument = make_instrument(policy={"approval_required": True, "request_expiry_hours": 48})
    return instrument, make_steward(instrument)
