"""Which kept pages of signed-out readers a change makes old."""

from __future__ import annotations

from functools import partial

from changes import Recorded, Work, subscribe
from display.kept_pages import touch
from instruments.booking.events import TimeFreed
from instruments.inventory.models import Instrument

OF_KIND = {
    "instruments.class": {"instruments", "lists"},
    "instruments.field": {"instruments", "lists"},
    "instruments.booking": set[str](),
    "instruments.usage": {"usage"},
    "instruments.report": set[str](),
    "members.unit": {"units"},
    "members.organisation": {"units"},
    "notices.announcement": {"announcements"},
}
"""What the verbs of a kind of object touch, beside the instrument that the object belongs to."""
OF_APP = {
    "instruments": {"instruments"},
    "evaluations": {"rounds"},
    "demo": {"instruments", "rounds", "units"},
}
"""What any other verb of an app touches."""


def touched(event: Recorded) -> set[str]:
    """Return the names (`display.kept_pages`) of what an event changed."""
    app, kind = event.verb.split(".")[:2]
    names = OF_KIND.get(f"{app}.{kind}", OF_APP.get(app, set()))
    target = event.target
    place = target if isinstance(target, Instrument) else getattr(target, "instrument", None)
    return names | {f"instrument.{place.code}"} if isinstance(place, Instrument) else names


def forget(work: Work, event: Recorded) -> None:
    """Give out no more pages that show what the event changed, once it is committed."""
    names = touched(event)
    if names:
        work.after(partial(touch, names))


def forget_calendar(work: Work, event: TimeFreed) -> None:
    """The same for an instrument whose time was given back: a booking may have moved to another one."""
    work.after(partial(touch, {f"instrument.{event.instrument.code}"}))


def subscribe_pages() -> None:
    """Listen to whatever stands in the history."""
    subscribe(Recorded, forget)
    subscribe(TimeFreed, forget_calendar)
