"""Addresses of catalogue, bookings, desk and inventory."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "instruments"
urlpatterns: list[URLPattern | URLResolver] = []
