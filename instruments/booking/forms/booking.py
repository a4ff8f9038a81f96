"""Forms room: the booking form, in local days and clock times, and the reason of a decision."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folding import times as written
from folding.times import LOCAL
from instruments.booking.enums import BookingKind, Purpose
from instruments.booking.forms.clock import (
    DAY_MINUTES,
    ClockField,
    DayOptions,
    TimeOptions,
    TimeText,
    days,
    times,
)
from instruments.booking.models import Booking
from instruments.booking.rules.repeats import LEAST, MOST, occurrences, overlap_each_other, rule_of
from instruments.booking.rules.visits import forgotten
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import clock_hours
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


class SlotForm(forms.Form):
    """A day, a start and an end on the local clock; without a last day, the first such end after the start."""

    night_is_implied = True
    """Whether an end before the start means the next day without being told so."""

    day = forms.DateField(label=_("Day"), widget=_date_input())
    start_time = ClockField(
        label=pgettext_lazy("of a time span", "Start"), latest=DAY_MINUTES - 1, widget=TimeText()
    )
    end_time = ClockField(
        label=pgettext_lazy("of a time span", "End"), latest=2 * DAY_MINUTES, widget=TimeText()
    )
    end_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=_date_input(),
        help_text=_("Only for a time that ends on another day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.night_is_implied:
            self.fields["end_time"].help_text = _("Earlier than the start: it ends on the next day.")

    def interval(self) -> tuple[dt.datetime, dt.datetime]:
        """Return the chosen [start, end) as aware moments. Call it on a form whose times are valid."""
        day: dt.date = self.cleaned_data["day"]
        last: dt.date | None = self.cleaned_data.get("end_day")
        start = _moment(day, self.cleaned_data["start_time"])
        end = _moment(last or day, self.cleaned_data["end_time"])
        if last is None and end < start and self.night_is_implied:
            end += dt.timedelta(days=1)
        return start, end

    @property
    def wish(self) -> tuple[dt.datetime, dt.datetime] | None:
        """The chosen time, also where another field of a bound form is wrong; None where there is none yet."""
        if self.is_bound:
            self.is_valid()
            if {"day", "start_time", "end_time", "end_day"} & set(self.errors):
                return None
        elif "start_time" in self.initial:
            self.cleaned_data = {name: self.initial.get(name) for name in self.fields}
        else:
            return None
        return self.interval()

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
        if {"day", "start_time", "end_time"} <= set(data) and "end_day" not in self.errors:
            start, end = self.interval()
            if end <= start and data.get("end_day"):
                self.add_error("end_day", _("The end must be later than the start."))
            elif end <= start and "end_day" in self.fields:
                self.add_error(
                    "end_time",
                    _("The end must be later than the start; name the last day where it is another one."),
                )
            elif end <= start:
                self.add_error("end_time", _("The end must be later than the start."))
        return data

    @classmethod
    def initial_of(cls, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values for an interval; the last day where the other three would mean another one."""
        day, last = start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()
        initial: dict[str, Any] = {
            "day": day, "start_time": _minute(start, day), "end_time": _minute(end, day)
        }  # fmt: skip
        implied = cls.night_is_implied and dt.timedelta(0) < end - start < dt.timedelta(days=1)
        if initial["end_time"] <= DAY_MINUTES and end > start:
            return initial
        return initial | {"end_time": _minute(end, last)} | ({} if implied else {"end_day": last})


