"""Which kept pages and figures a change makes old."""

from __future__ import annotations

from functools import partial

from changes import Recorded, Work, subscribe
from display.stamps import touch
from instruments.booking.events import TimeFreed
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person

OF_KIND = {
    "instruments.class": {"instruments", "lists"},
    "instruments.field": {"instruments", "lists"},
    "instruments.booking": set[str](),
    "instruments.bundle": set[str](),
    "instruments.fault": set[str](),
    "instruments.breakdown": set[str](),
    "instruments.attachment": set[str](),
    "instruments.message": set[str](),
    "instruments.reply": set[str](),
    "instruments.upkeep": set[str](),
    "instruments.usage": {"usage"},
    "instruments.wait": set[str](),
    "members.unit": {"units"},
    "members.organisation": {"units", "organisations"},
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
    """Return the names (`display.stamps`) of what an event changed."""
    app, kind = event.verb.split(".")[:2]
    names = OF_KIND.get(f"{app}.{kind}", OF_APP.get(app, set()))
    target = event.target
    person = target if isinstance(target, Person) else getattr(target, "person", None)
    if isinstance(person, Person):
        names = names | {f"of_person.{person.pk}"}
    if isinstance(target, MemberUnit):
        return names | {f"of_unit.{target.pk}"}
    place = target if isinstance(target, Instrument) else getattr(target, "instrument", None)
    if not isinstance(place, Instrument):
        return names
    return names | {f"instrument.{place.code}", f"of_unit.{place.unit_id}"}


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
