"""What a change tells people: a row each in its transaction, mail after commit. Actions say it by `work.tell`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from changes import Told
from notices import tasks
from notices.kinds import topic_of, write
from notices.models import MailState, Notice
from notices.rules import Reader, waits_for_daily, wants_mail
from notices.wording import stored_all


def write_all(told: Sequence[Told]) -> list[Callable[[], object]]:
    """Write what a change tells, at its end; return the handing over of the mails, to be done after commit."""
    waiting = _waiting(write_rows(told))
    return [partial(_hand_over, waiting)] if waiting else []


def write_rows(told: Sequence[Told]) -> list[Notice]:
    """Write one row a person and notice, in one statement; return them in their order.

    `context` fills the placeholders of the kind's sentences: text, whole numbers, Decimal, aware datetime, date, or
    `{"zh": …, "en": …}`. `link` is a path of this site. The mails go out after commit, each in its reader's language.
    Raises ValueError for an unknown kind, a missing placeholder or an outside link.
    """
    rows: list[Notice] = []
    now = timezone.now()
    for one in told:
        if one.link and not (
            one.link.startswith("/") and url_has_allowed_host_and_scheme(one.link, allowed_hosts=None)
        ):
            raise ValueError(f"A notice links to a path of this site, not to {one.link!r}.")
        plain = stored_all(one.context)
        for language in {person.language for person in one.people}:
            with translation.override(language):
                write(one.kind, plain, language)
        rows += [
            Notice(
                person_id=person.pk,
                kind=one.kind,
                context=plain,
                link=one.link,
                mail_state=_mail_state(person, one, now),
            )
            for person in one.people
        ]
    return Notice.objects.bulk_create(rows)


def _waiting(notices: Sequence[Notice]) -> list[int]:
    return [notice.pk for notice in notices if notice.mail_state == MailState.PENDING]


def _mail_state(person: Reader, one: Told, now: dt.datetime) -> MailState:
    if not wants_mail(person):
        return MailState.UNWANTED
    waits = waits_for_daily(topic_of(one.kind), person.daily_mail, one.context.values(), now)
    return MailState.DAILY if waits else MailState.PENDING


def _hand_over(notices: Sequence[int]) -> None:
    for pk in notices:
        tasks.send_mail.delay(pk)
