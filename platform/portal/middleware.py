"""What every request passes: whole forms, addresses that exist, what is packed, where the content policy bends."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve

from background import request_ids
from changes.errors import NotAllowed

RELAXED = {
    "/admin/": {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]},
    "/api/v1/docs/": {"style-src": ["'unsafe-inline'"]},
}


class RequestId:
    """Every answer names the request by an id that stands in the log of the proxy, of the site and of its tasks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the proxy's id, or make one."""
        token = request_ids.begin(request.headers.get("X-Request-ID", ""))
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_ids.current()
            return response
        finally:
            request_ids.end(token)


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


class LeadBack:
    """Where a page's button sends to there is nothing to see: whoever opens such an address gets the page above it.

    That happens after signing in, after switching the language below a refused form, or by the browser's reload.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn a 405 for a GET into a way to the nearest address above; that one may lead further up."""
        response = self.get_response(request)
        if response.status_code != 405 or request.method not in {"GET", "HEAD"}:
            return response
        if request.path.startswith("/api/"):
            return response
        parts = request.path.strip("/").split("/")[:-1]
        while parts and not _is_page(f"/{'/'.join(parts)}/"):
            parts.pop()
        return HttpResponseRedirect(f"/{'/'.join(parts)}/" if parts else "/")


def _is_page(path: str) -> bool:
    """Whether an address is one that was meant, and not only caught because the admin catches everything below it."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.url_name is not None or "/" not in match.kwargs.get("object_id", "/")


class HiddenRefusals:
    """Whoever has no right to what a page would do gets the same answer as for what does not exist.

    The refusal is on record. The admin says 403: whoever is inside may know what there is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass everything on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Raise Http404 for a refused right."""
        if isinstance(exception, NotAllowed) and not request.path.startswith("/admin/"):
            raise Http404 from exception


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
