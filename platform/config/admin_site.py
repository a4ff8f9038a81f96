"""The admin's door: who may enter the department's desk at all."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from unfold.sites import UnfoldAdminSite

from members.permissions import can


class DepartmentSite(UnfoldAdminSite):  # type: ignore[misc]
    """Open to those whom a superuser let in and who are officers today: the mark alone opens nothing."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Ask for the mark on the account and for today's role."""
        return bool(super().has_permission(request)) and can(request.user, "enter_admin")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Send strangers through the one throttled log-in; turn away who is known and may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        answer: HttpResponseBase = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Lead to the one page where passwords change, which puts it on record."""
        return redirect("account_change_password")
