"""Personal access tokens: made, found by their text, ended. Only the SHA-256 of a token is ever stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from changes import Work
from changes.remembered import Given, Remembered
from webapi.models import AccessToken

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
LONGEST_DAYS = 366
TOKEN_START = "oi_"  # noqa: S105 - how tokens begin, not one of them
PREFIX_LENGTH = 12
"""`oi_` and nine drawn characters: enough to tell one's tokens apart, useless for logging in."""


class InvalidToken(Exception):
    """The wanted token makes no sense; `fields` maps the field to a translatable sentence."""

    def __init__(self, fields: dict[str, object]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


def issue(
    work: Work, person: AbstractBaseUser, *, name: str, scopes: Iterable[str], days: int
) -> tuple[str, AccessToken]:
    """Make a token valid for `days` and return its text, shown this once, with its row.

    The history names who made it, the person or somebody for the person. Raises InvalidToken for an empty or long name,
    no or unknown scopes, or a life outside 1 to 366 days.
    """
    wanted = [scope for scope in SCOPES if scope in set(scopes)]
    problems: dict[str, object] = {}
    if not 1 <= len(name.strip()) <= 80:
        problems["name"] = _("Give the token a name of at most 80 characters.")
    if not wanted or set(scopes) - set(SCOPES):
        problems["scopes"] = _("Choose read, write or both.")
    if not 1 <= days <= LONGEST_DAYS:
        problems["days"] = _("A token is valid for 1 to 366 days.")
    if problems:
        raise InvalidToken(problems)
    prefix = TOKEN_START + secrets.token_hex(5)[: PREFIX_LENGTH - len(TOKEN_START)]
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = AccessToken.objects.create(
        person_id=person.pk,
        name=name.strip(),
        prefix=prefix,
        digest=digest_of(text),
        scopes=wanted,
        created_at=work.now,
        expires_at=work.now + dt.timedelta(days=days),
    )
    made = {"name": token.name, "prefix": prefix, "scopes": wanted, "expires_at": token.expires_at}
    work.record("webapi.token.issued", token, after=made)
    return text, token


def revoke(work: Work, token: AccessToken) -> AccessToken:
    """End a token at once. Revoking it again changes nothing and leaves no second entry."""
    row = work.lock_one(AccessToken.objects.all(), token.pk)
    if row.revoked_at is None:
        _end(work, row)
    return row


def revoke_all(work: Work, person: AbstractBaseUser) -> int:
    """End every token of a person that still opens something, as a part of a change; return how many."""
    live = AccessToken.objects.filter(person_id=person.pk, revoked_at=None, expires_at__gt=work.now)
    rows = work.lock(AccessToken.objects.all(), list(live.values_list("pk", flat=True))).values()
    for row in rows:
        _end(work, row)
    return len(rows)


def _end(work: Work, token: AccessToken) -> None:
    token.revoked_at = work.now
    token.save(update_fields=["revoked_at"])
    after = {"revoked_at": token.revoked_at}
    work.record("webapi.token.revoked", token, before={"revoked_at": None}, after=after)


def tokens_of(person: AbstractBaseUser) -> models.QuerySet[AccessToken]:
    """Every token of a person, newest first, the ended ones too."""
    return AccessToken.objects.filter(person_id=person.pk).order_by("-created_at", "-pk")


def opening(text: str, now: dt.datetime) -> AccessToken | None:
    """Return the token of this text with its person, if it opens anything at `now`."""
    return _OPENING.first(digest=digest_of(text), now=now)


def _usable() -> models.QuerySet[AccessToken]:
    return AccessToken.objects.select_related("person").filter(
        revoked_at=None,
        person__is_active=True,
        digest=Given("digest", models.CharField()),
        expires_at__gt=Given("now", models.DateTimeField()),
    )


_OPENING = Remembered(_usable)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a token's text, in hex. The text holds 256 drawn bits, so no salt is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
