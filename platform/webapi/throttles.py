"""How often one caller may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    # The framework reads this module while it makes APIView.
    from rest_framework.views import APIView


class CallerThrottle(SimpleRateThrottle):
    """Counts calls by person, or by address for those without a token."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return the counter's name; a person shares one count over all tokens."""
        person = request.user
        who = f"person:{person.pk}" if person.is_authenticated else f"address:{self.get_ident(request)}"
        return f"webapi.calls:{who}"
