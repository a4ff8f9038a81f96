"""The contract described: as OpenAPI for programs, as a page for people."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapi import schema as _shared_parts  # noqa: F401 - registers how callers prove who they are
from webapi.parsing import OneFormat


class Schema(SpectacularAPIView):
    """OpenAPI 3.1, the same for everyone."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer2]
    content_negotiation_class = OneFormat

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the description."""
        answer: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        answer.headers["Cache-Control"] = "public, max-age=300"
        return answer


class Documentation(TemplateView):
    """The description as a page; its scripts are files of ours, so the strict policy holds."""

    template_name = "webapi/docs.html"
