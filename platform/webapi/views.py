"""The base of every resource of the contract."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from webapi.paging import PAGE_PARAMETERS, BoundedPagination, CursorPagination
from webapi.parsing import OneFormat, StrictJSONParser, storable_text
from webapi.problems import Problem, missing

MOST_TOLD = 20
"""So many wrong names are told of one call."""


def unknown_keys(known: Any, sent: Any, path: str = "") -> Iterator[str]:
    """Name every key of a body that its description does not know, `records.0.incme` for one further down.

    `known` is a serializer or one of its fields; what is no object or list where one belongs is not judged here.
    """
    child = getattr(known, "child", None)
    if isinstance(known, serializers.ListSerializer | serializers.ListField) and isinstance(sent, list):
        for place, item in enumerate(sent):
            yield from unknown_keys(child, item, f"{path}{place}.")
    elif isinstance(known, serializers.Serializer) and isinstance(sent, Mapping):
        fields = {name: field for name, field in known.fields.items() if not field.read_only}
        for key, value in sent.items():
            if key in fields:
                yield from unknown_keys(fields[key], value, f"{path}{key}.")
            else:
                yield f"{path}{str(key)[:100]}"


def many(serializer: type[BaseSerializer[Any]], rows: Any, **context: Any) -> list[Any]:
    """Return rows as a resource shows them; `context` is what the serializer looks up for all of them at once."""
    if context:
        return list(serializer(rows, many=True, context=context).data)
    return [as_resource(serializer, row) for row in rows]


def as_resource(serializer: type[BaseSerializer[Any]], row: Any) -> dict[str, Any]:
    """Return one row as a resource shows it, where the row says all that is shown."""
    shown: dict[str, Any] = _writer(serializer).to_representation(row)  # type: ignore[arg-type]  # classes can be keys
    return shown


@cache
def _writer(serializer: type[BaseSerializer[Any]]) -> BaseSerializer[Any]:
    """A serializer that only writes: its fields are copied from the class once, not for every row."""
    return serializer()


class ContractView(APIView):
    """A resource: for callers with a token, known query parameters alone, and never kept by a cache.

    `query_parameters` names what a GET takes.
    """

    parser_classes = [StrictJSONParser]
    content_negotiation_class = OneFormat
    metadata_class = None
    query_parameters: ClassVar[frozenset[str]] = frozenset()
    body_is_checked = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, the size of the body before anybody reads it, then the query string."""
        super().initial(request, *args, **kwargs)
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.API_MOST_BODY_BYTES:
            raise RequestDataTooBig
        known = self.query_parameters if request.method in SAFE_METHODS else frozenset()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(
                {name: [_("This parameter is unknown here.")] for name in unknown[:MOST_TOLD]}
            )
        for name, values in request.query_params.lists():
            if not all(storable_text(value) for value in values):
                raise ValidationError({name: [_("This value holds characters that cannot be stored.")]})

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep answers out of caches: the same address answers every caller differently."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(final, ("Authorization",))
        return final

    def body(self, request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the checked body. Raises ValidationError with every wrong field, and every key nobody knows."""
        read = serializer(data=request.data)
        is_valid = read.is_valid()
        wrong = {} if is_valid else dict(read.errors)
        self.refuse_unknown(request, read, wrong)
        if wrong:
            raise ValidationError(wrong)
        return dict(read.validated_data)

    def refuse_unknown(
        self, request: Request, known: BaseSerializer[Any], wrong: Mapping[str, Any] | None = None
    ) -> None:
        """Refuse a body with keys that `known` does not take: a misspelt one must not be dropped in silence.

        Every handler that changes something calls this, by `body` or by itself; `once` makes sure of it. `wrong` is
        what else is to be told. Raises ValidationError.
        """
        self.body_is_checked = True
        strange = list(itertools.islice(unknown_keys(known, request.data), MOST_TOLD))
        if strange:
            raise ValidationError(
                {**(wrong or {}), **{name: [_("This key is unknown here.")] for name in strange}}
            )


class PublicView(ContractView):
    """A resource that anybody may read."""

    permission_classes = [AllowAny]


class ListView(ContractView):
    """A GET of rows in numbered pages."""

    query_parameters = PAGE_PARAMETERS

    def page(self, rows: QuerySet[Any], render: Callable[[list[Any]], list[Any]]) -> Response:
        """Return the wanted page of an ordered queryset, its rows made by `render`."""
        paginator = BoundedPagination()
        chosen = paginator.paginate_queryset(rows, self.request, self)
        return paginator.get_paginated_response(render(list(chosen or [])))

    def cursor_page(self, rows: QuerySet[Any], render: Callable[[list[Any]], list[Any]]) -> Response:
        """Return the wanted page of rows with `start` and `id`, newest first."""
        paginator = CursorPagination()
        return paginator.get_paginated_response(render(paginator.paginate(rows, self.request, self)))


class UnknownAddress(PublicView):
    """Every address that is no resource: the same answer as for a resource one cannot see."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls; any query is as good as any other here."""
        APIView.initial(self, request, *args, **kwargs)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer every method alike."""
        problem: Problem = missing()
        return problem.response()
