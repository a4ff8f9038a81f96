"""Addresses of the present page with one filter changed: the URL carries all state of a list."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

PAGE_KEYS = ("page", "cursor")


def _written(query: QueryDict) -> str:
    return f"?{query.urlencode()}" if query else "?"


def _without_page(query: QueryDict, changed: Iterable[str]) -> None:
    if not set(PAGE_KEYS) & set(changed):
        for key in PAGE_KEYS:
            query.pop(key, None)


def with_changes(query: QueryDict, **changes: object) -> str:
    """Write the query with keys replaced; None or "" removes a key.

    A change of anything but the page returns to the first page.
    """
    changed = query.copy()
    for key, value in changes.items():
        if value is None or value == "":
            changed.pop(key, None)
        else:
            changed[key] = str(value)
    _without_page(changed, changes)
    return _written(changed)
