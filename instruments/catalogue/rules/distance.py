"""Rules room: how far it is from one place to another."""

from __future__ import annotations

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

EARTH_KILOMETRES = 6371.0
"""Mean radius of the earth (IUGG)."""

Place = tuple[Decimal, Decimal]
"""Longitude and latitude in degrees."""


def kilometres(one: Place, two: Place) -> int:
    """Return the length of the great circle between two places in whole kilometres, by the haversine formula."""
    (lon_1, lat_1), (lon_2, lat_2) = (tuple(radians(degree) for degree in place) for place in (one, two))
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return round(2 * EARTH_KILOMETRES * asin(sqrt(half)))
