"""One constraint for "these intervals never overlap": EXCLUDE on PostgreSQL, triggers on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import FieldError, ValidationError
from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Func, Model, Q
from django.db.models.constraints import BaseConstraint
from django.db.models.expressions import Expression

from safeguards.triggers import Trigger


class _TimeRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class NoOverlap(ExclusionConstraint):
    """Rows that agree in `equal` and meet `condition` never overlap in [start, end).

    On SQLite the guarantee is the trigger pair of `overlap_guard`; this class then only validates,
    so that full_clean gives the same message on both engines.
    """

    def __init__(
        self,
        *,
        name: str,
        equal: Sequence[str],
        condition: Q,
        start: str = "start",
        end: str = "end",
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.equal, self.start, self.end, self.held = tuple(equal), start, end, condition
        expressions: list[tuple[Expression | str, str]] = [
            (field, RangeOperators.EQUAL) for field in self.equal
        ]
        expressions.append((_TimeRange(start, end, RangeBoundary()), RangeOperators.OVERLAPS))
        super().__init__(
            name=name,
            expressions=expressions,
            condition=condition,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Give the migration only what cannot be derived."""
        path, args, _ = BaseConstraint.deconstruct(self)
        return (
            path,
            args,
            {
                "name": self.name,
                "equal": self.equal,
                "condition": self.condition,
                "start": self.start,
                "end": self.end,
            },
        )

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Any:  # type: ignore[override]
        """Return the EXCLUDE statement on PostgreSQL, nothing elsewhere."""
        return super().create_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Any:  # type: ignore[override]
        """Return the inline EXCLUDE clause on PostgreSQL, nothing elsewhere."""
        return super().constraint_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Any:  # type: ignore[override]
        """Return the DROP statement on PostgreSQL, nothing elsewhere."""
        return super().remove_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def validate(
        self, model: type[Model], instance: Model, exclude: Any = None, using: str = "default"
    ) -> None:
        """Raise ValidationError where another row holds part of the interval."""
        needed = {*self.equal, self.start, self.end}
        if exclude and needed & set(exclude):
            return
        against = instance._get_field_expression_map(meta=model._meta, exclude=exclude)  # type: ignore[attr-defined]
        try:
            if not self.held.check(against, using=using):
                return
        except FieldError:
            return
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        if start is None or end is None:
            return
        same = {field: getattr(instance, model._meta.get_field(field).attname) for field in self.equal}  # type: ignore[union-attr]
        rows = model._default_manager.using(using).filter(
            self.held, **same, **{f"{self.start}__lt": end, f"{self.end}__gt": start}
        )
        if instance.pk is not None:
            rows = rows.exclude(pk=instance.pk)
        if rows.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


def overlap_guard(
    *, name: str, table: str, equal: Sequence[str], holding: str, start: str = "start", end: str = "end"
) -> Trigger:
    """Build the SQLite triggers for a NoOverlap of the same name; PostgreSQL needs none.

    `holding` is the SQL condition with {row} for the row it speaks of. Because held rows never overlap,
    the one that begins last before the new end also ends last: looking at it alone is enough.
    """
    same = " AND ".join(f'other."{column}" = NEW."{column}"' for column in equal)
    check = (  # Every part is written by our own apps, none by a person.
        f"SELECT RAISE(ABORT, '{name}') WHERE (SELECT other.\"{end}\" FROM {table} AS other WHERE {same} "  # noqa: S608
        f'AND other."{start}" < NEW."{end}" AND other.id <> NEW.id AND {holding.replace("{row}", "other")} '
        f'ORDER BY other."{start}" DESC LIMIT 1) > NEW."{start}"'
    )
    statements: list[str] = []
    for event in ("insert", "update"):
        guard = f"{name}_{event}"
        when = holding.replace("{row}", "NEW")
        create = f"CREATE TRIGGER {guard} BEFORE {event.upper()} ON {table} FOR EACH ROW WHEN {when} BEGIN {check}; END"
        statements += [f"DROP TRIGGER IF EXISTS {guard}", create]
    return Trigger(name, table, tuple(statements), (), constraints=(name,))


def is_overlap(error: BaseException, name: str) -> bool:
    """Tell whether an IntegrityError is the refusal of the NoOverlap called `name`."""
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        return getattr(diagnosis, "constraint_name", None) == name
    return name in str(error)


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return connections[schema_editor.connection.alias].vendor == "postgresql"
