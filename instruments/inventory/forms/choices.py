"""Forms room: the choices of reference rows, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from display.templatetags.display import named
from instruments.inventory.models import ApplicationField, InstrumentClass

NONE = ("", "---------")
DEEPER = "\N{IDEOGRAPHIC SPACE}"


class NamedChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Rows by their name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name."""
        return named(obj)


class _ByGroup(ModelChoiceIterator):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        rows = list(self.queryset)
        heads = {(row.scheme, row.code[:2]): row for row in rows if row.level == 1}
        for key, group in groupby(rows, key=_head_of):
            head = heads.get(key)
            title = f"{head.code[:2]} {named(head)}" if head else f"{key[0]} {key[1]}"
            yield title, [self.choice(row) for row in group]

    def __len__(self) -> int:
        return self.queryset.count() + (self.field.empty_label is not None)


class ClassChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Instrument classes under their chapter; a native select with groups, so it works without script."""

    iterator = _ByGroup

    def __init__(self, **options: Any) -> None:
        super().__init__(InstrumentClass.objects.order_by("scheme", "code"), **options)

    def label_from_instance(self, obj: Any) -> str:
        """Return code and name; the deepest classes are set in."""
        indent = DEEPER if obj.level > 2 else ""
        return f"{indent}{obj.code} {named(obj)}"


def field_choices() -> tuple[dict[str, ApplicationField], list[tuple[str, str]]]:
    """Return the application fields by code, and the choices a select offers."""
    rows = {row.code: row for row in ApplicationField.objects.order_by("code")}
    return rows, [NONE, *((code, f"{code} {named(row)}") for code, row in rows.items())]


def _head_of(row: InstrumentClass) -> tuple[str, str]:
    return row.scheme, row.code[:2]
