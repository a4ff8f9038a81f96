"""The form of the usage report: a unit and a period."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import MemberUnit, Person
from members.permissions import roles_of
from reporting.forms import ReportForm

LONGEST_DAYS = 3 * 366


def units_of(person: object) -> Any:
    """Units of whose usage a person may see at least a part: those of its roles; for officers all."""
    if not isinstance(person, Person):
        return MemberUnit.objects.none()
    roles = roles_of(person)
    return MemberUnit.objects.all() if roles.is_officer else MemberUnit.objects.filter(pk__in=roles.units)


class InstrumentUsageForm(ReportForm):
    """Asks for the unit, the first day and the first day after the period."""

    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=MemberUnit.objects.none(), to_field_name="code", empty_label=None
    )
    start = forms.DateField(
        label=pgettext_lazy("first day", "From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    end = forms.DateField(
        label=_("Until (this day no longer counts)"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_of(self.person)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end lies after the start, and the period is of bearable length."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if isinstance(start, dt.date) and isinstance(end, dt.date):
            if end <= start:
                self.add_error("end", _("The period must end after it starts."))
            elif (end - start).days > LONGEST_DAYS:
                self.add_error("end", _("The period may be three years long at most."))
        return cleaned
