"""Queries room: which usage records a person sees."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from instruments.models import UsageRecord
from instruments.permissions import kept_by
from members.models import Person
from members.permissions import roles_of


def usage_visible_to(person: Person | AnonymousUser) -> QuerySet[UsageRecord]:
    """Current records of one's own uses, of instruments one keeps, of units one manages or views; officers see all."""
    rows = UsageRecord.objects.current().select_related("instrument", "unit")
    if not isinstance(person, Person) or not person.is_active:
        return rows.none()
    roles = roles_of(person)
    if roles.is_officer:
        return rows
    return rows.filter(
        Q(person=person) | Q(instrument__in=kept_by(person)) | Q(unit__in=roles.manager_of | roles.viewer_in)
    )
