"""Forms room: narrowing a list of usage, entering a use, correcting a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from display.templatetags.display import named
from instruments.booking.enums import Purpose
from instruments.booking.forms.slots import SlotForm
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import EARLIEST, LATEST
from instruments.usage.enums import UserKind
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage_list import UsageFilters
from instruments.usage.rules.usage_entries import UsageEntry

FIELD_OF = {"start": "start_time", "end": "end_time", "effective_hours": "measurement_hours"}
"""Which field of the page shows what an action says about a field of an entry."""

_KEPT = ("station", "user_kind", "purpose", "samples", "income", "user_name", "user_unit")
_PARTS = ("startup_hours", "measurement_hours", "processing_hours")


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def _text() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control"})


def _figure(label: Any, digits: int, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=digits,
        decimal_places=2,
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01"}),
        **options,
    )


class UsageFilterForm(forms.Form):
    """What a list of usage is narrowed by; a value that is wrong is named and narrows nothing."""

    instrument = forms.CharField(label=_("Instrument code"), max_length=30, required=False)
    first_day = forms.DateField(label=pgettext_lazy("first day", "From"), required=False, widget=day_input())
    last_day = forms.DateField(label=pgettext_lazy("last day", "To"), required=False, widget=day_input())
    user_kind = forms.ChoiceField(
        label=pgettext_lazy("kind of user", "User"),
        choices=[("", _("All users")), *UserKind.choices],
        required=False,
        widget=_select(),
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", _("All purposes")), *Purpose.choices],
        required=False,
        widget=_select(),
    )
    replaced = forms.BooleanField(label=_("Replaced records too"), required=False)
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput())

    def clean_first_day(self) -> dt.date | None:
        """Refuse days no calendar of ours can hold."""
        return _storable(self.cleaned_data["first_day"])

    def clean_last_day(self) -> dt.date | None:
        """Refuse days no calendar of ours can hold."""
        return _storable(self.cleaned_data["last_day"])

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        return data

    @property
    def chosen(self) -> UsageFilters:
        """What was chosen."""
        self.is_valid()
        data = self.cleaned_data
        return UsageFilters(
            instrument=(data.get("instrument") or "").upper(),
            first_day=data.get("first_day"),
            last_day=data.get("last_day"),
            user_kind=data.get("user_kind") or "",
            purpose=data.get("purpose") or "",
            replaced_too=bool(data.get("replaced")),
        )

    @property
    def page_number(self) -> int:
        """The page asked for, 1 where none or nonsense."""
        self.is_valid()
        return int(self.cleaned_data.get("page") or 1)


class UseForm(SlotForm):
    """One use as its custodian types it: local times, hours in their three parts."""

    station = forms.IntegerField(
        label=pgettext_lazy("at an instrument", "Station"),
        min_value=1,
        max_value=32767,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    startup_hours = _figure(_("Start-up hours"), 8, required=False)
    measurement_hours = _figure(
        _("Measurement hours"), 8, help_text=_("All three together are the effective hours.")
    )
    processing_hours = _figure(_("Post-processing hours"), 8, required=False)
    user_kind = forms.ChoiceField(
        label=pgettext_lazy("kind of user", "User"), choices=UserKind.choices, widget=_select()
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices, widget=_select())
    samples = forms.IntegerField(
        label=_("Samples"),
        min_value=0,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    income = _figure(_("Income (yuan)"), 12, required=False)
    user_name = forms.CharField(label=_("Name of the user"), max_length=50, required=False, widget=_text())
    user_unit = forms.CharField(
        label=_("Unit of the user"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "list": "organisations", "autocomplete": "off"}
        ),
        help_text=_(
            "Choose a known organisation; another name stays your unit's until it is merged with one."
        ),
    )

    because = forms.CharField(
        label=_("Keep it, because…"),
        max_length=200,
        required=False,
        widget=_text(),
        help_text=_("Asked where something is unusual; the reason is stored with the record."),
    )

    @property
    def asks(self) -> bool:
        """Whether it is to be said why the entry is true."""
        return self.is_bound and ("because" in self.errors or bool(self.data.get("because")))

    def ask(self, odd: Mapping[str, Sequence[str]]) -> None:
        """Show what is unusual at the place where the reason is typed."""
        for messages in odd.values():
            for message in messages:
                self.add_error("because", message)

    def figures(self) -> dict[str, Any]:
        """Return all but number, instrument and time, as an entry names it. Call it on a valid form."""
        data = self.cleaned_data
        startup, processing = data["startup_hours"] or Decimal(0), data["processing_hours"] or Decimal(0)
        return {
            "station": data.get("station") or 1,
            "effective_hours": startup + data["measurement_hours"] + processing,
            "startup_hours": startup,
            "processing_hours": processing,
            "user_kind": data["user_kind"],
            "purpose": data["purpose"],
            "samples": data["samples"] or 0,
            "income": data["income"] or Decimal(0),
            "user_name": data["user_name"],
            "user_unit": data["user_unit"],
            "because": data["because"],
        }

    def show(self, problems: Mapping[str, Sequence[str]]) -> None:
        """Put what the action refused beside the field it concerns, else above the form."""
        for name, messages in problems.items():
            field = FIELD_OF.get(name, name)
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class NewUseForm(UseForm):
    """A use that is recorded for the first time."""

    instrument = forms.ChoiceField(label=_("Instrument"), widget=_select())
    record_id = forms.CharField(
        label=_("Record number"),
        max_length=50,
        required=False,
        widget=_text(),
        help_text=_("Your own number; empty takes instrument code and start."),
    )
    field_order = ("instrument", "station", "day", "start_time", "end_time", "end_day")

    def __init__(self, instruments: Sequence[Instrument], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose an instrument")),
            *((row.code, f"{row.code} {named(row)}") for row in instruments),
        ]
        if all(row.station_count == 1 for row in instruments):
            del self.fields["station"]

    def entry(self) -> UsageEntry:
        """Return what the action takes; it chooses the number where none was typed. Call it on a valid form."""
        start, end = self.interval()
        data = self.cleaned_data
        return UsageEntry(
            record_id=data["record_id"],
            instrument_code=data["instrument"],
            start=start,
            end=end,
            **self.figures(),
        )


class CorrectionForm(UseForm):
    """A record as it should have been, and why; what is not touched stays to the second."""

    reason = forms.CharField(
        label=_("Reason of the correction"),
        max_length=200,
        widget=_text(),
        help_text=_("The old record stays readable beside the new one, with this reason."),
    )

    instrument = forms.ChoiceField(label=_("Instrument"), widget=_select(), required=False)
    field_order = ("instrument", "station")

    def __init__(
        self,
        record: UsageRecord,
        places: Sequence[Instrument] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.record = record
        self.places = {row.code: row for row in (*places, record.instrument)}
        super().__init__(data, initial=_initial(record) | {"instrument": record.instrument.code})
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            (code, f"{code} {named(row)}") for code, row in sorted(self.places.items())
        ]
        if len(self.places) == 1:
            del self.fields["instrument"]
        if all(row.station_count == 1 for row in self.places.values()):
            del self.fields["station"]

    def changes(self) -> dict[str, Any]:
        """Return what the action takes. Call it on a valid form."""
        start, end = self.interval()
        changes = self.figures()
        place = self.places.get(self.cleaned_data.get("instrument") or "", self.record.instrument)
        if place.pk != self.record.instrument_id:
            changes["instrument"] = place
        elif "station" not in self.fields:
            changes["station"] = self.record.station
        if start != _to_the_minute(self.record.start):
            changes["start"] = start
        if end != _to_the_minute(self.record.end):
            changes["end"] = end
        return changes

    def show(self, problems: Mapping[str, Sequence[str]]) -> None:
        """Put what the action refused beside the field it concerns, else above the form."""
        super().show({"reason" if name == "correction_reason" else name: m for name, m in problems.items()})


class VoidForm(forms.Form):
    """Why a use is taken off the count."""

    void_reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=_text(),
        help_text=_(
            "The record stays readable with this reason; its hours, income and time count no longer."
        ),
    )


def _initial(record: UsageRecord) -> dict[str, Any]:
    start, end = _to_the_minute(record.start), _to_the_minute(record.end)
    return SlotForm.initial_of(start, end) | {name: getattr(record, name) for name in _KEPT + _PARTS}


def _to_the_minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def _storable(day: dt.date | None) -> dt.date | None:
    if day is not None and not EARLIEST.date() < day < LATEST.date():
        raise forms.ValidationError(_("Choose a day of this century."))
    return day
