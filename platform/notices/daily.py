"""The daily mail: everything that waited for it, one mail a person and day, in the person's language."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import ngettext

from notices.kinds import write
from notices.mail import due_among, footer, send_claimed, told
from notices.models import DailyMail, MailState, Notice
from notices.rules import last_daily, wants_mail

ENDED = {MailState.SENT, MailState.FAILED}


def gather(now: dt.datetime) -> list[int]:
    """Put what waited until the last eight o'clock into each person's mail of that day; return the mails to send.

    Run again it finds nothing more; who has had the mail of the day gets the rest in that of the next.
    """
    due = last_daily(now)
    waiting = Notice.objects.filter(mail_state=MailState.DAILY, daily=None, created_at__lt=due)
    for person in waiting.order_by("person").values_list("person", flat=True).distinct():
        mail, _made = DailyMail.objects.get_or_create(person_id=person, day=timezone.localdate(due))
        if mail.mail_state == MailState.PENDING and not mail.mail_attempts:
            waiting.filter(person=person).update(daily=mail)
    ready = Q(mail_attempts=0) & ~Q(notice=None)
    return list(
        DailyMail.objects.filter(ready, mail_state=MailState.PENDING)
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )


def due_daily(now: dt.datetime) -> list[int]:
    """Return the daily mails that an earlier attempt left."""
    return [pk for pk in due_among(DailyMail.objects.all(), now) if Notice.objects.filter(daily=pk).exists()]


def deliver_daily(pk: int) -> bool:
    """Send one daily mail if nobody else does or did; tell whether it went out. Its notices stand as it does."""
    mail = DailyMail.objects.select_related("person").get(pk=pk)
    if not wants_mail(mail.person):
        DailyMail.objects.filter(pk=pk, mail_state=MailState.PENDING).update(mail_state=MailState.UNWANTED)
        Notice.objects.filter(daily=pk, mail_state=MailState.DAILY).update(mail_state=MailState.UNWANTED)
        return False
    state = send_claimed(DailyMail.objects.all(), pk, _message)
    if state in ENDED:
        Notice.objects.filter(daily=pk, mail_state=MailState.DAILY).update(mail_state=state)
    return state == MailState.SENT


def _message(mail: DailyMail) -> EmailMessage:
    reader = mail.person
    language: str = getattr(reader, "language", settings.LANGUAGE_CODE)
    notices = list(Notice.objects.filter(daily=mail).order_by("created_at", "pk"))
    with translation.override(language):
        lines = []
        for number, notice in enumerate(notices, 1):
            written = write(notice.kind, notice.context, language)
            lines.append(
                "\n".join([f"{number}. {' '.join(written.subject.split())}", *told(notice, written)])
            )
        subject = ngettext("Daily mail: %(n)s notice", "Daily mail: %(n)s notices", len(notices)) % {
            "n": len(notices)
        }
        lines.append(footer())
    return EmailMessage(subject, "\n\n".join(lines), settings.DEFAULT_FROM_EMAIL, [reader.email])
