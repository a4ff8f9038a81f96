"""The one way to tell a person something: a row in the caller's transaction, mail after commit."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Tell a person something; return the notice.

    `context` fills the placeholders of the kind's sentences: text, whole numbers, Decimal, aware datetime, date, or
    `{"zh": …, "en": …}`. `link` is a path of this site. The mail goes out after commit, in the reader's language.
    Raises ValueError for an unknown kind, a missing placeholder or an outside link.
    """
    if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)):
        raise ValueError(f"A notice links to a path of this site, not to {link!r}.")
    plain = stored_all(context)
    with translation.override(person.language):
        write(kind, plain, person.language)
    wanted = person.mail_wanted and person.is_active and bool(person.email)
    notice = Notice.objects.create(
        person_id=person.pk,
        kind=kind,
        context=plain,
        link=link,
        mail_state=MailState.PENDING if wanted else MailState.UNWANTED,
    )
    if wanted:
        # Robust: the row is the truth; a broker that cannot be reached is made good by the sweeper.
        transaction.on_commit(lambda: _hand_over(notice.pk), robust=True)
    return notice


def unread_count(person: Reader) -> int:
    """Count the notices the person has not read."""
    return Notice.objects.filter(person_id=person.pk, read_at=None).count()


def _hand_over(notice_pk: int) -> None:
    tasks.send_mail.delay(notice_pk)
