"""Background work of members."""

from __future__ import annotations

import logging
import smtplib

from celery import shared_task
from django.utils import timezone

from members.actions.invitations import TASK, deliver_invitation
from members.actions.roles import settle_ended_roles

logger = logging.getLogger(__name__)


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


@shared_task(name="members.settle_ended_roles")
def settle_ended_roles_now() -> None:
    """Settle what rests on roles that are over by their date."""
    logger.info("settled roles: %s", settle_ended_roles(timezone.now()))
