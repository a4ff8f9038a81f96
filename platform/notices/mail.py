"""Mail of notices: claimed by conditional update, so that two workers never send one notice at once."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.attachments import attachment_of
from notices.kinds import write
from notices.models import MailState, Notice

ATTEMPTS = 6
LOST_AFTER = dt.timedelta(minutes=2)
BELL_LOST_AFTER = dt.timedelta(seconds=30)
FIRST_PAUSE = dt.timedelta(minutes=1)
SWEEP = 200

logger = logging.getLogger(__name__)


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after that many attempts: one minute, doubled each time."""
    return FIRST_PAUSE * (1 << max(attempts - 1, 0))


def deliver(notice_pk: int) -> bool:
    """Send the mail of one notice if nobody else does or did; tell whether it went out.

    A network or server trouble leaves it waiting for the next attempt, up to `ATTEMPTS`; a refusal for good, or the
    last attempt, marks it failed.
    """
    claimed = Notice.objects.filter(pk=notice_pk, mail_state=MailState.PENDING).update(
        mail_state=MailState.SENDING, mail_claimed_at=timezone.now(), mail_attempts=F("mail_attempts") + 1
    )
    if not claimed:
        return False
    notice = Notice.objects.select_related("person").get(pk=notice_pk)
    mine = Notice.objects.filter(
        pk=notice_pk, mail_state=MailState.SENDING, mail_claimed_at=notice.mail_claimed_at
    )
    try:
        _message(notice).send()
    except (smtplib.SMTPException, OSError) as error:
        hopeless = _is_refused_for_good(error) or notice.mail_attempts >= ATTEMPTS
        mine.update(mail_state=MailState.FAILED if hopeless else MailState.PENDING)
        logger.warning(
            "Mail of notice %s not sent (attempt %s): %s",
            notice_pk,
            notice.mail_attempts,
            type(error).__name__,
        )
        return False
    mine.update(mail_state=MailState.SENT)
    return True


def due(now: dt.datetime) -> list[int]:
    """Notices whose mail should have gone out by now: the bell was lost, a sender died, or a pause is over."""
    Notice.objects.filter(mail_state=MailState.SENDING, mail_claimed_at__lt=now - LOST_AFTER).update(
        mail_state=MailState.PENDING
    )
    Notice.objects.filter(mail_state=MailState.PENDING, mail_attempts__gte=ATTEMPTS).update(
        mail_state=MailState.FAILED
    )
    ready = Q(mail_attempts=0, created_at__lt=now - BELL_LOST_AFTER)
    for attempts in range(1, ATTEMPTS):
        ready |= Q(mail_attempts=attempts, mail_claimed_at__lt=now - pause_after(attempts))
    waiting = Notice.objects.filter(ready, mail_state=MailState.PENDING).order_by("created_at")
    return list(waiting.values_list("pk", flat=True)[:SWEEP])


def _message(notice: Notice) -> EmailMessage:
    reader = notice.person
    language: str = getattr(reader, "language", settings.LANGUAGE_CODE)
    with translation.override(language):
        written = write(notice.kind, notice.context, language)
        lines = [written.body]
        if notice.link:
            lines.append(_("See: %(address)s") % {"address": f"{settings.SITE_URL}{notice.link}"})
        lines.append(
            _(
                "This message was sent by the open sharing network of large scientific instruments. "
                "You can turn off mail on your own page."
            )
        )
        subject = " ".join(written.subject.split())
        attached = attachment_of(notice)
    message = EmailMessage(subject, "\n\n".join(lines), settings.DEFAULT_FROM_EMAIL, [reader.email])
    if attached is not None:
        message.attach(attached.name, attached.content, attached.kind)
    return message


def _is_refused_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
