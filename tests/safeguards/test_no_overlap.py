"""What a form is told before the database has to refuse: two that hold the same time at one place."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from safeguards.no_overlap import NoOverlap, is_overlap
from tests.factories.instruments import BookingFactory
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db
(APART,) = [one for one in Booking._meta.constraints if isinstance(one, NoOverlap)]


@pytest.fixture
def held():
    """Tuesday 10:00 to 12:00."""
    return BookingFactory(start=at(1, 10), end=at(1, 12))


def wish(held, **changes):
    """Another booking of that instrument, from 11:00 to 13:00, not stored."""
    values = {"instrument": held.instrument, "person": held.person, "start": at(1, 11), "end": at(1, 13)}
    return BookingFactory.build(**values | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": at(1, 12)},
        {"start": at(1, 8), "end": at(1, 10)},
        {"station": 2},
        {"state": BookingState.CANCELLED},
        {"start": None},
        {"end": None},
    ],
)
def test_what_does_not_overlap_passes(held, changes):
    """Touching, at another station, holding nothing, or without a time yet."""
    APART.validate(Booking, wish(held, **changes))


def test_what_overlaps_does_not(held):
    """Unless it is the very same row, or the field it would be judged by is not judged."""
    with pytest.raises(ValidationError) as refused:
        APART.validate(Booking, wish(held))
    assert refused.value.code == APART.violation_error_code
    APART.validate(Booking, held)
    for field in ("start", "end", "instrument", "station", "state"):
        APART.validate(Booking, wish(held), exclude={field})


def test_the_refusal_is_known_by_the_name_of_the_constraint():
    """PostgreSQL names it beside the error, SQLite in it."""
    named = IntegrityError("conflicting key value")
    named.__cause__ = Exception()
    named.__cause__.diag = SimpleNamespace(constraint_name="booking_no_overlap")
    assert is_overlap(named, "booking_no_overlap") is True
    assert is_overlap(named, "usage_no_overlap") is False
    told = IntegrityError("usage_no_overlap")
    assert is_overlap(told, "usage_no_overlap") is True
    assert is_overlap(told, "booking_no_overlap") is False


def test_a_migration_keeps_what_cannot_be_derived():
    """Path and arguments make the same constraint again."""
    _path, args, kwargs = APART.deconstruct()
    assert NoOverlap(*args, **kwargs).deconstruct() == APART.deconstruct()
