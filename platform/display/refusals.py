"""A refusal as a form shows it."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from changes.errors import FieldsRefused


def show_refusal(
    form: forms.BaseForm, refusal: FieldsRefused, other_names: Mapping[str, str] | None = None
) -> None:
    """Add the messages of a refusal to a form: beside the field of that name, else above the form.

    `other_names`: what a field of the action is called in the form, where that differs.
    """
    for name, messages in refusal.fields.items():
        field = (other_names or {}).get(name, name)
        form.add_error(field if field in form.fields else None, list(messages))
