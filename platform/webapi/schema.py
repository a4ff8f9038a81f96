"""The OpenAPI description: what every operation shares is said once here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from webapi.problems import CONTENT_TYPE

UNSAFE = ("post", "put", "patch", "delete")
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "field": {"type": "string"},
                    "rule": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "conflicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string", "format": "date-time"} for name in ("start", "end")},
            },
        },
        "alternatives": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "instrument": {"type": "string"},
                    **{name: {"type": "string", "format": "date-time"} for name in ("start", "end")},
                },
            },
        },
    },
}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Makes the call count once: the same key and body give the stored answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the bearer token."""

    target_class = "webapi.authentication.BearerTokenAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "oi_…"}


def paged(row: type[serializers.BaseSerializer[Any]], *, counted: bool = True) -> serializers.Serializer[Any]:
    """Describe a page of rows; lists by cursor give no count."""
    name = row.__name__.removesuffix("Serializer")
    page: serializers.Serializer[Any] = inline_serializer(
        f"{name}Page",
        {
            "count": serializers.IntegerField(allow_null=not counted),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )
    return page


def shared_parts(
    result: dict[str, Any], generator: SchemaGenerator, request: Any, public: bool
) -> dict[str, Any]:
    """Add the problem answer to every operation and the key to every unsafe one."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "The call was refused; `status` and `detail` say why.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            operation["responses"]["default"] = answer
            if method in UNSAFE:
                operation.setdefault("parameters", []).append(KEY_PARAMETER)
    return result
