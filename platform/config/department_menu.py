"""The admin's menu: its sections and pages; each reader sees the entries they may open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

Entry = tuple[Any, str, str]

SECTIONS: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        _("Evaluation"),
        (
            (_("To do today"), "inbox", "index"),
            (_("Rounds"), "event_repeat", "evaluations_round_changelist"),
            (_("Schemes"), "rule", "evaluations_scheme_changelist"),
            (_("Results"), "leaderboard", "evaluations_result_changelist"),
            (_("Subsidies"), "payments", "evaluations_award_changelist"),
            (_("Snapshots"), "database", "evaluations_metricsnapshot_changelist"),
        ),
    ),
    (
        _("Network"),
        (
            (_("Units"), "domain", "members_memberunit_changelist"),
            (pgettext_lazy("accounts", "People"), "group", "members_person_changelist"),
            (_("Roles in units"), "badge", "members_unitrole_changelist"),
            (_("Roles in the network"), "shield_person", "members_networkrole_changelist"),
            (_("Instruments"), "biotech", "instruments_instrument_changelist"),
            (_("Bookings"), "event", "instruments_booking_changelist"),
            (_("Usage records"), "receipt_long", "instruments_usagerecord_changelist"),
        ),
    ),
    (
        _("Announcements and reports"),
        (
            (_("Announcements"), "campaign", "notices_announcement_changelist"),
            (_("Reports"), "description", "reporting_reportrun_changelist"),
        ),
    ),
    (
        _("Control"),
        (
            (_("Audit history"), "history", "audit_entry_changelist"),
            (_("Background processes"), "monitor_heart", "background_heartbeat_changelist"),
        ),
    ),
)


def navigation() -> list[dict[str, Any]]:
    """Return the menu as the theme wants it."""
    return [
        {
            "title": title,
            "separator": True,
            "items": [
                {
                    "title": word,
                    "icon": symbol,
                    "link": reverse_lazy(f"admin:{page}"),
                    "permission": may_open(page),
                }
                for word, symbol, page in entries
            ],
        }
        for title, entries in SECTIONS
    ]


def may_open(page: str) -> Callable[[HttpRequest], bool]:
    """Return the question whether a reader may look at a page of the admin: the one its rows answer to."""

    def answer(request: HttpRequest) -> bool:
        # The settings read this module before any app is there.
        from django.contrib import admin  # noqa: PLC0415

        for model, page_of in admin.site._registry.items():
            if page == f"{model._meta.app_label}_{model._meta.model_name}_changelist":
                return page_of.has_view_permission(request)
        return admin.site.has_permission(request)

    return answer


def demo_label(_request: HttpRequest) -> list[str] | None:
    """Return what the admin's head says of a demonstration network, nothing of a real one."""
    if not settings.DEMO:
        return None
    return [gettext("Demonstration: all invented"), "warning"]
