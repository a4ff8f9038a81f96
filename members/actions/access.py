"""Actions room: end every open way into an account; what was opened before never opens anything again."""

from __future__ import annotations

from django.db.models import F

from changes import Work
from members.models import Person
from webapi import tokens


def end_access(work: Work, person: Person) -> None:
    """End all sessions and revoke all access tokens of a person, as a part of an action that has asked for the right.

    Called with the person's lock held whenever an account is closed or opened again, a role of the whole network or the
    way into the admin is taken away, and a role is given anew: whoever comes back signs in and makes new tokens.
    """
    Person.objects.filter(pk=person.pk).update(access_generation=F("access_generation") + 1)
    person.refresh_from_db(fields=["access_generation"])
    tokens.revoke_all(work, person)
