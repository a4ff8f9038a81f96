"""Sets as whole numbers and layers of slots, worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from folding.times import LOCAL
from instruments.availability.rules.bits import bits_of, positions, sum_of
from instruments.availability.rules.layers import Layer, slot_minutes, touched_slots, whole_slots
from instruments.availability.rules.presets import preset_span
from instruments.booking.rules.wishes import Span, pieces, wished_length
from instruments.inventory.rules.value_bands import BANDS, band_of
from instruments.terms.rules.booking_policy import BookingTerms

MONDAY = dt.datetime(2026, 3, 2, tzinfo=LOCAL)


def minutes(day: int, hour: float) -> int:
    return int((day * 24 + hour) * 60)


def test_sets_there_and_back():
    assert bits_of([0, 3, 9]) == 0b10_0000_1001
    assert list(positions(0b10_0000_1001)) == [0, 3, 9]
    assert (bits_of([]), list(positions(0)), sum_of([1, 4, 5]), sum_of([])) == (0, [], 5, 0)


@pytest.mark.parametrize(
    ("step", "slot"), [(30, 30), (120, 30), (15, 15), (45, 15), (5, 5), (20, 5), (7, 1), (10, 5)]
)
def test_a_slot_divides_the_step(step, slot):
    assert slot_minutes(step) == slot
    assert step % slot == 0


def test_runs_of_slots():
    """One is free in slots 0 to 3, two in 1 and 2, four in 3: two hours of half-hours for one alone."""
    layer = Layer(30, [0b001, 0b011, 0b011, 0b101, 0])
    assert list(layer.runs(30, 0, 5)) == [(0, 1), (1, 3), (2, 3), (3, 5)]
    assert list(layer.runs(60, 0, 5)) == [(0, 1), (1, 3), (2, 1)]
    assert list(layer.runs(90, 0, 5)) == [(0, 1), (1, 1)]
    assert list(layer.runs(120, 0, 5)) == [(0, 1)]
    assert list(layer.runs(150, 0, 5)) == []
    assert list(layer.runs(60, 1, 2)) == [(1, 3)]
    assert list(layer.runs(60, -4, 1)) == [(0, 1)]


def test_writing_one_instrument():
    layer = Layer(30, [0b1, 0b1, 0b1])
    layer.write(1, {0, 2}, 0, 9)
    assert (layer.slots, layer.members) == ([0b11, 0b01, 0b11], 0b10)
    layer.write(1, {0}, -1, 3)
    assert layer.slots == [0b11, 0b01, 0b01]


def test_slots_whole_and_touched():
    assert list(whole_slots(10, 100, 30)) == [1, 2]
    assert list(touched_slots(10, 100, 30)) == [0, 1, 2, 3]
    assert (list(whole_slots(40, 50, 30)), list(touched_slots(-90, -10, 30))) == ([], [])


@pytest.mark.parametrize(
    ("wished", "terms", "length"),
    [
        (None, {}, 120),
        (100, {}, 120),
        (1, {}, 30),
        (45, {"step_minutes": 60, "shortest_minutes": 120}, 120),
        (480, {}, 480),
        (481, {}, None),
    ],
)
def test_the_length_of_a_booking_as_wished(wished, terms, length):
    assert wished_length(BookingTerms(**terms), wished) == length


def test_office_hours_of_a_week():
    """From Friday noon to Tuesday: two hours begin on Friday 12–16, Monday and (whole) Tuesday 8–10."""
    span = Span(MONDAY + dt.timedelta(days=4, hours=12), MONDAY + dt.timedelta(days=8, hours=12), whole=True)
    assert list(pieces(span, 120, MONDAY, any_hour=False)) == [
        (minutes(4, 12), minutes(4, 16) + 1),
        (minutes(7, 8), minutes(7, 16) + 1),
        (minutes(8, 8), minutes(8, 10) + 1),
    ]
    assert list(pieces(span, 120, MONDAY, any_hour=True)) == [(minutes(4, 12), minutes(8, 10) + 1)]
    begins = Span(span.start, span.end)
    assert list(pieces(begins, 120, MONDAY, any_hour=True)) == [(minutes(4, 12), minutes(8, 12))]
    evening = Span(MONDAY + dt.timedelta(hours=19), MONDAY + dt.timedelta(hours=20))
    assert list(pieces(evening, 60, MONDAY, any_hour=False)) == []
    # Twelve hours are longer than a working day: they begin within it.
    assert next(pieces(begins, 720, MONDAY, any_hour=False)) == (minutes(4, 12), minutes(4, 18))
    assert (
        list(pieces(Span(MONDAY, MONDAY + dt.timedelta(hours=1), whole=True), 120, MONDAY, any_hour=True))
        == []
    )


def test_times_by_a_word():
    """On Sunday 1 March, tomorrow is that Monday."""
    sunday = MONDAY.date() - dt.timedelta(days=1)
    hour = dt.timedelta(hours=1)
    assert preset_span("tomorrow_morning", sunday) == Span(MONDAY + 8 * hour, MONDAY + 12 * hour, whole=True)
    assert preset_span("tomorrow_afternoon", sunday) == Span(
        MONDAY + 12 * hour, MONDAY + 18 * hour, whole=True
    )
    assert preset_span("today", sunday) == Span(MONDAY - 24 * hour, MONDAY)
    assert preset_span("week", sunday) == Span(MONDAY - 24 * hour, MONDAY + 144 * hour)


def test_every_value_has_a_band():
    """The lower bound belongs to a band, the upper one to the next."""
    for band in BANDS:
        assert band_of(band.low) == band.code
        assert band.high is None or band_of(band.high) != band.code
