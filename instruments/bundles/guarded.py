"""Guarded room: one set of bookings for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from instruments.bundles.models import BookingBundle
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def bundle_for(person: Actor, pk: UUID) -> BookingBundle:
    """Return a set of bookings the person may see. Raises Http404."""
    bundle = BookingBundle.objects.select_related("person").filter(pk=pk).first()
    if bundle is None:
        raise Http404
    if not can(person, "view_bundle", bundle):
        refuse_as_missing(person, "view_bundle", bundle, app="instruments")
    return bundle
