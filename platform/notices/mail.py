"""Mail of notices: claimed by conditional update, so that two workers never send one notice at once."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.attachments import attachment_of
from notices.kinds import Written, write
from notices.models import Mailed, MailState, Notice

ATTEMPTS = 6
LOST_AFTER = dt.timedelta(minutes=2)
BELL_LOST_AFTER = dt.timedelta(seconds=30)
FIRST_PAUSE = dt.timedelta(minutes=1)
SWEEP = 200

AnyMailed = TypeVar("AnyMailed", bound=Mailed)
logger = logging.getLogger(__name__)


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after that many attempts: one minute, doubled each time."""
    return FIRST_PAUSE * (1 << max(attempts - 1, 0))


def deliver(notice_pk: int) -> bool:
    """Send the mail of one notice if nobody else does or did; tell whether it went out.

    A network or server trouble leaves it waiting for the next attempt, up to `ATTEMPTS`; a refusal for good, or the
    last attempt, marks it failed.
    """
    return send_claimed(Notice.objects.all(), notice_pk, _message) == MailState.SENT


def send_claimed(
    rows: QuerySet[AnyMailed], pk: int, compose: Callable[[AnyMailed], EmailMessage]
) -> MailState | None:
    """Claim a row that waits to be sent and send its mail; return how it stands then, None where others have it."""
    claimed = rows.filter(pk=pk, mail_state=MailState.PENDING).update(
        mail_state=MailState.SENDING, mail_claimed_at=timezone.now(), mail_attempts=F("mail_attempts") + 1
    )
    if not claimed:
        return None
    row = rows.select_related("person").get(pk=pk)
    mine = rows.filter(pk=pk, mail_state=MailState.SENDING, mail_claimed_at=row.mail_claimed_at)
    state = MailState.SENT
    try:
        compose(row).send()
    except (smtplib.SMTPException, OSError) as error:
        hopeless = _is_refused_for_good(error) or row.mail_attempts >= ATTEMPTS
        state = MailState.FAILED if hopeless else MailState.PENDING
        logger.warning(
            "Mail of %s %s not sent (attempt %s): %s",
            row._meta.verbose_name,
            pk,
            row.mail_attempts,
            type(error).__name__,
        )
    mine.update(mail_state=state)
    return state


def due(now: dt.datetime) -> list[int]:
    """Notices whose mail should have gone out by now: the bell was lost, a sender died, or a pause is over."""
    return due_among(Notice.objects.all(), now)


def due_among(rows: QuerySet[AnyMailed], now: dt.datetime) -> list[int]:
    """Return the keys of those rows, and give up those that were tried often enough."""
    rows.filter(mail_state=MailState.SENDING, mail_claimed_at__lt=now - LOST_AFTER).update(
        mail_state=MailState.PENDING
    )
    rows.filter(mail_state=MailState.PENDING, mail_attempts__gte=ATTEMPTS).update(mail_state=MailState.FAILED)
    ready = Q(mail_attempts=0, created_at__lt=now - BELL_LOST_AFTER)
    for attempts in range(1, ATTEMPTS):
        ready |= Q(mail_attempts=attempts, mail_claimed_at__lt=now - pause_after(attempts))
    waiting = rows.filter(ready, mail_state=MailState.PENDING).order_by("created_at")
    return list(waiting.values_list("pk", flat=True)[:SWEEP])


def _message(notice: Notice) -> EmailMessage:
    reader = notice.person
    language: str = getattr(reader, "language", settings.LANGUAGE_CODE)
    with translation.override(language):
        written = write(notice.kind, notice.context, language)
        lines = [*told(notice, written), footer()]
        subject = " ".join(written.subject.split())
        attached = attachment_of(notice)
    message = EmailMessage(subject, "\n\n".join(lines), settings.DEFAULT_FROM_EMAIL, [reader.email])
    if attached is not None:
        message.attach(attached.name, attached.content, attached.kind)
    return message


def told(notice: Notice, written: Written) -> list[str]:
    """Return what a mail says of a notice, in the active language: its text and where to go."""
    if not notice.link:
        return [written.body]
    return [written.body, _("See: %(address)s") % {"address": f"{settings.SITE_URL}{notice.link}"}]


def footer() -> str:
    """Return what stands below every mail, in the active language."""
    return _(
        "This message was sent by the open sharing network of large scientific instruments. "
        "You can turn off mail on your own page."
    )


def _is_refused_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
