"""Actions room: end every open way into an account; what was opened before never opens anything again."""

from __future__ import annotations

from django.db.models import F

from members.models import Person
from members.permissions import Actor
from webapi import tokens


def end_access(person: Person, *, actor: Actor) -> None:
    """End all sessions and revoke all access tokens of a person, inside the caller's action, which asked the right.

    Called whenever an account is closed or opened again, a role of the whole network or the way into the admin is
    taken away, and a role is given anew: whoever comes back signs in and makes new tokens.
    """
    Person.objects.filter(pk=person.pk).update(access_generation=F("access_generation") + 1)
    person.refresh_from_db(fields=["access_generation"])
    tokens.revoke_all(person, actor=actor if isinstance(actor, Person) else None)
