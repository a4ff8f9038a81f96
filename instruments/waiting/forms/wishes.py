"""Forms room: what somebody waits for: how long, from which day to which, at which hours, and what for."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from display.formats import minutes as in_words
from display.inputs import day_input
from instruments.booking.actions.requests import SAID
from instruments.booking.forms.booking import BookingForm
from instruments.booking.forms.slots import moment_of
from instruments.inventory.models import Instrument
from instruments.terms.enums import Nights
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.waiting.actions.wishes import Wanted
from instruments.waiting.models import WaitEntry

LENGTHS = (30, 60, 90, 120, 180, 240, 360, 480)
USUAL_DAYS, MOST_DAYS = 14, 180
_TIMES = ("first", "last", "minutes", "any_hour")


class SaidForm(forms.Form):
    """What the form of a booking asks beside the time: all that can be changed of a slot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SAID:
            self.fields[name] = deepcopy(BookingForm.base_fields[name])
        self.fields["purpose"].help_text = _("Project and samples in a few words, as in a booking.")

    @property
    def said(self) -> dict[str, str]:
        """What a valid form says of the use."""
        return {name: self.cleaned_data.get(name, "") for name in SAID}

    def wanted(self, entry: WaitEntry) -> Wanted:
        """Return what a valid form says of a slot, whose time stays."""
        return Wanted(
            start=entry.start,
            end=entry.end,
            minutes=entry.minutes,
            any_hour=entry.any_hour,
            said={"companion": entry.companion} | self.said,
        )


class SlotForm(SaidForm):
    """One very time, which stands in the page; what for may have been said where it was refused."""

    start = forms.CharField(max_length=40, widget=forms.HiddenInput())
    end = forms.CharField(max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["companion"].widget = forms.HiddenInput()

    @property
    def time(self) -> Interval | None:
        """The time, None where the page names none."""
        data: Any = self.data if self.is_bound else self.initial
        start, end = (moment_of(str(data.get(name, ""))) for name in ("start", "end"))
        return None if start is None or end is None or end <= start else Interval(start, end)

    def clean(self) -> dict[str, Any]:
        """Refuse what is no time."""
        data = super().clean() or self.cleaned_data
        if self.time is None:
            raise forms.ValidationError(_("Choose a time on the page of the instrument."))
        return data

    def slot(self) -> Wanted:
        """Return what a valid form says."""
        time = self.time
        assert time is not None
        return Wanted(
            start=time.start,
            end=time.end,
            minutes=time.length // dt.timedelta(minutes=1),
            said=self.said,
        )


class WaitForm(SaidForm):
    """Some time between two days, on one instrument or on any of a kind."""

    minutes = forms.TypedChoiceField(
        label=_("How long"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    first = forms.DateField(label=pgettext_lazy("of days", "From"), widget=day_input())
    last = forms.DateField(label=_("To (included)"), widget=day_input())
    any_hour = forms.BooleanField(
        label=_("Nights and weekends too"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        help_text=_("Otherwise Monday to Friday, 8 to 18."),
    )

    def __init__(self, *args: Any, instrument: Instrument | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = None if instrument is None else policy_of(instrument)
        lengths: set[int] = set(LENGTHS)
        if policy is not None:
            lengths = {
                n
                for n in LENGTHS
                if policy.shortest_minutes <= n <= policy.longest_minutes and n % policy.step_minutes == 0
            } or {policy.shortest_minutes}
        if policy is None or policy.nights != Nights.TWO:
            del self.fields["companion"]
        now = self.initial.get("minutes")
        lengths |= {now} if isinstance(now, int) else set()
        self.fields["minutes"].choices = [(n, in_words(n, get_language())) for n in sorted(lengths)]  # type: ignore[attr-defined]

    @classmethod
    def usual(cls, **said: Any) -> dict[str, Any]:
        """Return what a form shows that nobody has filled in: two hours in the coming two weeks, or what was said."""
        today = timezone.localdate()
        usual = {"first": today, "last": today + dt.timedelta(days=USUAL_DAYS - 1), "minutes": 120}
        return usual | {name: value for name, value in said.items() if value}

    @classmethod
    def initial_of(cls, entry: WaitEntry) -> dict[str, Any]:
        """Return the fields' values for a wish."""
        last = local_day(entry.end - dt.timedelta(microseconds=1))
        times = {"first": local_day(entry.start), "last": last, "minutes": entry.minutes}
        return {**entry.said, **times, "any_hour": entry.any_hour}

    def clean(self) -> dict[str, Any]:
        """Refuse days that are over, out of order, or too far away."""
        data = super().clean() or self.cleaned_data
        first, last, today = data.get("first"), data.get("last"), timezone.localdate()
        if first is not None and last is not None:
            if last < max(first, today):
                self.add_error("last", _("The last day must not be before the first one, nor be over."))
            elif last > today + dt.timedelta(days=MOST_DAYS):
                self.add_error("last", _("Choose days within the coming 180."))
        return data

    def wanted(self, entry: WaitEntry | None = None) -> Wanted:
        """Return what a valid form says; where no time of a wish was touched, its times as they are."""
        data = self.cleaned_data
        start = local_midnight(max(data["first"], timezone.localdate()))
        end = local_midnight(data["last"] + dt.timedelta(days=1))
        if entry is not None and not {*_TIMES}.intersection(self.changed_data):
            start, end = entry.start, entry.end
        return Wanted(
            start=start,
            end=end,
            minutes=data["minutes"],
            any_hour=data["any_hour"],
            said=self.said,
        )
