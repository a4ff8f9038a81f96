"""What programs send is read as forms and files are: folded, or refused in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord
from tests.api.calling import Caller
from tests.factories.instruments import make_instrument, make_steward

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)  # Monday 08:00 in Shanghai
USE = {
    "record_id": "K-5",
    "instrument": "IMU-SEM-001",
    "start": "2026-02-10T09:00:00+08:00",
    "end": "2026-02-10T11:00:00+08:00",
    "effective_hours": "2",
    "user_kind": "external",
    "purpose": "research",
    "income": "100.00",
}
WISH = {
    "instrument": "IMU-SEM-001",
    "start": "2026-03-03T22:00:00+08:00",
    "end": "2026-03-04T00:00:00+08:00",
    "purpose": "物相分析",
}


@pytest.fixture(autouse=True)
def monday():
    """Every test runs on one Monday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def caller():
    """The custodian of an instrument open around the clock."""
    return Caller(make_steward(make_instrument(code="IMU-SEM-001")))


def sent(caller, **changes):
    """The fate of one record."""
    return caller.post("usage-records/", {"records": [USE | changes]}).json()["results"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"instrument": "ＩＭＵ－ＳＥＭ－００１"},
        {"record_id": "K\u200b-5\u202e"},
        {"start": "２０２６-02-10T０９：00:00+08:00"},
        {"income": "１００.00"},
        {"income": "￥100".removeprefix("￥")},
        {"user_name": "\u200b", "user_unit": "\u2060"},
        {"start": "2026-02-10T01:00:00z"},
    ],
)
def test_spellings_of_one_record(caller, changes):
    """Each is the same record, sent again."""
    assert sent(caller)["status"] == "created"
    assert sent(caller, **changes)["status"] == "unchanged"
    row = UsageRecord.objects.get()
    assert (row.record_id, row.income, row.user_name) == ("K-5", Decimal("100.00"), "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "٢٠٢٦-02-10T09:00:00+08:00"),
        ("start", "2026-W07-2T09:00:00+08:00"),
        ("income", "1e2"),
        ("income", "١٠٠"),
        ("effective_hours", "1e0"),
        ("samples", "٣"),
        ("record_id", "K-٥"),
        ("instrument", "IMU-SEM-٠٠١"),
    ],
)
def test_what_is_not_folded_is_refused(caller, field, value):
    """By its field; nothing is written."""
    fate = sent(caller, **{field: value})
    assert (fate["status"], [error["field"] for error in fate["errors"]]) == ("refused", [field])
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    "end", ["2026-03-04T00:00:00+08:00", "2026-03-03T24:00:00+08:00", "2026-03-03T２４：００:00+08:00"]
)
def test_a_day_ends_at_24(caller, end):
    """24:00 is the next midnight; a purpose is one line."""
    answer = caller.post("bookings/", WISH | {"end": end, "purpose": "一\r\nBcc: 二\u200b"})
    assert answer.status_code == 201
    booking = Booking.objects.get()
    assert booking.end == dt.datetime(2026, 3, 3, 16, tzinfo=dt.UTC)
    assert booking.purpose == "一 Bcc: 二"


@pytest.mark.parametrize(
    "end", ["2026-03-03T24:01:00+08:00", "2026-W10-2T23:00:00+08:00", "2026-03-03T٢٣:00:00+08:00"]
)
def test_strange_ends_are_refused(caller, end):
    """No booking is made."""
    assert caller.post("bookings/", WISH | {"end": end}).status_code == 400
    assert not Booking.objects.exists()
