"""Every address of the site, read from the URL resolver itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address: its full name (or its pattern, where it has no name) and its pattern."""

    name: str
    pattern: str


def routes() -> list[Route]:
    """List every route in the order in which addresses are matched."""
    return list(_walk(get_resolver().url_patterns, (), ""))


def _walk(
    patterns: list[URLPattern | URLResolver], namespaces: tuple[str, ...], prefix: str
) -> Iterator[Route]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, address)
        else:
            yield Route(":".join([*namespaces, pattern.name]) if pattern.name else f"/{address}", address)
