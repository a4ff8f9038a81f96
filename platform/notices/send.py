"""The one way to tell people something: a row in the caller's transaction, mail after commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.db import transaction
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from notices import tasks
from notices.kinds import write
from notices.models import MailState, Notice
from notices.wording import stored_all


class Reader(Protocol):
    """What a notice needs to know of a person."""

    pk: int
    email: str
    language: str
    mail_wanted: bool
    is_active: bool


def notify(person: Reader, kind: str, context: Mapping[str, object], link: str = "") -> Notice:
    """Tell one person something; return the notice. As `notify_all`."""
    return notify_all([person], kind, context, link)[0]


def notify_all(
    people: Sequence[Reader], kind: str, context: Mapping[str, object], link: str = ""
) -> list[Notice]:
    """Tell several people the same in one write; return the notices in their order.

    `context` fills the placeholders of the kind's sentences: text, whole numbers, Decimal, aware datetime, date, or
    `{"zh": …, "en": …}`. `link` is a path of this site. The mails go out after commit, each in its reader's language.
    Raises ValueError for an unknown kind, a missing placeholder or an outside link.
    """
    if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)):
        raise ValueError(f"A notice links to a path of this site, not to {link!r}.")
    plain = stored_all(context)
    for language in {person.language for person in people}:
        with translation.override(language):
            write(kind, plain, language)
    notices = Notice.objects.bulk_create(
        Notice(
            person_id=person.pk,
            kind=kind,
            context=plain,
            link=link,
            mail_state=MailState.PENDING if _wants_mail(person) else MailState.UNWANTED,
        )
        for person in people
    )
    waiting = [notice.pk for notice in notices if notice.mail_state == MailState.PENDING]
    if waiting:
        # Robust: the row is the truth; a broker that cannot be reached is made good by the sweeper.
        transaction.on_commit(lambda: _hand_over(waiting), robust=True)
    return notices


def unread_count(person: Reader) -> int:
    """Count the notices the person has not read."""
    return Notice.objects.filter(person_id=person.pk, read_at=None).count()


def _wants_mail(person: Reader) -> bool:
    return person.mail_wanted and person.is_active and bool(person.email)


def _hand_over(notices: Sequence[int]) -> None:
    for pk in notices:
        tasks.send_mail.delay(pk)
