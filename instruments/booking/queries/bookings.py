"""Queries room: which bookings a person sees, and the lists of the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking
from instruments.inventory.models import Deputy, Instrument, Stewardship
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from members.permissions import roles_of

Viewer = Person | AnonymousUser


def bookings_with_relations() -> QuerySet[Booking]:
    """Bookings with what every list shows of them."""
    return Booking.objects.select_related(
        "person__home_unit", "instrument__unit__policy", "instrument__policy", "decided_by"
    )


def in_custody_of(person: Viewer) -> Q:
    """Return the filter on Instrument for those a person keeps: as steward today, or as manager of the unit."""
    if not isinstance(person, Person) or not person.is_active:
        return Q(pk__in=[])
    if person.is_superuser:
        return Q()
    return Q(pk__in=_stewarded(person)) | Q(unit__in=roles_of(person).manager_of)


def bookings_visible_to(person: Viewer) -> QuerySet[Booking]:
    """Own bookings, those of instruments one keeps, those of a unit one manages or views; officers see all."""
    rows = bookings_with_relations()
    if not isinstance(person, Person) or not person.is_active:
        return rows.none()
    roles = roles_of(person)
    if roles.is_officer:
        return rows
    return rows.filter(
        Q(person=person)
        | Q(instrument__in=_stewarded(person))
        | Q(instrument__unit__in=roles.manager_of | roles.viewer_in)
    )


def bookings_to_keep(kept: Iterable[Instrument]) -> QuerySet[Booking]:
    """Bookings of the instruments a person keeps; whoever asks has these at hand, and need not read them again."""
    rows = Booking.objects.select_related("person__home_unit")
    return rows.filter(instrument__in=[instrument.pk for instrument in kept])


def with_instrument() -> Prefetch[str]:
    """For lists of a person's bookings: each instrument is read once, however often it was booked.

    Made anew for each list, for the framework notes in it which rows it was used for.
    """
    return Prefetch("instrument", Instrument.objects.select_related("unit__policy", "policy"))


def own_bookings(person: Viewer) -> QuerySet[Booking]:
    """A person's own uses, newest first."""
    return Booking.objects.filter(person=person.pk, kind=BookingKind.USE).order_by("-start", "id")


def own_between(person: Person, start: dt.datetime, end: dt.datetime) -> QuerySet[Booking]:
    """A person's own uses that share a moment with [start, end) and hold it or ask for it, by start."""
    mine = Booking.objects.standing().filter(person=person, kind=BookingKind.USE).overlapping(start, end)
    return mine.select_related("instrument").order_by("start", "pk")


def own_elsewhere(
    person: Person, instrument: Instrument, start: dt.datetime, end: dt.datetime
) -> QuerySet[Booking]:
    """A person's own uses on other instruments that share a moment with [start, end) and hold it, by start."""
    return own_between(person, start, end).exclude(instrument=instrument)


def recipients_of(instrument: Instrument, *, but: Person | None) -> list[Person]:
    """Return who is told of requests: the stewards of today and their deputies, else the unit's managers.

    `but` is who acts, or asked: nobody is told of the own doing, and nobody decides on the own request.
    """
    today = timezone.localdate()
    stewards = Stewardship.objects.on(today).filter(instrument=instrument).values("person")
    deputies = Deputy.objects.on(today).filter(unit=instrument.unit_id, person__in=stewards)
    people = _people(but).filter(Q(pk__in=stewards) | Q(pk__in=deputies.values("deputy")))
    return list(people) or managers_over(instrument, but=but)


def managers_over(instrument: Instrument, *, but: Person | None) -> list[Person]:
    """Return the managers of the unit today, without `but`."""
    managers = UnitRole.objects.on(timezone.localdate()).filter(
        unit=instrument.unit_id, kind=UnitRoleKind.MANAGER
    )
    return list(_people(but).filter(pk__in=managers.values("person")))


def _people(but: Person | None) -> QuerySet[Person]:
    people = Person.objects.filter(is_active=True).order_by("pk")
    return people if but is None else people.exclude(pk=but.pk)


def _stewarded(person: Person) -> QuerySet[Stewardship, int]:
    return Stewardship.objects.kept_by(person, timezone.localdate()).values_list("instrument_id", flat=True)
