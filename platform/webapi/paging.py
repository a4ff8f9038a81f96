"""Lists in pages, never without a bound: by number for settled lists, by cursor for growing ones."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

if TYPE_CHECKING:
    # The framework reads this module while it makes APIView.
    from rest_framework.views import APIView

DEFAULT_SIZE, LARGEST_SIZE = 20, 100
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
PAGE_PARAMETERS = frozenset({"page", "page_size"})
CURSOR_PARAMETERS = frozenset({"cursor", "page_size"})

SIZE_DOCS = OpenApiParameter(
    "page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
)
PAGE_DOCS = [OpenApiParameter("page", {"type": "integer", "minimum": 1, "default": 1}), SIZE_DOCS]
CURSOR_DOCS = [OpenApiParameter("cursor", str, description="From `next` or `previous`."), SIZE_DOCS]


def page_size(request: Request) -> int:
    """Return the wanted number of rows. Raises ValidationError for nonsense or more than 100."""
    size = _number(request, "page_size", DEFAULT_SIZE)
    if size > LARGEST_SIZE:
        raise ValidationError({"page_size": [_("A page holds at most 100 rows.")]})
    return size


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not NUMBER.fullmatch(text):
        raise ValidationError({name: [_("Give a whole number from 1 on.")]})
    return int(text)


class BoundedPagination(PageNumberPagination):
    """`page` and `page_size` (at most 100); a page beyond the last is a 404."""

    page_size = DEFAULT_SIZE
    max_page_size = LARGEST_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        """Return the wanted number of rows, refusing nonsense instead of mending it."""
        return page_size(request)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        """Return the wanted page's number; words such as `last` are refused."""
        return _number(request, "page", 1)


class CursorPagination:
    """Pages of rows with `start` and a unique `id`, newest first; no count, stable while rows are added."""

    def __init__(self) -> None:
        self._url = ""
        self._before: str | None = None
        self._after: str | None = None

    def paginate(self, queryset: QuerySet[Any], request: Request, view: APIView) -> list[Any]:
        """Return one page. Raises ValidationError for a cursor we did not make."""
        size = page_size(request)
        self._url = request.build_absolute_uri()
        text = request.query_params.get("cursor")
        backwards, position = _read(text) if text is not None else (False, None)
        if backwards and position:
            rows = list(queryset.filter(_later(position)).order_by("start", "id")[: size + 1])
            more, rows = len(rows) > size, rows[:size][::-1]
            has_previous, has_next = more, True
        else:
            wanted = queryset.filter(_earlier(position)) if position else queryset
            rows = list(wanted.order_by("-start", "-id")[: size + 1])
            more, rows = len(rows) > size, rows[:size]
            has_previous, has_next = position is not None, more
        self._after = self._link(rows[-1], backwards=False) if rows and has_next else None
        self._before = self._link(rows[0], backwards=True) if rows and has_previous else None
        return rows

    def get_paginated_response(self, rows: Sequence[Any]) -> Response:
        """Return the page with its neighbours' addresses."""
        return Response({"count": None, "next": self._after, "previous": self._before, "results": rows})

    def _link(self, row: Any, *, backwards: bool) -> str:
        said = json.dumps([int(backwards), row.start.astimezone(dt.UTC).isoformat(), str(row.id)])
        return replace_query_param(
            self._url, "cursor", base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
        )


Position: TypeAlias = tuple[dt.datetime, uuid.UUID]


def _earlier(position: Position) -> Q:
    start, key = position
    return Q(start__lte=start) & (Q(start__lt=start) | Q(id__lt=key))


def _later(position: Position) -> Q:
    start, key = position
    return Q(start__gte=start) & (Q(start__gt=start) | Q(id__gt=key))


def _read(cursor: str) -> tuple[bool, Position]:
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        backwards, start, key = said
        moment = dt.datetime.fromisoformat(start)
        if backwards not in (0, 1) or moment.utcoffset() != dt.timedelta(0):
            raise ValueError(cursor)
        return bool(backwards), (moment, uuid.UUID(key))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise ValidationError({"cursor": [_("Take the cursor from a page of this list.")]}) from error
