"""When all instruments that are used together are free, and one verdict for all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from instruments.bundles.queries.chains import WantedStep, propose
from instruments.bundles.queries.together import free_together, judged_together
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.bundles.conftest import OFFICE
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_times_at_which_all_are_free(pair):
    """The microscope is taken until 12, the stage from 14 to 16: 12 to 14, then 16 to 18, then Tuesday."""
    BookingFactory(instrument=pair[0], start=at(0, 9), end=at(0, 12))
    BookingFactory(instrument=pair[1], start=at(0, 14), end=at(0, 16))
    found = free_together(pair, 120, NOW, NOW)
    assert [(slot.start, slot.end) for slot in found] == [
        (at(0, 12), at(0, 14)),
        (at(0, 16), at(0, 18)),
        (at(1, 8), at(1, 10)),
    ]
    daily = free_together(pair, 120, NOW, NOW, one_a_day=True)
    assert [slot.start for slot in daily] == [at(0, 12), at(1, 8), at(2, 8)]
    assert free_together(pair, 300, NOW, NOW) == []  # the stage is had for four hours at most


def test_two_stations_are_no_longer_one(scope):
    """Free from 8 to 10 on one station and from 10 to 12 on the other are not four hours."""
    twin = make_instrument(unit=scope.unit, station_count=2, **OFFICE)
    for station, (first, last) in ((1, (10, 18)), (2, (8, 10)), (2, (12, 18))):
        BookingFactory(instrument=twin, station=station, start=at(1, first), end=at(1, last))
    BookingFactory(instrument=scope, start=at(0, 8), end=at(0, 18))
    assert [slot.start for slot in free_together([scope, twin], 240, NOW, NOW)][0] == at(2, 8)
    assert [slot.start for slot in free_together([scope, twin], 120, NOW, NOW)][:2] == [
        at(1, 8),
        at(1, 10),
    ]


def test_fewer_days_than_wanted_are_filled(pair):
    """With one day ahead, further times of that day."""
    for one in pair:
        one.policy.horizon_days = 1
    daily = free_together(pair, 240, NOW, NOW, one_a_day=True)
    assert [slot.start for slot in daily] == [at(0, 10), at(0, 14), at(1, 8)]


def test_nothing_where_one_is_out_of_service(pair):
    """All or none."""
    pair[1].state = "under_repair"
    assert free_together(pair, 120, NOW, NOW) == []


def test_one_verdict_for_all(pair, member):
    """Each with its price and whether its unit decides; what stands against it names the instrument."""
    wish = Interval(at(1, 9), at(1, 11))
    judged = judged_together(pair, member, wish, NOW)
    assert [(share.instrument.code, share.price, share.asks) for share in judged.shares] == [
        ("AAA-SCOPE", Decimal("240.00"), False),
        ("AAA-STAGE", Decimal("240.00"), True),
    ]
    assert (judged.price, judged.problems) == (Decimal("480.00"), [])
    BookingFactory(instrument=pair[1], start=at(1, 10), end=at(1, 12))
    BookingFactory(instrument=make_instrument(code="ZZZ-FAR"), person=member, start=at(1, 10), end=at(1, 12))
    judged = judged_together(pair, member, wish, NOW)
    assert [(one.of, one.rule) for one in judged.problems] == [
        ("AAA-SCOPE", "own_elsewhere"),
        ("AAA-STAGE", "slot_taken"),
    ]


def test_a_set_finds_them_at_once(pair, member):
    """As one step of two at once; alone it says what is missing."""
    week = (NOW.date(), at(6, 0).date())
    found = propose([WantedStep(pair, 2, 120)], member, week, NOW)
    assert [(part.instrument.code, part.time.start) for part in found.chains[0].parts] == [
        ("AAA-SCOPE", at(0, 10)),
        ("AAA-STAGE", at(0, 10)),
    ]
    alone = propose([WantedStep(pair[:1], 1, 120)], member, week, NOW)
    assert [(one.code, [r.rule for r in why]) for _n, one, why in alone.barred] == [
        ("AAA-SCOPE", ["goes_with"])
    ]
