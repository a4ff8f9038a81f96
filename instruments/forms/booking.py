"""Forms room: the booking form, in local days and clock times, and the reason of a decision."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from instruments.enums import BookingKind, Purpose
from instruments.models import Booking, Instrument
from instruments.queries.policy import policy_of
from instruments.rules.hours import LOCAL, is_convertible
from instruments.rules.visits import forgotten

DAY_MINUTES = 24 * 60


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control"})


class SlotForm(forms.Form):
    """A day, a start and an end on the local clock; without a last day, the first such end after the start."""

    day = forms.DateField(label=_("Day"), widget=_date_input())
    start_time = forms.TimeField(label=_("Start"), widget=_time_input())
    end_time = forms.TimeField(label=_("End"), widget=_time_input())
    end_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=_date_input(),
        help_text=_("Only for a time of more than 24 hours."),
    )

    def interval(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the chosen [start, end) as aware moments. Call it on a valid form."""
        day: dt.date = self.cleaned_data["day"]
        last: dt.date | None = self.cleaned_data.get("end_day")
        start = dt.datetime.combine(day, self.cleaned_data["start_time"], LOCAL)
        end = dt.datetime.combine(last or day, self.cleaned_data["end_time"], LOCAL)
        return start, end if end > start or last is not None else end + dt.timedelta(days=1)

    def clean_day(self) -> dt.date:
        """Refuse days no calendar of ours can hold."""
        return _storable(self.cleaned_data["day"])

    def clean_end_day(self) -> dt.date | None:
        """Refuse days no calendar of ours can hold."""
        last: dt.date | None = self.cleaned_data["end_day"]
        return None if last is None else _storable(last)

    def clean(self) -> dict[str, Any]:
        """Refuse an end that is not later than the start."""
        data = super().clean() or {}
        if data.get("end_day") and {"day", "start_time", "end_time"} <= set(data):
            start, end = self.interval()
            if end <= start:
                self.add_error("end_day", _("The end must be later than the start."))
        return data

    @staticmethod
    def initial_of(start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values for an interval; the last day where the other three would mean a shorter one."""
        local_start, local_end = start.astimezone(LOCAL), end.astimezone(LOCAL)
        initial = {"day": local_start.date(), "start_time": local_start.time(), "end_time": local_end.time()}
        if not dt.timedelta(0) < end - start <= dt.timedelta(days=1):
            initial["end_day"] = local_end.date()
        return initial


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
        policy = policy_of(instrument)
        if policy.longest_minutes <= DAY_MINUTES:
            del self.fields["end_day"]
        step = policy.step_minutes * 60
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
    once = forms.UUIDField(required=False, widget=forms.HiddenInput())
    field_order = ("day", "start_time", "end_time", "end_day", "station", "purpose_kind", "purpose")

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(instrument, *args, **kwargs)
        # A form sent twice books once; a new number for each page shown.
        self.initial.setdefault("once", uuid4())


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
        help_text=_("Start-up, measurement and post-processing; empty counts from check-in to the end."),
    )
    samples = forms.IntegerField(
        label=_("Samples"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    left_at = forms.SplitDateTimeField(
        label=_("Left at"),
        required=False,
        input_date_formats=["%Y-%m-%d"],
        input_time_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "class": "form-control"},
            time_attrs={"type": "time", "class": "form-control"},
        ),
    )

    def __init__(self, booking: Booking, now: dt.datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if booking.end > now:
            del self.fields["left_at"]
        elif forgotten(booking.end, now):
            self.fields["left_at"].help_text = _(
                "Left empty, the booked end counts: this visit was very likely over before now."
            )
        else:
            self.fields["left_at"].help_text = _("Left empty, the visit ends now.")


class MoveForm(SlotForm):
    """A new time for a booking."""

    def __init__(self, booking: Booking, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_long = (
            booking.kind == BookingKind.MAINTENANCE
            or policy_of(booking.instrument).longest_minutes > DAY_MINUTES
        )
        if not may_be_long and "end_day" not in self.initial:
            del self.fields["end_day"]


def _storable(day: dt.date) -> dt.date:
    if not is_convertible(dt.datetime.combine(day, dt.time(12), LOCAL)):
        raise forms.ValidationError(_("Choose a day of this century."))
    return day


def moment_of(text: str) -> dt.datetime | None:
    """Read an aware moment out of an address; None for anything else, however strange."""
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not is_convertible(moment):
        return None
    return moment
