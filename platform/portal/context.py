"""What every page's frame needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from members.models import MemberUnit, Person
from members.permissions import roles_of
from notices.queries import unread_count


@dataclass(frozen=True)
class Navigation:
    """Which parts of the site this reader may enter, and how many notices wait."""

    is_steward: bool = False
    is_manager: bool = False
    manage_unit_code: str = ""
    is_officer: bool = False
    is_expert: bool = False
    unread_notices: int = 0


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `nav` (read only when a template asks) and `demo_banner`."""
    return {"demo_banner": settings.DEMO, "nav": SimpleLazyObject(lambda: _navigation(request))}


def _navigation(request: HttpRequest) -> Navigation:
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return Navigation()
    roles = roles_of(person)
    managed = sorted(roles.manager_of)
    units = MemberUnit.objects.filter(pk__in=managed).order_by("code").values_list("code", flat=True)
    code = units.first() if managed else ""
    return Navigation(
        is_steward=bool(roles.manager_of or roles.steward_in or roles.deputy_in),
        is_manager=bool(managed),
        manage_unit_code=code or "",
        is_officer=roles.is_officer or roles.is_superuser,
        is_expert=roles.is_expert,
        unread_notices=unread_count(person.pk),
    )
