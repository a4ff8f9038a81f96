"""Beating: the only writer of heartbeats."""

from __future__ import annotations

from django.utils import timezone

from background.models import Heartbeat


def beat(name: str) -> None:
    """Note that the process of this name is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
