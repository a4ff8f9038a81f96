"""Addresses of catalogue, bookings, desk and inventory."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from instruments.booking.views import booking, series_acts
from instruments.bundles.views import basket, bundles
from instruments.calendars import views as calendars
from instruments.catalogue.views import catalogue, compare, find, instrument, waiting
from instruments.desk.views import deciding, desk
from instruments.inventory.views import deputies, inventory, stewards
from instruments.letters.views import attachments, messages
from instruments.replies import views as replies
from instruments.terms import views as terms
from instruments.upkeep.views import breakdowns, faults, plans, repeated
from instruments.usage.views import organisations, usage, usage_import
from instruments.waiting.views import joining, line, wishes

app_name = "instruments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("find/", find.find, name="find"),
    path("find/wait/", waiting.wait_for_any, name="wait_for_any"),
    path("instruments/compare/", compare.compare, name="compare"),
    path("instruments/<str:code>/", instrument.instrument, name="instrument"),
    path("instruments/<str:code>/week/", instrument.instrument_week, name="week"),
    path("instruments/<str:code>/quote/", instrument.instrument_quote, name="quote"),
    path("instruments/<str:code>/book/", instrument.book, name="book"),
    path("instruments/<str:code>/wait/", joining.wait, name="wait"),
    path("me/waiting/", wishes.wishes, name="wishes"),
    path("me/waiting/<int:pk>/", wishes.change, name="change_wish"),
    path("me/waiting/<int:pk>/withdraw/", wishes.withdraw, name="withdraw_wish"),
    path("desk/", desk.desk, name="desk"),
    path("desk/decide/", deciding.decide_many, name="decide_many"),
    path("desk/waiting/", line.line, name="line"),
    path("desk/maintenance/", desk.maintenance, name="maintenance"),
    path("desk/breakdown/", desk.choose_to_stop, name="choose_to_stop"),
    # Instrument codes are capital letters, digits and hyphens, so "add", "rules", "upkeep" and "replies" are none.
    path("units/<str:unit>/manage/", inventory.inventory_page, name="inventory"),
    path("units/<str:unit>/manage/add/", inventory.add, name="add"),
    path("units/<str:unit>/manage/rules/", terms.unit_rules, name="unit_rules"),
    path("units/<str:unit>/manage/upkeep/", plans.unit_upkeep, name="unit_upkeep"),
    path("units/<str:unit>/manage/replies/", replies.replies, name="replies"),
    path("units/<str:unit>/manage/replies/<int:pk>/", replies.reply, name="reply"),
    path("units/<str:unit>/manage/replies/<int:pk>/remove/", replies.remove, name="remove_reply"),
    path("units/<str:unit>/manage/<str:code>/", inventory.edit, name="edit"),
    path("units/<str:unit>/manage/<str:code>/state/", inventory.state, name="change_state"),
    path("units/<str:unit>/manage/<str:code>/terms/", terms.terms, name="terms"),
    path("units/<str:unit>/manage/<str:code>/terms/opening/", terms.opening, name="set_opening"),
    path("units/<str:unit>/manage/<str:code>/terms/exceptions/", terms.exception_add, name="add_exception"),
    path(
        "units/<str:unit>/manage/<str:code>/terms/exceptions/<int:pk>/remove/",
        terms.exception_remove,
        name="remove_exception",
    ),
    path("units/<str:unit>/manage/<str:code>/terms/policy/", terms.policy, name="set_policy"),
    path("units/<str:unit>/manage/<str:code>/terms/together/", terms.links, name="set_links"),
    path("units/<str:unit>/manage/<str:code>/terms/rates/", terms.rate, name="set_rate"),
    path(
        "units/<str:unit>/manage/<str:code>/terms/rates/<int:pk>/remove/",
        terms.rate_remove,
        name="remove_rate",
    ),
    path("units/<str:unit>/manage/<str:code>/stewards/", stewards.stewards, name="stewards"),
    path("units/<str:unit>/manage/<str:code>/stewards/<int:pk>/end/", stewards.end, name="end_steward"),
    path("units/<str:unit>/manage/<str:code>/deputies/", deputies.name, name="name_deputy"),
    path("units/<str:unit>/manage/<str:code>/deputies/<int:pk>/end/", deputies.end, name="end_deputy"),
    path("instruments/<str:code>/upkeep/", plans.upkeep, name="upkeep"),
    path("instruments/<str:code>/upkeep/repeat/", repeated.repeat, name="repeat_maintenance"),
    path("upkeep/<int:pk>/", plans.plan, name="upkeep_plan"),
    path("upkeep/<int:pk>/<slug:verb>/", plans.plan_act, name="upkeep_act"),
    path("instruments/<str:code>/breakdown/", breakdowns.breakdown, name="breakdown"),
    path("instruments/<str:code>/fault/", faults.report, name="report_fault"),
    path("faults/<int:pk>/", faults.fault, name="fault"),
    path("faults/<int:pk>/photo/", faults.photo, name="fault_photo"),
    path("faults/<int:pk>/<slug:verb>/", faults.fault_act, name="fault_act"),
    path("bookings/<uuid:pk>/", booking.booking, name="booking"),
    path("bookings/<uuid:pk>.ics", calendars.booking_file, name="booking_file"),
    path("bookings/<uuid:pk>/series/<slug:verb>/", series_acts.series_act, name="series_act"),
    path("bookings/<uuid:pk>/messages/", messages.conversation, name="messages"),
    path("bookings/<uuid:pk>/attachments/", attachments.attachments, name="attachments"),
    path("bookings/<uuid:pk>/attachments/<int:number>/", attachments.attachment, name="attachment"),
    path("bookings/<uuid:pk>/messages/read/", messages.read, name="read_messages"),
    path("bookings/<uuid:pk>/<slug:verb>/", booking.booking_act, name="booking_act"),
    path("basket/", basket.basket, name="basket"),
    path("basket/add/<str:code>/", basket.add, name="basket_add"),
    path("basket/book/", basket.book, name="basket_book"),
    path("bundles/<uuid:pk>/", bundles.bundle, name="bundle"),
    path("bundles/<uuid:pk>/cancel/", bundles.cancel, name="cancel_bundle"),
    path("me/calendars/", calendars.calendars, name="calendars"),
    path("me/calendars/<int:pk>/end/", calendars.end, name="end_calendar"),
    path("calendars/<str:secret>.ics", calendars.feed, name="calendar_feed"),
    path("units/<str:unit>/usage/", usage.usage, name="usage"),
    path("units/<str:unit>/usage/add/", usage.usage_add, name="usage_add"),
    path("units/<str:unit>/usage/import/", usage_import.usage_import, name="usage_import"),
    path("units/<str:unit>/organisations/", organisations.organisations, name="organisations"),
    path("units/<str:unit>/organisations/register/", organisations.register, name="organisation_register"),
    path("units/<str:unit>/organisations/<int:pk>/merge/", organisations.merge, name="organisation_merge"),
    path("units/<str:unit>/organisations/<int:pk>/part/", organisations.part, name="organisation_part"),
    path("usage/<uuid:pk>/", usage.usage_record, name="usage_record"),
    path("usage/<uuid:pk>/correct/", usage.usage_correct, name="usage_correct"),
    path("usage/<uuid:pk>/void/", usage.usage_void, name="usage_void"),
    path("usage/<uuid:pk>/agree/", usage.usage_agree, name="usage_agree"),
]
