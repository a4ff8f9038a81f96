"""Forms room: a time in local days and clock times, whatever it is for."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from folding import times as written
from folding.times import LOCAL
from instruments.booking.forms.clock import (
    ClockField,
    DayOptions,
    TimeOptions,
    TimeText,
    days,
    times,
)
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import clock_hours
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.hours import DAY_MINUTES, is_convertible


def waive_field() -> forms.CharField:
    """Why whoever keeps the instrument makes an exception from its rules for somebody else."""
    return forms.CharField(
        label=_("Reason for an exception"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_(
            "For somebody else, where rules that allow exceptions stand against it. It goes on record."
        ),
    )


class SlotForm(forms.Form):
    """A day, a start and an end on the local clock; without a last day, the first such end after the start."""

    night_is_implied = True
    """Whether an end before the start means the next day without being told so."""

    day = forms.DateField(label=_("Day"), widget=day_input())
    start_time = ClockField(
        label=pgettext_lazy("of a time span", "Start"), latest=DAY_MINUTES - 1, widget=TimeText()
    )
    end_time = ClockField(
        label=pgettext_lazy("of a time span", "End"), latest=2 * DAY_MINUTES, widget=TimeText()
    )
    end_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=day_input(),
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
        if policy.lent_out:
            self._of_whole_days()
        elif longest <= DAY_MINUTES and not (self.initial.get("end_day") or self.data.get("end_day")):
            del self.fields["end_day"]

    def _of_whole_days(self) -> None:
        """Ask for the first and the last day alone: what is lent out goes out and comes back at midnight."""
        for name, minute in (("start_time", 0), ("end_time", DAY_MINUTES)):
            self.fields[name].widget = forms.HiddenInput()
            self.fields[name].initial = minute
        self.fields["day"].label = _("First day")
        self.fields["end_day"].help_text = _("The day on which it is brought back; empty: the first day.")
        if "end_time" in self.initial:
            day = self.initial.get("end_day") or self.initial["day"]
            # An end at midnight is the end of the day before.
            last = day + dt.timedelta(days=(self.initial["end_time"] - 1) // DAY_MINUTES)
            self.initial.update(start_time=0, end_time=DAY_MINUTES, end_day=last)

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
