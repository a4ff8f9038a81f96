"""Nonsense for every address that takes something, from what the site itself says it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import connection
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import strategies as st

from tests.site_wide.permission_targets import target
from tests.site_wide.test_permission_table import HAND_WRITTEN, MODELS, REGISTERED, model_route

ROOMS = ("background", "evaluations", "instruments", "members", "notices", "reporting", "webapi")
UNTOUCHED = {"webapi_storedanswer", "background_heartbeat"}
"""What a refused call leaves there is its own answer."""
ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "999999999999999999999",
        "1e309",
        "NaN",
        "Infinity",
        "-0",
        "0x10",
        "１２",
        "٣",
    ),
    *(
        "\x00",
        "a\x00b",
        "\ud800",
        "\u202e",
        "\ufeff",
        "\U0001f52c",
        "é" * 400,
        "x" * 5000,
        "'",
        '"',
        "<b>",
        "%",
        "%00",
    ),
    *(
        "null",
        "true",
        "on",
        "[]",
        "{}",
        "../..",
        "//evil.example",
        "javascript:alert(1)",
        "AAA",
        "AAA-TABLE",
        "ELSE-1",
    ),
    *(
        "2026-03-02",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "2025-W01-1",
        "24:00",
        "25:61",
        "12:00",
        "1",
        "08:00",
    ),
    *("2026-03-02T09:00:00+08:00", "2026-03-02T09:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"),
    *(
        "2026-03-02T09:00:00+99:99",
        "-271821-04-20T00:00:00Z",
        "1.005",
        "1,5",
        "00000000-0000-0000-0000-000000000000",
    ),
)
TEXTS = st.sampled_from(ODD) | st.text(max_size=30)
LEAVES = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["if-match", "idempotency-key", "accept-language", "hx-request", "if-none-match", "range", "accept"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300).map(str.strip),
    max_size=2,
)


@dataclass(frozen=True)
class Place:
    """An address that takes something: how it is asked, and what names it knows."""

    label: str
    method: str
    address: str
    names: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_api(self) -> bool:
        """Whether it answers programs."""
        return self.address.startswith("/api/")


def places(world: Any) -> list[Place]:
    """Every address of the permission table, with the names that its page or its description tells of."""
    described = _described()
    found = []
    for row in HAND_WRITTEN:
        address, body = target(world, row.label)
        path = address.partition("?")[0]
        if path.startswith("/api/"):
            names = described.get((row.method.lower(), _shape(path)), ())
        else:
            asked = _asked_on(world, path)
            names, body = tuple(asked), {**asked, **(body or {})} if row.method == "POST" else body
        found.append(Place(row.label, row.method, path, (*names, *(body or {})), body or {}))
    for label in MODELS:
        row = REGISTERED[label]._default_manager.order_by("-pk").first()
        for page in ("changelist", "add", "change", "delete"):
            arguments = [row.pk] if page in {"change", "delete"} else []
            address = reverse(model_route(label, page), args=arguments)
            for method in ("GET", "POST"):
                asked = _asked_on(world, address)
                body = asked if method == "POST" else {}
                found.append(Place(model_route(label, page), method, address, tuple(asked), body))
    return found


def fingerprint() -> str:
    """How many rows each table of ours has, and the sum of their versions: what a refused request must leave."""
    asked = []
    for model in apps.get_models():
        table = model._meta.db_table
        if model._meta.app_label in ROOMS and table not in UNTOUCHED:
            names = {one.name for one in model._meta.get_fields()}
            version = "COALESCE(SUM(version), 0)" if "version" in names else "0"
            asked.append(f"SELECT '{table}', COUNT(*), {version} FROM {table}")
    found = []
    with connection.cursor() as cursor:
        for start in range(0, len(asked), 40):
            cursor.execute(" UNION ALL ".join(asked[start : start + 40]))
            found += [tuple(map(str, row)) for row in cursor.fetchall()]
    return repr(found)


def _described() -> dict[tuple[str, str], tuple[str, ...]]:
    spec = SchemaGenerator().get_schema(request=None, public=True)
    schemas = spec["components"]["schemas"]
    found = {}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            body = (
                operation.get("requestBody", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema", {})
            )
            for schema in body.get("oneOf", [body]):
                known = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
                names += known.get("properties", {})
            found[method, re.sub(r"{[^}]*}", "*", path)] = tuple(names)
    return found


def _shape(path: str) -> str:
    parts = path.strip("/").split("/")
    fixed = {
        "api",
        "v1",
        "units",
        "fields",
        "regions",
        "instruments",
        "instrument-classes",
        "availability",
        "bookings",
    }
    fixed |= {
        "approve",
        "decline",
        "cancel",
        "check-in",
        "check-out",
        "move",
        "usage-records",
        "evaluations",
        "results",
    }
    fixed |= {"report-runs", "file", "open-slots"}
    return "/" + "/".join(part if part in fixed else "*" for part in parts) + "/"


class _Form(HTMLParser):
    """What a page asks for, with what stands there already: the first choice of a list, the value of a field."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, or the first choice of the list that is open."""
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag in {"input", "select", "textarea"} and name and name != "csrfmiddlewaretoken":
            self.said.setdefault(name, told.get("value", ""))
            self.of = name if tag == "select" else ""
        elif tag == "option" and self.of and told.get("value"):
            self.said[self.of] = self.said[self.of] or told["value"]


def _asked_on(world: Any, address: str) -> dict[str, str]:
    answer = world.ask("superuser", "GET", address, None)
    if answer.status_code != 200 or answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return {}
    form = _Form()
    form.feed(answer.content.decode())
    return dict(list(form.said.items())[:60])
