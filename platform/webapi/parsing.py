"""What a body may hold: JSON in UTF-8 that every layer below can store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

DEEPEST = 12


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without NaN, null characters, lone surrogates or deep nesting; anything else is a 400."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the value. Raises ParseError for what is not acceptable JSON."""
        try:
            value = json.loads(stream.read().decode("utf-8-sig"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not acceptable JSON in UTF-8.")) from error
        except UnreadablePostError as error:
            raise ParseError(_("The body broke off.")) from error
        if not _storable(value, DEEPEST):
            raise ParseError(_("The body holds characters that cannot be stored, or is nested too deeply."))
        return value


def storable_text(text: str) -> bool:
    """Tell whether both databases can store a text: no null character, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _storable(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return depth > 0 and all(storable_text(k) and _storable(v, depth - 1) for k, v in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_storable(item, depth - 1) for item in value)
    return True


class OneFormat(BaseContentNegotiation):
    """There is one format a resource, so a browser that asks for HTML gets JSON rather than a 406."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return the parser of the body's type, or None, which becomes a 415."""
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the resource's only renderer."""
        return renderers[0], renderers[0].media_type
