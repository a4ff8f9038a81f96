"""Background work of the programming interface."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from webapi import idempotency


@shared_task(name="webapi.forget_old_answers")
def forget_old_answers() -> int:
    """Delete answers kept longer than a day; safe to run twice."""
    return idempotency.forget_old_answers(timezone.now())
