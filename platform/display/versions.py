"""The version that stood hidden in a page, and what differs where it is stale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from changes import StaleVersion

VERSION = "version"
"""The hidden field that carries the version of what a page shows."""
NEVER = -1
"""No row has this version: what was sent is no number, so it cannot be the one that was shown."""
IT_SAYS = _("It now says: %(value)s")


def seen_in(data: Mapping[str, object]) -> int | None:
    """Return the version a page showed; None where it showed none."""
    text = str(data.get(VERSION) or "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NEVER


def differences(form: forms.BaseForm) -> list[tuple[BoundField, str]]:
    """Return what was typed otherwise than it is stored: each field with the stored value in words."""
    names = [name for name in form.changed_data if name != VERSION]
    return [
        (form[name], _in_words(form.fields[name], form.get_initial_for_field(form.fields[name], name)))
        for name in names
    ]


def show_meanwhile(form: forms.BaseForm, stale: StaleVersion, *, without: Container[str] = ()) -> None:
    """Say beside each field of a form of what is stored now what that is, where something else was typed.

    What was typed stays; with the version that the page carries now, where it has one, it may be sent once more.
    `without`: fields that are only typed, never stored.
    """
    form.is_valid()
    form.add_error(None, str(stale))
    for bound, stored in differences(form):
        if bound.name not in without:
            form.add_error(bound.name, IT_SAYS % {"value": stored or "–"})
    if stale.found is not None:
        data: Any = form.data.copy()  # type: ignore[attr-defined]
        data[form.add_prefix(VERSION)] = str(stale.found)
        form.data = data


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        values = value if isinstance(value, list | tuple) else [value]
        named = {str(key): str(word).strip() for key, word in _flat(field)} if any(values) else {}
        return ", ".join(named.get(str(one), str(one)) for one in values if one not in (None, ""))
    if isinstance(field, forms.BooleanField):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return "" if value is None else str(value)


def _flat(field: forms.ChoiceField) -> Iterator[tuple[Any, Any]]:
    choices: Any = field.choices
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label
