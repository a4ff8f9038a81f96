"""Who may see and do what in the admin: the same predicates as everywhere; and pages that write through actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from changes import StaleVersion, perform
from changes.errors import NotAllowed, Refusal
from members.permissions import can
from safeguards.read_only_admin import ReadOnlyAdmin

SEEN = "seen"
"""The hidden field with the version that the page showed."""


def seen_version(data: Mapping[str, Any]) -> int | None:
    """The version that a page showed, as its form gives it back; None if it gives none."""
    text = str(data.get(SEEN, ""))
    return int(text) if text.isascii() and text.isdecimal() else None


class OfficerAdmin(ReadOnlyAdmin):
    """Officers look; nobody adds, changes or deletes unless a class below says so."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Officers see."""
        return can(request.user, "view_evaluations")


class WritingAdmin(OfficerAdmin):
    """Saving a page is one change; what its action refuses stands on the page again, with everything typed."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save."""
        if request.method in {"GET", "HEAD"}:
            shown: HttpResponse = super().changeform_view(request, *args, **kwargs)
            return shown
        try:
            return perform(request.user, self._whole, request, *args, **kwargs)
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except (Refusal, StaleVersion) as refused:
            again: Any = request
            again.refused = refused
            if isinstance(refused, StaleVersion):
                # He sees what is there now, so a second press is meant.
                again.POST = again.POST.copy()
                again.POST[SEEN] = str(refused.found)
            return perform(request.user, self._whole, request, *args, **kwargs)

    def _whole(self, _work: object, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return page

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Tell the form what the action refused, if it did."""
        form = super().get_form(request, obj, change=change, **options)
        return type(form.__name__, (form,), {"refused": getattr(request, "refused", None)})
