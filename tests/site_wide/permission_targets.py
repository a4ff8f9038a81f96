"""What each line of the permission table points at: the object in the address, and what is sent."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.urls import reverse

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from tests.site_wide.world import World

REQUESTED, CONFIRMED = BookingState.REQUESTED, BookingState.CONFIRMED
Arguments = Callable[[World], list[Any]]


def _booking(which: str) -> Arguments:
    return lambda world: [world.bookings[which].pk]


def _run(which: str) -> Arguments:
    return lambda world: [world.runs[which].pk]


def _round(which: str, *more: object) -> Arguments:
    return lambda world: [world.rounds[which].pk, *more]


def _fixed(*arguments: object) -> Arguments:
    return lambda world: list(arguments)


ARGUMENTS: dict[str, Arguments] = {
    "portal:readyz_part": _fixed("database"),
    "portal:revoke_token": lambda world: [world.objects["token"].pk],
    "portal:unit": _fixed("AAA"),
    "instruments:instrument": _fixed("AAA-TABLE"),
    "instruments:instrument#not_shared": _fixed("AAA-HIDDEN"),
    "instruments:quote": _fixed("AAA-TABLE"),
    "instruments:quote#not_shared": _fixed("AAA-HIDDEN"),
    "instruments:week": _fixed("AAA-TABLE"),
    "instruments:week#not_shared": _fixed("AAA-HIDDEN"),
    "instruments:book": _fixed("AAA-TABLE"),
    "instruments:book#not_shared": _fixed("AAA-HIDDEN"),
    **dict.fromkeys(
        (
            "instruments:inventory",
            "instruments:unit_rules",
            "instruments:unit_upkeep",
            "instruments:replies",
            "instruments:add",
            "instruments:usage",
            "instruments:usage_add",
            "instruments:usage_import",
            "instruments:organisations",
            "instruments:organisation_register",
            "members:people",
            "members:give_role",
            "members:invite",
        ),
        _fixed("AAA"),
    ),
    **dict.fromkeys(
        (
            "instruments:edit",
            "instruments:change_state",
            "instruments:terms",
            "instruments:set_opening",
            "instruments:add_exception",
            "instruments:set_policy",
            "instruments:set_links",
            "instruments:set_rate",
            "instruments:stewards",
            "instruments:name_deputy",
        ),
        _fixed("AAA", "AAA-TABLE"),
    ),
    "instruments:remove_exception": lambda world: ["AAA", "AAA-TABLE", world.objects["exception"].pk],
    "instruments:remove_rate": lambda world: ["AAA", "AAA-TABLE", world.objects["rate"].pk],
    "instruments:end_steward": lambda world: ["AAA", "AAA-TABLE", world.objects["stewardship"].pk],
    "instruments:booking": _booking(CONFIRMED),
    "instruments:booking_file": _booking(CONFIRMED),
    "instruments:reply": lambda world: ["AAA", world.objects["reply"].pk],
    "instruments:remove_reply": lambda world: ["AAA", world.objects["reply"].pk],
    "instruments:end_deputy": lambda world: ["AAA", "AAA-TABLE", world.objects["deputy"].pk],
    "instruments:attachments": _booking(CONFIRMED),
    "instruments:attachment": lambda world: [world.bookings[CONFIRMED].pk, world.objects["attachment"].pk],
    "instruments:messages": _booking(CONFIRMED),
    "instruments:read_messages": _booking(CONFIRMED),
    "instruments:series_act#approve": lambda world: [world.bookings[REQUESTED].pk, "approve"],
    "instruments:series_act#cancel": lambda world: [world.bookings[CONFIRMED].pk, "cancel"],
    "instruments:basket_add": _fixed("AAA-TABLE"),
    "instruments:bundle": lambda world: [world.objects["bundle"].pk],
    "instruments:cancel_bundle": lambda world: [world.objects["bundle"].pk],
    "instruments:breakdown": _fixed("AAA-TABLE"),
    "instruments:upkeep": _fixed("AAA-TABLE"),
    "instruments:repeat_maintenance": _fixed("AAA-TABLE"),
    "instruments:upkeep_plan": lambda world: [world.objects["plan"].pk],
    "instruments:upkeep_act#done": lambda world: [world.objects["plan"].pk, "done"],
    "instruments:report_fault": _fixed("AAA-TABLE"),
    "instruments:fault": lambda world: [world.objects["fault"].pk],
    "instruments:fault_photo": lambda world: [world.objects["fault"].pk],
    "instruments:fault_act#acknowledge": lambda world: [world.objects["fault"].pk, "acknowledge"],
    "instruments:fault_act#repair": lambda world: [world.objects["fault"].pk, "repair"],
    "instruments:booking_act#take": lambda world: [world.bookings["offered"].pk, "take"],
    "instruments:booking_act#let_go": lambda world: [world.bookings["offered"].pk, "let-go"],
    "instruments:wait": _fixed("AAA-TABLE"),
    "instruments:wait#not_shared": _fixed("AAA-HIDDEN"),
    "instruments:change_wish": lambda world: [world.objects["wish"].pk],
    "instruments:withdraw_wish": lambda world: [world.objects["wish"].pk],
    "instruments:end_calendar": lambda world: [world.objects["calendar"].pk],
    "instruments:calendar_feed": _fixed("no-such-secret"),
    "instruments:booking_act#approve": lambda world: [world.bookings[REQUESTED].pk, "approve"],
    "instruments:booking_act#cancel": lambda world: [world.bookings[CONFIRMED].pk, "cancel"],
    "instruments:booking_act#check_in": lambda world: [world.bookings["due"].pk, "check-in"],
    "instruments:organisation_merge": lambda world: ["AAA", world.objects["organisation"].pk],
    "instruments:organisation_part": lambda world: ["AAA", world.objects["organisation"].pk],
    "instruments:usage_record": lambda world: [world.objects["record"].pk],
    "instruments:usage_correct": lambda world: [world.objects["record"].pk],
    "instruments:usage_void": lambda world: [world.objects["record"].pk],
    "instruments:usage_agree": lambda world: [world.objects["record"].pk],
    "members:end_role": lambda world: ["AAA", world.objects["role"].pk],
    "members:remind": lambda world: ["AAA", world.people["manager"].pk],
    "evaluations:round": _fixed(2025),
    "evaluations:round#collecting": _fixed(2026),
    "evaluations:table": _fixed(2025),
    "evaluations:table#collecting": _fixed(2026),
    "evaluations:instrument_table": _fixed(2025),
    "evaluations:newest": _fixed("AAA"),
    "evaluations:give": _fixed(2026),
    "evaluations:give_instruments": _fixed(2025),
    "evaluations:instrument_round": _fixed(2025),
    "evaluations:instrument_unit": _fixed(2025, "AAA"),
    "evaluations:instrument_result": _fixed(2025, "AAA", "AAA-CHEAP"),
    "evaluations:instrument_rows": _fixed(2025, "AAA", "AAA-CHEAP", "hours_of_quota"),
    "evaluations:unit": _fixed(2025, "AAA"),
    "evaluations:unit#collecting": _fixed(2026, "AAA"),
    "evaluations:unit#draft": _fixed(2027, "AAA"),
    "evaluations:rows": _fixed(2025, "AAA", "external"),
    "notices:read": lambda world: [world.objects["notice"].pk],
    "notices:announcement": lambda world: [world.objects["announcement"].pk],
    "reporting:new#annual": _fixed("annual_evaluation"),
    "reporting:new#card": _fixed("unit_score_card"),
    "reporting:new#usage": _fixed("instrument_usage"),
    "reporting:run": _run("usage"),
    "reporting:run#annual": _run("annual"),
    "reporting:file": _run("usage"),
    "reporting:file#annual": _run("annual"),
    "reporting:cancel": _run("waiting"),
    "reporting:again": _run("usage"),
    "account_confirm_email": _fixed("no-such-key"),
    "account_reset_password_from_key": _fixed("1", "no-such-key"),
    "api-unit": _fixed("AAA"),
    "api-instrument": _fixed("AAA-TABLE"),
    "api-instrument#not_shared": _fixed("AAA-HIDDEN"),
    "api-availability": _fixed("AAA-TABLE"),
    "api-availability#not_shared": _fixed("AAA-HIDDEN"),
    "api-booking": _booking(CONFIRMED),
    "api-booking-approve": _booking(REQUESTED),
    "api-booking-decline": _booking(REQUESTED),
    "api-booking-cancel": _booking(CONFIRMED),
    "api-booking-check-in": _booking("due"),
    "api-booking-check-out": _booking("in_use"),
    "api-booking-move": _booking(CONFIRMED),
    "api-evaluation": _fixed(2025),
    "api-evaluation#collecting": _fixed(2026),
    "api-results": _fixed(2025),
    "api-results#collecting": _fixed(2026),
    "api-report-run": _run("usage"),
    "api-report-run#annual": _run("annual"),
    "api-report-file": _run("usage"),
    "api-report-file#annual": _run("annual"),
    "admin:view_on_site": _fixed(1, 1),
    "admin:app_list": _fixed("members"),
    "admin:evaluations_round_terms": _round("draft"),
    "admin:evaluations_round_act": _round("collecting", "snapshot"),
    "admin:evaluations_round_progress": _round("collecting"),
    "admin:evaluations_round_check": _round("published"),
    "admin:evaluations_round_report": _round("published", "xlsx"),
    "admin:evaluations_scheme_version": lambda world: [world.rounds["published"].scheme_id],
}


def _later(days: int) -> str:
    hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return (hour + dt.timedelta(days=days)).isoformat()


def _slot(**more: object) -> dict[str, Any]:
    start = dt.datetime.fromisoformat(_later(9))
    return {"start": start.isoformat(), "end": (start + dt.timedelta(hours=2)).isoformat(), **more}


def _usage(**_more: object) -> dict[str, Any]:
    return {
        "records": [
            {
                "record_id": uuid.uuid4().hex,
                "instrument": "AAA-TABLE",
                "start": "2025-06-02T09:00:00+08:00",
                "end": "2025-06-02T11:00:00+08:00",
                "effective_hours": "2.00",
                "user_kind": "external",
                "purpose": "research",
                "user_name": "张三",
                "user_unit": "测试企业",
            }
        ]
    }


def _version() -> dict[str, Any]:
    return {"version": str(Booking._meta.get_field("version").get_default())}


BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "instruments:booking_act#approve": _version,
    "instruments:booking_act#cancel": _version,
    "instruments:booking_act#check_in": _version,
    "instruments:booking_act#take": _version,
    "instruments:booking_act#let_go": _version,
    "instruments:withdraw_wish": _version,
    "instruments:fault_act#acknowledge": _version,
    "instruments:series_act#approve": _version,
    "instruments:series_act#cancel": _version,
    "set_language": lambda: {"language": "en", "next": "/"},
    "api-bookings": lambda: _slot(instrument="AAA-TABLE", purpose="物相分析"),
    "api-bookings#not_shared": lambda: _slot(instrument="AAA-HIDDEN", purpose="物相分析"),
    "api-booking-move": _slot,
    "api-usage-records": _usage,
    "api-report-runs#annual": lambda: {
        "kind": "annual_evaluation",
        "parameters": {"year": 2025, "format": "xlsx"},
    },
    "api-report-runs#usage": lambda: {
        "kind": "instrument_usage",
        "parameters": {"unit": "AAA", "start": "2025-01-01", "end": "2025-12-31", "format": "csv"},
    },
}

QUERIES: dict[str, Callable[[], str]] = {
    "instruments:find": lambda: "?q=XRD",
    "instruments:compare": lambda: "?i=AAA-TABLE",
    "api-availability": lambda: f"?start={_later(1)}&end={_later(2)}".replace("+", "%2B"),
    "api-availability#not_shared": lambda: f"?start={_later(1)}&end={_later(2)}".replace("+", "%2B"),
    "admin:autocomplete": lambda: "?app_label=members&model_name=unitrole&field_name=person",
}


def target(world: World, label: str) -> tuple[str, dict[str, Any] | None]:
    """Return the address of a line, and the body of its write."""
    arguments = ARGUMENTS.get(label, _fixed())(world)
    query = QUERIES[label]() if label in QUERIES else ""
    body = BODIES[label]() if label in BODIES else None
    return reverse(label.split("#", maxsplit=1)[0], args=arguments) + query, body
