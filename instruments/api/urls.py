"""Addresses of the public contract served by this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from instruments.api.problems import register_problems
from instruments.api.reference import FieldList, InstrumentClassList
from instruments.api.units import UnitDetail, UnitList
from webapi import addresses as _converters  # noqa: F401 - registers <code:…>

register_problems()

urlpatterns: list[URLPattern | URLResolver] = [
    path("units/", UnitList.as_view(), name="api-units"),
    path("units/<code:code>/", UnitDetail.as_view(), name="api-unit"),
    path("fields/", FieldList.as_view(), name="api-fields"),
    path("instrument-classes/", InstrumentClassList.as_view(), name="api-instrument-classes"),
]
