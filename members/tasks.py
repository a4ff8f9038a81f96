"""Background work of members."""

from __future__ import annotations

import smtplib

from celery import shared_task

from members.actions.invitations import TASK, deliver_invitation


@shared_task(
    name=TASK,
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=60,
    retry_backoff_max=3600,
    max_retries=6,
)
def send_invitation(person_pk: int) -> bool:
    """Send one invitation; a mail server in trouble is tried again, ever more slowly."""
    return deliver_invitation(person_pk)