class WishForm(SlotForm):
    """A time on one instrument: days within its horizon, times in its steps, an end on the next day named so."""

    night_is_implied = False

    def offer(self, instrument: Instrument) -> None:
        """Turn the fields into choices worth offering; the opening hours are read when the form is drawn."""
        policy = policy_of(instrument)
        hours = cache(lambda: clock_hours(instrument))
        step, longest = policy.step_minutes, policy.longest_minutes

        def starts() -> list[tuple[str, str]]:
            first = -(-hours().first // step) * step
            return times(first, min(hours().last - policy.shortest_minutes, DAY_MINUTES - 1), step)

        def ends() -> list[tuple[str, str]]:
            first = -(-(hours().first + policy.shortest_minutes) // step) * step
            last = min(DAY_MINUTES + longest - step, 2 * DAY_MINUTES) if hours().overnight else hours().last
            return times(first, last, step)

        def coming() -> list[tuple[str, str]]:
            return list(days(timezone.localdate(), policy.horizon_days + 1))

        for name, widget, choices in (
            ("day", DayOptions(), coming),
            ("start_time", TimeOptions(), starts),
            ("end_time", TimeOptions(), ends),
        ):
            widget.choices = CallableChoiceIterator(choices)
            self.fields[name].widget = widget
        if longest <= DAY_MINUTES and not (self.initial.get("end_day") or self.data.get("end_day")):
            del self.fields["end_day"]

    @classmethod
    def initial_of(cls, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values for an interval; up to the end of the next day the clock goes on past 24:00."""
        day, last = start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()
        initial: dict[str, Any] = {
            "day": day, "start_time": _minute(start, day), "end_time": _minute(end, day)
        }  # fmt: skip
        if day <= last and initial["end_time"] <= 2 * DAY_MINUTES:
            return initial
        return initial | {"end_time": _minute(end, last), "end_day": last}


class QuoteForm(WishForm):
    """A wished time on one instrument, before anything else about the wish is known."""

    station = forms.TypedChoiceField(
        label=pgettext_lazy("at an instrument", "Station"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(instrument)
        if instrument.station_count == 1:
            del self.fields["station"]
        else:
            numbers = [(number, str(number)) for number in range(1, instrument.station_count + 1)]
            self.fields["station"].choices = [("", _("Any free one")), *numbers]  # type: ignore[attr-defined]


REPEATS = [
    ("", _("Once")),
    ("daily", _("Every day")),
    ("workdays", _("Monday to Friday")),
    ("weekly", _("Every week")),
    ("fortnightly", _("Every two weeks")),
    ("monthly", _("Every month, on the same date")),
]
_TIMES = {"day", "start_time", "end_time", "end_day"}


class BookingForm(QuoteForm):
    """One wish for one instrument."""

    SAID = ("purpose_kind", "purpose", "station")
    """What is said beside the time; an address can carry it, so that signing in loses nothing."""

    purpose_kind = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    purpose = forms.CharField(
        label=_("What for"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    repeat = forms.ChoiceField(
        label=_("How often"),
        required=False,
        choices=REPEATS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    times = forms.IntegerField(
        label=_("How many times"),
        required=False,
        min_value=LEAST,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        help_text=_("The first time counts; at most 52. You see all of them before anything is booked."),
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput())
    knowing = forms.BooleanField(required=False)
    """Said at the warning of own bookings elsewhere."""
    field_order = ("day", "start_time", "end_time", "end_day", "station", "purpose_kind", "purpose")
    SERIES = ("repeat", "times")
    """What makes one booking a series; folded away on the page."""

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(instrument, *args, **kwargs)
        self.fields["purpose"].help_text = (
            _("Project and samples in a few words; the steward decides by it.")
            if policy_of(instrument).approval_required
            else _("Project and samples in a few words; the steward prepares by it.")
        )
        # A form sent twice books once; a new number for each page shown.
        self.initial.setdefault("once", uuid4())

    def clean(self) -> dict[str, Any]:
        """Refuse a series without a number of times, or of times that overlap each other."""
        data = super().clean()
        if data.get("repeat") and "times" not in self.errors and not self.errors.keys() & _TIMES:
            if not data.get("times"):
                self.add_error("times", _("Say how many times."))
            elif overlap_each_other(self.series_times()):
                self.add_error("repeat", _("The times of this series would overlap each other."))
        return data

    @property
    def rule(self) -> str:
        """The recurrence rule of a valid form, empty for a single booking."""
        data = self.cleaned_data
        return rule_of(data["repeat"], data["times"]) if data.get("repeat") else ""

    def series_times(self) -> list[Interval]:
        """Return the times of the series that a valid form asks for."""
        return occurrences(Interval(*self.interval()), self.rule)

    def said(self) -> dict[str, Any]:
        """Return what `request_booking` takes beside the time. Needs a valid form."""
        data = self.cleaned_data
        return {name: data.get(name) for name in self.SAID} | {
            "form": str(data["once"] or ""),
            "knowing": data["knowing"],
        }


class MaintenanceForm(SlotForm):
    """Time the steward takes for upkeep."""

    night_is_implied = False

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
            time_attrs={"class": "form-control num", "inputmode": "numeric", "placeholder": "14:00"},
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


class MoveForm(WishForm):
    """A new time for a booking; upkeep is bound to no choices."""

    def __init__(self, booking: Booking, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if booking.kind == BookingKind.USE:
            self.offer(booking.instrument)


def _moment(day: dt.date, minutes: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL) + dt.timedelta(minutes=minutes)


def _minute(moment: dt.datetime, day: dt.date) -> int:
    return (moment - dt.datetime.combine(day, dt.time(), LOCAL)) // dt.timedelta(minutes=1)


def _storable(day: dt.date) -> dt.date:
    if not is_convertible(dt.datetime.combine(day, dt.time(12), LOCAL)):
        raise forms.ValidationError(_("Choose a day of this century."))
    return day


def moment_of(text: str) -> dt.datetime | None:
    """Read an aware moment out of an address; None for anything else, however strange."""
    try:
        moment = written.moment(text.replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None or not is_convertible(moment):
        return None
    return moment
