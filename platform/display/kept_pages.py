"""Pages kept whole: made once for all who ask the same, dropped when what they show changes.

A page is kept under everything its text depends on: path and question (it names no host), language, light or dark,
whole page or fragment, the stamps of what it shows, and for whom it is: any visitor, or one person with the rights of
that moment (`members.kept_pages`). A change stamps anew what it touched after it is committed, so
a page made before it is asked for no more. What changes by time alone (free hours, "today") is as old as a page may be.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language

from background.kept import OLD_SECONDS, kept
from display.stamps import stamps

CACHE = "pages"
LONGEST_QUERY = 300
TOKEN = re.compile(rb'((?:name="csrfmiddlewaretoken" value|name="csrf-token" content)=")[A-Za-z0-9]{64}"')
PLACE = b"@csrf-token@"
FRAGMENT = ("HX-Request", "HX-Target")
"""Headers by which a view tells whether the whole page is asked for or a part of it, and which."""

View = Callable[..., HttpResponse]
Shows = Callable[..., Iterable[str]]


@dataclass(frozen=True)
class KeptPage:
    """A page without anybody's token, packed; what it says of itself."""

    packed: bytes
    headers: dict[str, str]
    tag: str


class _NotKept(Exception):
    """Only what any visitor may see is kept: this answer is given once."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


def kept_for_visitors(seconds: float, shows: Shows) -> Callable[[View], View]:
    """Keep the pages of a view for signed-out readers, some seconds; `shows` names what they show, by its arguments.

    Put it below the decorators that ask for rights. Who is signed in, or is told something, gets a page of their own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _is_plain_visitor(request):
                return view(request, *args, **kwargs)
            return answer_kept(
                request, seconds, shows(*args, **kwargs), lambda: view(request, *args, **kwargs)
            )

        return shown

    return decorate


def answer_kept(
    request: HttpRequest,
    seconds: float,
    names: Iterable[str],
    make: Callable[[], HttpResponse],
    whose: str = "",
) -> HttpResponse:
    """Answer from what was kept under these stamps, or make the page and keep it; `whose` is empty for any visitor.

    Only a visitor's page is told apart by a tag: what is one person's own says itself how it may be kept elsewhere.
    """
    key = _key(request, whose, names)
    try:
        page = kept(key, seconds, lambda: _made(make()), CACHE, old=0 if whose else OLD_SECONDS)
    except _NotKept as given:
        return given.response
    return _answer(request, page, is_tagged=not whose)


def may_be_kept(request: HttpRequest) -> bool:
    """Tell whether an answer may be kept at all: asked for without a token, short, and with nothing told once."""
    return (
        settings.PAGES_ARE_KEPT
        and request.method == "GET"
        and "messages" not in request.COOKIES
        and "Authorization" not in request.headers
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    )


def _is_plain_visitor(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and may_be_kept(request)


def _key(request: HttpRequest, whose: str, names: Iterable[str]) -> str:
    parts = (
        whose,
        request.get_full_path(),
        get_language() or "",
        "dark" if request.COOKIES.get("theme") == "dark" else "light",
        *(request.headers.get(name, "") for name in FRAGMENT),
        *stamps(names),
    )
    return f"page.{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def _made(response: HttpResponse) -> KeptPage:
    """Take a page's text and headers without the token of whoever happened to ask. Raises _NotKept."""
    own = set(response.cookies) - {settings.CSRF_COOKIE_NAME}
    if response.status_code != 200 or response.streaming or own:
        raise _NotKept(response)
    content = TOKEN.sub(rb"\1" + PLACE + b'"', response.content)
    return KeptPage(
        packed=zlib.compress(content, 1),
        headers={name: value for name, value in response.headers.items() if name != "Content-Length"},
        tag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )


def _answer(request: HttpRequest, page: KeptPage, *, is_tagged: bool) -> HttpResponse:
    """Give the page to one reader: with a token of its own, or only word that the reader has it already."""
    token = get_token(request)
    response: HttpResponse
    if is_tagged and page.tag in {
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    }:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(zlib.decompress(page.packed).replace(PLACE, token.encode()))
    for name, value in page.headers.items():
        response.headers[name] = value
    if is_tagged:
        response.headers["ETag"] = page.tag
        response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Language", "Cookie", *FRAGMENT))
    return response
