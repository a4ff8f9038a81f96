"""Who calls: a bearer token, its scopes, and nothing else. Sessions never open the programming interface."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from changes import record_refusal
from webapi import tokens
from webapi.models import AccessToken

USE_NOTED_EVERY = dt.timedelta(minutes=1)


class BearerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer oi_…`. A wrong, ended or expired token is a 401, a missing scope a 403."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, AccessToken] | None:
        """Return the person and the token, or None for a call without credentials."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, text = header.partition(" ")
        if scheme.lower() != "bearer" or not text.strip().startswith(tokens.TOKEN_START):
            raise AuthenticationFailed(_("Send “Authorization: Bearer” and a token of this site."))
        now = timezone.now()
        token = tokens.opening(text.strip(), now)
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, ended or expired."))
        self._demand_scope(request, token)
        self._note_use(token, now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a refusal is a 401 with WWW-Authenticate."""
        return 'Bearer realm="api"'

    @staticmethod
    def _demand_scope(request: Request, token: AccessToken) -> None:
        needed = tokens.READ if request.method in SAFE_METHODS else tokens.WRITE
        if needed not in token.scopes:
            facts = {"scope": needed, "path": request.path[:200]}
            record_refusal(
                token.person, request.method or "", token, app="webapi", reason="no_scope", **facts
            )
            raise PermissionDenied(_("This token lacks the scope “%(scope)s”.") % {"scope": needed})

    @staticmethod
    def _note_use(token: AccessToken, now: dt.datetime) -> None:
        # Once a minute is enough to see whether a token is in use, and keeps reads from writing.
        if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
            AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
