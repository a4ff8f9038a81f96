"""Forms room: plans of upkeep, what was done, the time that is held, and upkeep that comes again and again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from folding.times import LOCAL
from instruments.booking.forms.acts import MaintenanceForm
from instruments.booking.forms.booking import REPEATS
from instruments.booking.forms.clock import ClockField, TimeText
from instruments.booking.forms.slots import moment_of
from instruments.booking.rules.repeats import LEAST, MOST, occurrences, overlap_each_other, rule_of
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import DAY_MINUTES
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.plans import MOST_HOURS, MOST_MINUTES, MOST_NOTICE, DoneData, PlanData
from instruments.upkeep.enums import Audience, IntervalUnit, PlanKind
from instruments.upkeep.models import UpkeepPlan


def _number(label: Any, least: int, most: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"class": "form-control num"}),
        **options,
    )


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=day_input(), **options)


def _text(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.TextInput(attrs={"class": "form-control"}), **options
    )


def _choice(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, widget=widget, **options)


class PlanForm(forms.Form):
    """What is done, how often, how long, and who is told."""

    kind = _choice(_("Kind"), PlanKind.choices)
    title = _text(_("What is done"), 100)
    every = _number(_("Every"), 1, 3650, required=False)
    unit = _choice(
        _("Days or months"), IntervalUnit.choices, required=False, initial=IntervalUnit.MONTHS.value
    )
    every_hours = _number(
        _("Or every so many hours of use"),
        1,
        MOST_HOURS,
        required=False,
        help_text=_("Of both, whichever is reached first."),
    )
    begins_on = _day(
        _("Counted from"),
        initial=timezone.localdate,
        help_text=_(
            "The day on which it was last done; until it is recorded here, the interval runs from it."
        ),
    )
    minutes = _number(_("How long it takes (minutes)"), 5, MOST_MINUTES, initial=120)
    preferred_time = ClockField(
        label=_("Preferred time of day"), latest=DAY_MINUTES - 1, required=False, widget=TimeText()
    )
    notice_days = _number(_("Tell so many days ahead"), 0, MOST_NOTICE, initial=14)
    audience = _choice(_("Who is told"), Audience.choices, initial=Audience.STEWARDS.value)

    def data_of(self) -> PlanData:
        """Return what was said. Call it on a valid form."""
        said = dict(self.cleaned_data)
        minutes = said["preferred_time"]
        said["preferred_time"] = None if minutes is None else dt.time(*divmod(minutes, 60))
        said["unit"] = said["unit"] or IntervalUnit.MONTHS.value
        return PlanData(**said)

    @classmethod
    def initial_of(cls, plan: UpkeepPlan) -> dict[str, Any]:
        """Return the fields' values of a plan."""
        return {name: getattr(plan, name) for name in cls.base_fields}


class DoneForm(forms.Form):
    """What was done on a day; of a calibration the certificate too."""

    done_on = _day(_("Done on"), initial=timezone.localdate)
    note = _text(_("What was done and found"), 300, required=False)
    certificate = _text(_("Number of the certificate"), 60, required=False)
    agency = _text(_("By which agency"), 100, required=False)
    valid_until = _day(_("Valid until"))

    def __init__(self, plan: UpkeepPlan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan.kind != PlanKind.CALIBRATION:
            for name in ("certificate", "agency", "valid_until"):
                del self.fields[name]

    def data_of(self) -> DoneData:
        """Return what was said. Call it on a valid form."""
        return DoneData(**self.cleaned_data)


class PlannedForm(forms.Form):
    """When it is to be done: a proposed time, as an address writes a moment, and its station."""

    start = forms.CharField(max_length=40)
    station = forms.IntegerField(min_value=1, required=False)

    def clean_start(self) -> dt.datetime:
        """Refuse what is no moment."""
        start = moment_of(self.cleaned_data["start"])
        if start is None:
            raise forms.ValidationError(_("Choose one of the times offered."))
        return start


class OwnTimeForm(forms.Form):
    """When it is to be done, by the keeper's own choice."""

    day = _day(_("Day"))
    start_time = ClockField(
        label=pgettext_lazy("of a time span", "Start"), latest=DAY_MINUTES - 1, widget=TimeText()
    )

    def moment(self) -> dt.datetime:
        """Return the moment it begins. Call it on a valid form."""
        midnight = dt.datetime.combine(self.cleaned_data["day"], dt.time(), LOCAL)
        return midnight + dt.timedelta(minutes=self.cleaned_data["start_time"])


class RepeatForm(MaintenanceForm):
    """Upkeep that comes again and again: the first time, how often, how many times, and on which station."""

    pattern = _choice(_("How often"), REPEATS[1:], initial="weekly")
    times = _number(_("How many times"), LEAST, MOST, initial=12)
    station = _number(
        pgettext_lazy("at an instrument", "Station"),
        1,
        999,
        required=False,
        help_text=_("Empty takes the first free one."),
    )
    field_order = ("reason", "day", "start_time", "end_time", "end_day", "pattern", "times", "station")

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if instrument.station_count == 1:
            del self.fields["station"]

    def clean(self) -> dict[str, Any]:
        """Refuse times that would share a moment, or that no calendar holds."""
        data = super().clean()
        if not self.errors:
            try:
                if overlap_each_other(self.series_times()):
                    self.add_error("pattern", _("The times of this series would overlap each other."))
            except (ValueError, OverflowError):
                self.add_error("times", _("Choose days of this century."))
        return data

    @property
    def rule(self) -> str:
        """The recurrence rule. Call it on a valid form."""
        return rule_of(self.cleaned_data["pattern"], self.cleaned_data["times"])

    def series_times(self) -> list[Interval]:
        """Return the times of the series. Call it on a form whose fields are valid."""
        return occurrences(Interval(*self.interval()), self.rule)
