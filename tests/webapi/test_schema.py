"""The description of the contract."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from audit.models import Entry
from tests.api.calling import Caller, is_problem
from tests.factories.members import AdminFactory
from webapi.views import UnknownAddress

CALLS = [
    "regions",
    "units",
    "units/{code}",
    "fields",
    "instrument-classes",
    "instruments",
    "instruments/{code}",
    "instruments/{code}/availability",
    "bookings",
    "bookings/{booking_id}",
    "bookings/{booking_id}/approve",
    "bookings/{booking_id}/decline",
    "bookings/{booking_id}/cancel",
    "bookings/{booking_id}/check-in",
    "bookings/{booking_id}/check-out",
    "bookings/{booking_id}/move",
    "open-slots",
    "usage-records",
    "evaluations",
    "evaluations/{year}",
    "evaluations/{year}/results",
    "report-runs",
    "report-runs/{run_id}",
    "report-runs/{run_id}/file",
]
UNSAFE = ("post", "put", "patch", "delete")


def test_schema_is_valid_and_complete(tmp_path):
    """No warning, valid OpenAPI 3.1, every call of the contract, keys and problems everywhere."""
    file = tmp_path / "openapi.json"
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", file)
    spec = json.loads(file.read_text())
    assert spec["openapi"].startswith("3.1")
    assert set(spec["paths"]) == {f"/api/v1/{path}/" for path in CALLS}
    for operations in spec["paths"].values():
        for method, operation in operations.items():
            assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
            keys = [p for p in operation.get("parameters", []) if p["name"] == "Idempotency-Key"]
            assert len(keys) == (method in UNSAFE)


def test_every_unsafe_handler_takes_a_key():
    """No write can be forgotten."""

    def views(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from views(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
                yield pattern.callback.cls

    api = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/")
    found = [cls for cls in views(api.url_patterns) if cls is not UnknownAddress]
    unsafe = [(cls, getattr(cls, method)) for cls in found for method in UNSAFE if hasattr(cls, method)]
    assert unsafe
    assert [cls for cls, handler in unsafe if not getattr(handler, "takes_idempotency_key", False)] == []


def writes():
    """Method and path of every operation that takes a body, with the places where an object stands in it."""
    spec = SchemaGenerator().get_schema(request=None, public=True)
    schemas = spec["components"]["schemas"]

    def resolved(schema):
        return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    def objects(schema, way=()):
        schema = resolved(schema)
        for one in schema.get("oneOf", []):
            yield from objects(one, way)
        if "properties" in schema:
            yield way
            for name, inner in schema["properties"].items():
                yield from objects(inner, (*way, name))
        if schema.get("type") == "array":
            yield from objects(schema["items"], (*way, 0))

    return [
        (method, path, way)
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if method in UNSAFE
        for way in dict.fromkeys(objects(operation["requestBody"]["content"]["application/json"]["schema"]))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "way"), writes())
def test_unknown_key_in_a_body_is_400_with_its_name(method, path, way):
    """Wherever an object stands in a body of the contract; nothing is written."""
    body = {"no_such_key": 1}
    for step in reversed(way):
        body = [body] if step == 0 else {step: body}
    caller = Caller(AdminFactory())
    before = Entry.objects.count()
    answer = caller.send(method, re.sub(r"{[^}]*}", str(uuid.uuid4()), path), body)
    assert is_problem(answer, 400)
    named = ".".join(str(step) for step in (*way, "no_such_key"))
    assert named in [error["field"] for error in answer.json()["errors"]]
    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_schema_is_served_to_everybody():
    """As JSON, whatever is accepted."""
    for accept in ("application/json", "text/html"):
        answer = Caller().get("openapi.json", headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_documentation_obeys_the_strict_policy(client, language):
    """No inline script, no event attribute, nothing from outside; scripts from ourselves alone."""
    answer = client.get("/api/v1/docs/", headers={"accept-language": language})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in html
    assert "unsafe" not in next(
        part for part in answer.headers["Content-Security-Policy"].split(";") if "script-src" in part
    )
    assert all("src=" in part.split(">")[0] for part in html.split("<script")[1:])
    assert "//" not in [part for part in html.split('src="')[1:] if part.startswith("http")]
