"""Pages of one signed-in person, kept whole for some seconds while nothing they show has changed.

Who is asking and with which rights is read anew for every answer: a role that ended a moment ago leads to no page from
before. So only what the page shows is looked up among what is kept (`display.kept_pages`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from display.kept_pages import Shows, View, answer_kept, kept_for_visitors, may_be_kept
from members.models import Person
from members.permissions import roles_of
from notices.queries import newest_and_unread

SECONDS = 30
"""How long a person's own page is kept: "in 5 minutes" and a check-in that opens may be so late."""


def kept_for_person(shows: Shows) -> Callable[[View], View]:
    """Keep a view's pages for each signed-in person; `shows` names what they show beside that person and their units.

    Put it below the decorators that ask for a log-in. Pages of the department are not kept: they show every unit.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = request.user if may_be_kept(request) else None
            if not isinstance(person, Person) or (roles := roles_of(person)).is_officer:
                return view(request, *args, **kwargs)
            kinds = (roles.manager_of, roles.steward_in, roles.viewer_in, roles.deputy_in)
            units = [sorted(kind) for kind in kinds]
            whose = (person.pk, units, roles.is_expert, timezone.localdate(), newest_and_unread(person.pk))
            names = {f"of_person.{person.pk}", *(f"of_unit.{unit}" for unit in roles.units | roles.deputy_in)}
            return answer_kept(
                request,
                SECONDS,
                names.union(shows(*args, **kwargs)),
                lambda: view(request, *args, **kwargs),
                repr(whose),
            )

        return shown

    return decorate


def kept_for_readers(seconds: float, shows: Shows) -> Callable[[View], View]:
    """Keep a view's pages for all visitors together, some seconds, and for each signed-in person alone."""

    def decorate(view: View) -> View:
        for_visitors, for_person = kept_for_visitors(seconds, shows)(view), kept_for_person(shows)(view)

        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            chosen = for_person if settings.SESSION_COOKIE_NAME in request.COOKIES else for_visitors
            return chosen(request, *args, **kwargs)

        return shown

    return decorate
