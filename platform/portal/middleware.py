"""What every request passes: addresses no database can hold, and where the strict content policy must bend."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

RELAXED = {
    "/admin/": {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]},
    "/api/v1/docs/": {"style-src": ["'unsafe-inline'"]},
}


class CompressPages(GZipMiddleware):
    """Pages and answers are compressed; files are sent as they are.

    A report is packed already, and a file that is packed once more has no length a browser could count down from.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is not for keeping."""
        if response.headers.get("Content-Disposition", "").startswith("attachment"):
            return response
        return super().process_response(request, response)


class WholeForms:
    """A form that did not arrive whole is refused before anybody looks at it: a second look would find it empty.

    The programming interface reads its bodies itself and answers in its own shape.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the form. Raises BadRequest where it broke off."""
        if request.method == "POST" and not request.path.startswith("/api/"):
            try:
                request.POST  # noqa: B018 - reading it is what we want
            except UnreadablePostError as error:
                raise BadRequest("The form broke off.") from error
        return self.get_response(request)


class AdminContentPolicy:
    """The admin theme evaluates strings in its own scripts, so below /admin/ alone `unsafe-eval` is allowed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the exceptions of the path, if any, to the response's policy."""
        response = self.get_response(request)
        for prefix, directives in RELAXED.items():
            if request.path.startswith(prefix):
                response._csp_update = directives  # type: ignore[attr-defined]
        return response


class StorableAddress:
    """Nothing of ours has a zero byte in its path, and PostgreSQL refuses to look for one: such pages do not exist.

    Below /admin/ the same holds for the query, whose filters look for whatever they are given; our own pages and the
    programming interface name a wrong value themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass everything on: only where the view is known does a refusal look like any other missing page."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Raise Http404 for a zero byte."""
        looked_for = [] if request.path.startswith("/api/") else [request.path]
        if request.path.startswith("/admin/"):
            looked_for += [text for name, values in request.GET.lists() for text in (name, *values)]
        if any("\0" in text for text in looked_for):
            raise Http404
