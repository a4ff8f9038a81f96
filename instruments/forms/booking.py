"""Forms room: the booking form, in local days and clock times, and the reason of a decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from instruments.enums import Purpose
from instruments.models import Booking, Instrument
from instruments.queries.policy import policy_of
from instruments.rules.hours import LOCAL, is_convertible


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control"})


class SlotForm(forms.Form):
    """A day, a start and an end on the local clock; an end at or before the start lies on the next day."""

    day = forms.DateField(label=_("Day"), widget=_date_input())
    start_time = forms.TimeField(label=_("Start"), widget=_time_input())
    end_time = forms.TimeField(label=_("End"), widget=_time_input())

    def interval(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the chosen [start, end) as aware moments. Call it on a valid form."""
        day: dt.date = self.cleaned_data["day"]
        start = dt.datetime.combine(day, self.cleaned_data["start_time"], LOCAL)
        end = dt.datetime.combine(day, self.cleaned_data["end_time"], LOCAL)
        return start, end if end > start else end + dt.timedelta(days=1)

    def clean_day(self) -> dt.date:
        """Refuse days no calendar of ours can hold."""
        day: dt.date = self.cleaned_data["day"]
        if not is_convertible(dt.datetime.combine(day, dt.time(12), LOCAL)):
            raise forms.ValidationError(_("Choose a day of this century."))
        return day

    @staticmethod
    def initial_of(start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values for an interval."""
        local_start, local_end = start.astimezone(LOCAL), end.astimezone(LOCAL)
        return {"day": local_start.date(), "start_time": local_start.time(), "end_time": local_end.time()}


class QuoteForm(SlotForm):
    """A wished time on one instrument, before anything else about the wish is known."""

    station = forms.TypedChoiceField(
        label=_("Station"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = policy_of(instrument).step_minutes * 60
        for name in ("start_time", "end_time"):
            self.fields[name].widget.attrs["step"] = step
        if instrument.station_count == 1:
            del self.fields["station"]
        else:
            numbers = [(number, str(number)) for number in range(1, instrument.station_count + 1)]
            self.fields["station"].choices = [("", _("Any free one")), *numbers]  # type: ignore[attr-defined]


class BookingForm(QuoteForm):
    """One wish for one instrument."""

    purpose_kind = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    purpose = forms.CharField(
        label=_("What for"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Project and samples in a few words; the steward decides by it."),
    )
    field_order = ("day", "start_time", "end_time", "station", "purpose_kind", "purpose")


class MaintenanceForm(SlotForm):
    """Time the steward takes for upkeep."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class ReasonForm(forms.Form):
    """The reason of a decision or cancellation."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class CheckOutForm(forms.Form):
    """What the end of a visit tells: the hours that count and the samples."""

    effective_hours = forms.DecimalField(
        label=_("Effective hours"),
        max_digits=6,
        decimal_places=2,
        min_value=0,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01"}),
        help_text=_("Start-up, measurement and post-processing; empty counts from check-in to now."),
    )
    samples = forms.IntegerField(
        label=_("Samples"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class MoveForm(SlotForm):
    """A new time for a booking."""

    @classmethod
    def for_booking(cls, booking: Booking) -> MoveForm:
        """Return the form filled with the booking's present time."""
        return cls(initial=cls.initial_of(booking.start, booking.end))


def moment_of(text: str) -> dt.datetime | None:
    """Read an aware moment out of an address; None for anything else, however strange."""
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not is_convertible(moment):
        return None
    return moment
