"""What keeps one visitor from wearing out all others: whose request it is, and the brake on costly pages."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.views import APIView

from webapi.throttles import PageThrottle, VisitorThrottle


class ClientAddress:
    """Put the client's own address where everybody looks for it, so that every throttle counts the same one.

    Each of the `TRUSTED_PROXIES` proxies in front of us appends whom it heard to X-Forwarded-For; the entry of the
    outermost one is the client. What stands before that entry the client wrote itself, and without a proxy of ours
    it wrote all of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set REMOTE_ADDR."""
        proxies = settings.TRUSTED_PROXIES
        heard = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
        if proxies and (client := _address(heard[-min(proxies, len(heard))])):
            request.META["REMOTE_ADDR"] = client
        return self.get_response(request)


class CostlyPages:
    """Pages that are costly to make are given out so often and no oftener; then a page says how long to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass everything on: which page it is shows only once the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Refuse what is too much, with 429 and the seconds to wait. The programming interface counts by itself."""
        if request.path.startswith("/api/"):
            return None
        throttle = PageThrottle() if request.user.is_authenticated else VisitorThrottle()
        # The framework's throttles ask a request for nothing that Django's own lacks.
        if throttle.allow_request(cast("Request", request), cast("APIView", None)):
            return None
        wait = max(1, math.ceil(throttle.wait() or 1))
        answer = render(request, "429.html", {"wait": wait}, status=429)
        answer.headers["Retry-After"] = str(wait)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _address(entry: str) -> str:
    """The address of an entry, without the port that some proxies add; "" for anything else."""
    text = entry
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
