"""Background work of notices."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notices import mail


@shared_task(name="notices.send_mail")
def send_mail(notice_pk: int) -> None:
    """Send the mail of one notice; safe to run twice."""
    mail.deliver(notice_pk)


@shared_task(name="notices.send_pending_mail")
def send_pending_mail() -> int:
    """Send what an earlier attempt left; return how many went out."""
    return sum(mail.deliver(pk) for pk in mail.due(timezone.now()))
