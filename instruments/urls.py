"""Addresses of catalogue, bookings, desk and inventory."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from instruments.views import catalogue, instrument

app_name = "instruments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("instruments/compare/", catalogue.compare, name="compare"),
    path("instruments/<str:code>/", instrument.instrument, name="instrument"),
    path("instruments/<str:code>/week/", instrument.instrument_week, name="week"),
    path("instruments/<str:code>/book/", instrument.book, name="book"),
]
