"""What tests of a booking's page share: its address, and a step as its page would send it."""

from __future__ import annotations

from django.urls import reverse


def page(booking) -> str:
    """Address of the booking."""
    return reverse("instruments:booking", args=[booking.pk])


def act(client, booking, verb, **data):
    """Send one step with the version the page would hold."""
    address = reverse("instruments:booking_act", args=[booking.pk, verb])
    return client.post(address, {"version": booking.version, **data})
