"""Views room: the cards of the desk: who may come, who should have left, and the answer in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from instruments.booking.forms.acts import CheckOutForm
from instruments.booking.models import Booking
from instruments.desk import queries as lists
from instruments.terms.queries.policy import policy_of


@dataclass(frozen=True)
class Counts:
    """How much can be done now, by kind, and how many slots today holds."""

    to_decide: int
    to_check_in: int
    overdue: int
    to_confirm: int
    faults: int
    messages: int
    slots: int

    @property
    def due(self) -> int:
        """All that waits for the custodian at this moment."""
        return (
            self.to_decide + self.to_check_in + self.overdue + self.to_confirm + self.faults + self.messages
        )


@dataclass(frozen=True)
class Arrival:
    """A visit that may begin: from when, and how many minutes late it is."""

    booking: Booking
    opens: dt.datetime
    is_open: bool
    late_minutes: int


@dataclass(frozen=True)
class Overdue:
    """A visit that should have ended: how many minutes ago, the form of its end, and who waits for the station."""

    booking: Booking
    late_minutes: int
    form: CheckOutForm
    following: Booking | None


def arrival(booking: Booking, now: dt.datetime) -> Arrival:
    """Tell from when a visit may begin and whether it is late."""
    early = dt.timedelta(minutes=policy_of(booking.instrument).check_in_early_minutes)
    opens = booking.start - early
    return Arrival(booking, opens, opens <= now, max(_minutes(now - booking.start), 0))


def overdue_cards(visits: Sequence[Booking], held: Sequence[Booking], now: dt.datetime) -> list[Overdue]:
    """Give each overdue visit its form and who comes next among what is held."""
    following = lists.followers(visits, held, now)
    return [
        Overdue(
            booking,
            _minutes(now - booking.end),
            CheckOutForm(booking, now, auto_id=f"id_{booking.pk.hex[:8]}_%s"),
            following.get(booking.pk),
        )
        for booking in visits
    ]


def answer(kept: int, down: int, counts: Counts) -> tuple[str, str, str]:
    """Say how many instruments there are, how many are out of service, how many slots today has; by phrases."""
    instruments = npgettext("answer", "%(n)s instrument", "%(n)s instruments", kept) % {"n": kept}
    broken = ngettext("%(n)s out of service", "%(n)s out of service", down) % {"n": down}
    slots = ngettext("%(n)s slot today", "%(n)s slots today", counts.slots) % {"n": counts.slots}
    return (
        _("%(instruments)s,") % {"instruments": instruments},
        _("%(down)s;") % {"down": broken},
        _("%(slots)s,") % {"slots": slots},
    )


def waiting(due: int) -> str:
    """Say how much waits for the custodian at this moment."""
    if not due:
        return _("nothing waits for you")
    return ngettext("%(n)s thing waits for you", "%(n)s things wait for you", due) % {"n": due}


def _minutes(length: dt.timedelta) -> int:
    return length // dt.timedelta(minutes=1)
