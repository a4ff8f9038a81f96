"""The person behind a call."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from members.models import Person


def caller(request: Request) -> Person:
    """Return who calls. Raises NotAuthenticated for nobody."""
    if not isinstance(request.user, Person):
        raise NotAuthenticated
    return request.user
