"""One registry for the look of every state: code -> icon, tone and word. A state is never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Tone = Literal["ok", "info", "warn", "bad", "solid", "quiet"]


@dataclass(frozen=True, slots=True)
class StateLook:
    """How one state is shown: a Tabler icon name, a tone class of the badge and its word."""

    icon: str
    tone: Tone
    word: str | Promise


LOOKS: dict[str, StateLook] = {
    # Bookings
    "requested": StateLook("hourglass", "warn", _("Awaiting approval")),
    "competing": StateLook("users", "warn", _("Requested beside others")),
    "confirmed": StateLook("calendar-check", "ok", _("Confirmed")),
    "in_use": StateLook("player-play", "solid", _("In use")),
    "completed": StateLook("circle-check", "quiet", _("Completed")),
    "declined": StateLook("ban", "bad", _("Declined")),
    "cancelled": StateLook("calendar-x", "quiet", _("Cancelled")),
    "expired": StateLook("clock-off", "quiet", _("Expired")),
    "no_show": StateLook("user-off", "bad", _("No-show")),
    "offered": StateLook("bell-ringing", "info", pgettext_lazy("state of a booking", "Offered")),
    # Wait lists
    "wait:waiting": StateLook("hourglass", "warn", _("In line")),
    "wait:offered": StateLook("bell-ringing", "info", pgettext_lazy("state of a booking", "Offered")),
    "wait:served": StateLook("calendar-check", "ok", pgettext_lazy("state on a wait list", "Served")),
    "wait:expired": StateLook("clock-off", "quiet", pgettext_lazy("state on a wait list", "Ended")),
    "wait:withdrawn": StateLook("x", "quiet", pgettext_lazy("state on a wait list", "Withdrawn")),
    # Kinds of booking that are not somebody's use
    "use": StateLook("calendar-check", "ok", pgettext_lazy("kind of booking", "Use")),
    "maintenance": StateLook("tool", "warn", _("Maintenance")),
    # Faults: how grave they are, and where they stand
    "fault:note": StateLook("info-circle", "info", pgettext_lazy("severity of a fault", "Note")),
    "fault:limited": StateLook("alert-triangle", "warn", pgettext_lazy("severity of a fault", "Limited use")),
    "fault:out": StateLook("alert-octagon", "bad", pgettext_lazy("severity of a fault", "Out of order")),
    "fault:open": StateLook("mail-opened", "warn", pgettext_lazy("state of a fault", "Open")),
    "fault:acknowledged": StateLook("eye-check", "info", pgettext_lazy("state of a fault", "Acknowledged")),
    "fault:repaired": StateLook("circle-check", "ok", pgettext_lazy("state of a fault", "Repaired")),
    "fault:closed": StateLook("lock", "quiet", pgettext_lazy("state of a fault", "Closed without a repair")),
    # What is done again and again: how urgent it is
    "upkeep:overdue": StateLook("alert-octagon", "bad", pgettext_lazy("urgency of upkeep", "Past its day")),
    "upkeep:soon": StateLook("alarm", "warn", pgettext_lazy("urgency of upkeep", "Due soon")),
    "upkeep:later": StateLook("calendar-check", "ok", pgettext_lazy("urgency of upkeep", "In time")),
    "upkeep:open": StateLook("hourglass", "quiet", pgettext_lazy("urgency of upkeep", "By hours of use")),
    # Instruments
    "in_service": StateLook("circle-check", "ok", _("In service")),
    "under_repair": StateLook("tool", "warn", _("Under repair")),
    "suspended": StateLook("player-pause", "warn", _("Suspended")),
    "retired": StateLook("archive", "quiet", _("Retired")),
    # Sharing modes
    "internal": StateLook("building", "quiet", _("Shared internally")),
    "external": StateLook("world-share", "info", _("Shared externally")),
    "not_shared": StateLook("lock", "quiet", _("Not shared")),
    # Grades
    "excellent": StateLook("award", "ok", pgettext_lazy("grade", "Excellent")),
    "good": StateLook("thumb-up", "info", pgettext_lazy("grade", "Good")),
    "pass": StateLook("check", "quiet", pgettext_lazy("grade", "Pass")),
    "fail": StateLook("alert-triangle", "bad", pgettext_lazy("grade", "Fail")),
    # Rounds
    "draft": StateLook("pencil", "quiet", _("Draft")),
    "collecting": StateLook("clipboard-list", "info", _("Collecting")),
    "scored": StateLook("calculator", "info", _("Scored")),
    "publicised": StateLook("speakerphone", "warn", _("Publicised")),
    "final": StateLook("lock", "ok", _("Final")),
    # Reports and other background work
    "queued": StateLook("hourglass-empty", "quiet", _("Queued")),
    "running": StateLook("loader", "info", _("Running")),
    "done": StateLook("circle-check", "ok", _("Done")),
    "abandoned": StateLook("ban", "quiet", _("Abandoned")),
    "failed": StateLook("alert-triangle", "bad", _("Failed")),
    # Units, people, tokens
    "active": StateLook("circle-check", "ok", _("Active")),
    "left": StateLook("logout", "quiet", pgettext_lazy("state of a unit", "Left")),
    "revoked": StateLook("ban", "quiet", pgettext_lazy("an access token", "Revoked")),
}


def look_of(state: object, kind: str = "") -> StateLook:
    """Give the look of a state; `kind:code` wins over `code`; an unknown state is neutral and raw."""
    code = str(state)
    known = LOOKS.get(f"{kind}:{code}") if kind else None
    return known or LOOKS.get(code) or StateLook("point", "quiet", code)
