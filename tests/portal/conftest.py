"""A small network and a standing clock."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.core.cache import caches

from members.models import Region
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import UnitFactory
from tests.instruments.moments import NOW, at


@pytest.fixture
def monday():
    """Time stands still at Monday 2 March 2026, 09:00 in Shanghai."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pages_kept(settings):
    """Pages of signed-out readers are kept, beginning with none."""
    settings.PAGES_ARE_KEPT = True
    for cache in caches.all(initialized_only=False):
        cache.clear()
    yield
    for cache in caches.all(initialized_only=False):
        cache.clear()


@pytest.fixture
def network(db, monday):
    """Two units: one with two shared instruments and 10 + 5 external hours of 20, one with a hidden instrument."""
    hohhot, _made = Region.objects.get_or_create(
        code="150100",
        defaults={
            "name_zh": "呼和浩特市", "name_en": "Hohhot", "kind": "city", "seat_lon": "111.7", "seat_lat": "40.8",
            "hu_bao_e_wu": True,
        },
    )  # fmt: skip
    open_unit = UnitFactory(code="OPEN", name_zh="开放大学", region=hohhot)
    shut_unit = UnitFactory(code="SHUT", name_zh="封闭研究所")
    first = make_instrument(code="OPEN-1", unit=open_unit, region=hohhot, workdays=(8, 20))
    make_instrument(code="OPEN-2", unit=open_unit, region=hohhot, always_open=False)
    make_instrument(code="SHUT-1", unit=shut_unit, region=shut_unit.region, sharing_mode="not_shared")
    for hours, kind, year_days, income in (
        ("10.00", "external", -40, "300.00"),
        ("5.00", "external", -45, "150.50"),
        ("5.00", "internal", -50, "99.00"),
        ("7.00", "external", -200, "70.00"),
    ):
        start = at(year_days, 8)
        UsageRecordFactory(
            instrument=first, start=start, end=at(year_days, 20), measurement_hours=Decimal(hours),
            user_kind=kind, income=Decimal(income),
        )  # fmt: skip
    return open_unit, shut_unit
