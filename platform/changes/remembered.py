"""Reads whose SQL is made once: where every request reads a row, making the query costs more than asking it.

Django builds and compiles a queryset anew each time. What is asked again and again with other values only says so here.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

R = TypeVar("R")


@dataclass(frozen=True)
class _Blank:
    """The place of a value among the parameters."""

    name: str
    field: Field[Any, Any]


class Given(Expression):
    """A value that is said when the query is asked; the field says how the database takes it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: SQLCompiler, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Leave a blank."""
        return "%s", (_Blank(self.name, self.output_field),)


class Remembered(Generic[R]):
    """A query with blanks (`Given`) that is built and compiled at its first asking; without prefetched rows."""

    def __init__(self, build: Callable[[], QuerySet[Any, R]]) -> None:
        self._build = build
        self._made: tuple[Any, SQLCompiler, str, tuple[Any, ...]] | None = None

    def ask(self, **values: object) -> list[R]:
        """Return the rows for these values, one for each blank; one query. Raises KeyError for a blank left open."""
        if self._made is None:
            self._made = self._make()
        rows, compiler, sql, places = self._made
        connection = connections[DEFAULT_DB_ALIAS]
        filled = tuple(
            place.field.get_db_prep_value(values[place.name], connection)
            if isinstance(place, _Blank)
            else place
            for place in places
        )
        # What a compiler learned of the columns is kept; the connection is this thread's own.
        asked: Any = copy(compiler)
        asked.connection, asked.as_sql = connection, lambda: (sql, filled)
        query: Any = copy(rows.query)
        query.get_compiler = lambda *_where, **_more: asked
        source: Any = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=query,
            model=rows.model,
            _fields=rows._fields,
            _known_related_objects={},
        )
        return list(rows._iterable_class(source))

    def first(self, **values: object) -> R | None:
        """Return the first row, or None; the query itself limits itself to one."""
        found = self.ask(**values)
        return found[0] if found else None

    def _make(self) -> tuple[Any, SQLCompiler, str, tuple[Any, ...]]:
        rows = self._build()
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, places = compiler.as_sql()
        return rows, compiler, sql, tuple(places)
