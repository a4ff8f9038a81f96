"""Addresses of the public contract served by this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from instruments.api.problems import register_problems
from instruments.booking.api.availability import Availability
from instruments.booking.api.bookings import (
    Approve,
    BookingDetail,
    BookingList,
    Cancel,
    CheckIn,
    CheckOut,
    Decline,
    Move,
)
from instruments.catalogue.api import InstrumentDetail, InstrumentList
from instruments.inventory.api.reference import FieldList, InstrumentClassList
from instruments.inventory.api.units import UnitDetail, UnitList
from instruments.opendata.api import OpenSlots
from instruments.usage.api import UsageRecordList
from webapi import addresses as _converters  # noqa: F401 - registers <code:…>

register_problems()

urlpatterns: list[URLPattern | URLResolver] = [
    path("units/", UnitList.as_view(), name="api-units"),
    path("units/<code:code>/", UnitDetail.as_view(), name="api-unit"),
    path("fields/", FieldList.as_view(), name="api-fields"),
    path("instrument-classes/", InstrumentClassList.as_view(), name="api-instrument-classes"),
    path("instruments/", InstrumentList.as_view(), name="api-instruments"),
    path("instruments/<code:code>/", InstrumentDetail.as_view(), name="api-instrument"),
    path("instruments/<code:code>/availability/", Availability.as_view(), name="api-availability"),
    path("bookings/", BookingList.as_view(), name="api-bookings"),
    path("bookings/<uuid:booking_id>/", BookingDetail.as_view(), name="api-booking"),
    path("bookings/<uuid:booking_id>/approve/", Approve.as_view(), name="api-booking-approve"),
    path("bookings/<uuid:booking_id>/decline/", Decline.as_view(), name="api-booking-decline"),
    path("bookings/<uuid:booking_id>/cancel/", Cancel.as_view(), name="api-booking-cancel"),
    path("bookings/<uuid:booking_id>/check-in/", CheckIn.as_view(), name="api-booking-check-in"),
    path("bookings/<uuid:booking_id>/check-out/", CheckOut.as_view(), name="api-booking-check-out"),
    path("bookings/<uuid:booking_id>/move/", Move.as_view(), name="api-booking-move"),
    path("open-slots/", OpenSlots.as_view(), name="api-open-slots"),
    path("usage-records/", UsageRecordList.as_view(), name="api-usage-records"),
]
