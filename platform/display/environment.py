"""What the templates of pages (Jinja2) may call, and how a value is written that no filter writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MethodType
from typing import Any

import jinja2
from django.template import defaultfilters
from django.urls import NoReverseMatch, reverse
from django.utils.formats import localize
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2.filters import do_urlencode
from markupsafe import Markup

from display.templatetags import display as tags

WRITTEN_AS_IT_IS = (str, int, jinja2.Undefined)
FILTERS = {
    **tags.register.filters,
    "capfirst": defaultfilters.capfirst,
    "default_if_none": defaultfilters.default_if_none,
    "filesizeformat": defaultfilters.filesizeformat,
    "floatformat": defaultfilters.floatformat,
    "linebreaks": defaultfilters.linebreaks_filter,
    "linebreaksbr": defaultfilters.linebreaksbr,
    "truncatechars": defaultfilters.truncatechars,
}
CONTEXT_FUNCTIONS = (tags.query_with, tags.current_section, tags.is_inside)
FUNCTIONS = (
    tags.icon, tags.illustration, tags.share_class, tags.state_badge, tags.state_word, *CONTEXT_FUNCTIONS
)  # fmt: skip


def written(value: object) -> object:
    """Write numbers, days and moments in the reader's form and zone; everything else as it is.

    Raises TypeError for a method that the template forgot to call.
    """
    if isinstance(value, WRITTEN_AS_IT_IS):
        return value
    if isinstance(value, MethodType):
        raise TypeError(f"{value.__qualname__} is written without being called.")
    return localize(template_localtime(value))


def is_nothing(value: object) -> bool:
    """Tell whether there is no value: `x.y is none` also where there is no x."""
    return value is None or isinstance(value, jinja2.Undefined)


def date(value: Any, form: str | None = None) -> str:
    """Write a day or moment by a format of Django's, in the reader's zone."""
    return str(defaultfilters.date(template_localtime(value), form))


def urlencode(value: Any) -> str:
    """Write a word, or pairs of key and word, as a part of an address."""
    return do_urlencode(value if isinstance(value, Mapping) else str(value))


@lru_cache(maxsize=4096)
def _address(name: str, args: tuple[object, ...], keys: tuple[tuple[str, object], ...]) -> str:
    return reverse(name, args=args, kwargs=dict(keys))


def url(name: str, *args: object, **keys: object) -> str:
    """Return the address of a page. Raises NoReverseMatch for one that does not exist."""
    return _address(name, args, tuple(keys.items()))


def url_if_any(name: str, *args: object, **keys: object) -> str:
    """Return the address of a page, or nothing where there is none."""
    try:
        return url(name, *args, **keys)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=8192)
def _said(message: str, language: str | None) -> str:
    """Look a text up once for each language: hundreds stand on a page."""
    return gettext(message)


def said(message: str) -> str:
    """Return a text in the reader's language, its blanks unfilled."""
    return _said(message, get_language())


@lru_cache(maxsize=8192)
def _whole(message: str, language: str | None) -> Markup:
    return Markup(_said(message, language)) % {}  # noqa: S704  # texts are our own


def say(message: str) -> Markup:
    """Return a text without blanks; `{% trans %}` fills those of others."""
    return _whole(message, get_language())


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment of all pages; apps add what they write themselves (`config.pages`)."""
    options |= {
        "undefined": jinja2.ChainableUndefined,
        "finalize": written,
        "extensions": ["jinja2.ext.i18n"],
    }
    pages = jinja2.Environment(**options)  # noqa: S701  # autoescape comes with the options
    pages.policies["ext.i18n.trimmed"] = True
    pages.tests["none"] = is_nothing
    pages.install_gettext_callables(said, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    pages.filters |= FILTERS | {"date": date, "urlencode": urlencode}
    pages.globals |= {function.__name__: function for function in FUNCTIONS} | {
        "_": say,
        "static": tags.static_address,
        "url": url,
        "url_if_any": url_if_any,
    }
    return pages


for function in CONTEXT_FUNCTIONS:
    jinja2.pass_context(function)
