"""The base of every report's form: its file format, and its answers as plain JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

FORMAT_NAMES = {"pdf": _("PDF document"), "xlsx": _("Excel workbook"), "csv": _("CSV table")}


class ReportForm(forms.Form):
    """Asks for the file format; each report adds its own fields."""

    format = forms.ChoiceField(label=_("File format"), required=False)
    field_order = ["year", "unit", "start", "end", "format"]

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: object,
        formats: tuple[str, ...],
    ) -> None:
        self.person = person
        self.formats = formats
        super().__init__(data)
        choice = self.fields["format"]
        choice.choices = [(code, FORMAT_NAMES[code]) for code in formats]  # type: ignore[attr-defined]
        choice.initial = formats[0]

    def clean_format(self) -> str:
        """The first format is the usual one."""
        return self.cleaned_data["format"] or self.formats[0]

    def parameters(self) -> dict[str, Any]:
        """The answers as plain JSON: days as ISO text, rows by their code."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}


def _plain(value: object) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    return value
