"""How often one caller may call, and how often what is costly to answer."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    # The framework reads this module while it makes APIView.
    from rest_framework.views import APIView

HOME_BITS = 64
"""What one household or office gets of the IPv6 addresses: it counts as one address."""


def caller_name(request: Request | HttpRequest) -> str:
    """Name who is counted: the person, over all tokens and browsers, or the address of who is not known."""
    person = request.user
    if person.is_authenticated:
        return f"person:{person.pk}"
    return f"address:{_counted(request.META.get('REMOTE_ADDR', ''))}"


class CallerThrottle(SimpleRateThrottle):
    """Counts calls by person, or by address for those without a token."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return the counter's name."""
        return f"webapi.{self.scope}:{caller_name(request)}"


class CostlyThrottle(CallerThrottle):
    """Counts reads of the routes that `COSTLY_ROUTES` names; all others pass uncounted."""

    scope = "costly"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether the call may be answered."""
        match = request.resolver_match
        if (
            request.method not in SAFE_METHODS
            or match is None
            or match.view_name not in settings.COSTLY_ROUTES
        ):
            return True
        return super().allow_request(request, view)


class PageThrottle(CostlyThrottle):
    """The same for pages, counted apart from calls: a program that is too fast shuts nobody's browser out."""

    scope = "page"


class VisitorThrottle(PageThrottle):
    """For visitors who are not signed in: a whole institute may stand behind one address."""

    scope = "visitor"


def _counted(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, HOME_BITS), strict=False))
