"""Background work of notices."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notices import daily, mail


@shared_task(name="notices.send_mail")
def send_mail(notice_pk: int) -> None:
    """Send the mail of one notice; safe to run twice."""
    mail.deliver(notice_pk)


@shared_task(name="notices.send_pending_mail")
def send_pending_mail() -> int:
    """Send what an earlier attempt left; return how many went out."""
    now = timezone.now()
    sent = sum(mail.deliver(pk) for pk in mail.due(now))
    return sent + sum(daily.deliver_daily(pk) for pk in daily.due_daily(now))


@shared_task(name="notices.send_daily_mail")
def send_daily_mail() -> int:
    """Send each person the mail of the day, once however often this runs; return how many went out."""
    return sum(daily.deliver_daily(pk) for pk in daily.gather(timezone.now()))
