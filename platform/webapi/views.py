"""The base of every resource of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from webapi.paging import PAGE_PARAMETERS, BoundedPagination, CursorPagination
from webapi.parsing import OneFormat, StrictJSONParser, storable_text
from webapi.problems import Problem, missing


def many(serializer: type[BaseSerializer[Any]], rows: Any, **context: Any) -> list[Any]:
    """Return rows as a resource shows them; `context` is what the serializer looks up for all of them at once."""
    return list(serializer(rows, many=True, context=context).data)


class ContractView(APIView):
    """A resource: for callers with a token, known query parameters alone, and never kept by a cache.

    `query_parameters` names what a GET takes.
    """

    parser_classes = [StrictJSONParser]
    content_negotiation_class = OneFormat
    metadata_class = None
    query_parameters: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, then the query string."""
        super().initial(request, *args, **kwargs)
        known = self.query_parameters if request.method in SAFE_METHODS else frozenset()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: [_("This parameter is unknown here.")] for name in unknown[:20]})
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
        """Return the checked body. Raises ValidationError with every wrong field."""
        read = serializer(data=request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


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
