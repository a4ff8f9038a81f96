"""Forms room: opening hours, exceptions, booking rules and prices of one instrument."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from instruments.actions.terms import LIMITS, PolicyData
from instruments.models import BookingPolicy, Instrument
from instruments.queries.opening import weeks_of
from instruments.queries.policy import policy_of
from instruments.rules.hours import LOCAL
from instruments.rules.opening import WeeklyPeriod
from members.enums import UserCategory

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
_PERIOD = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")
_PARTING = re.compile(r"[,，;；、]")


class PeriodsField(forms.CharField):
    """The opening hours of one day: `08:00-12:00, 14:00-18:00`; empty means closed, 24:00 is midnight."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=200, **options)

    def clean(self, value: Any) -> list[tuple[int, int]]:
        """Return minutes after midnight. Raises ValidationError."""
        text = super().clean(value)
        found = []
        for part in _PARTING.split(text):
            if not part.strip():
                continue
            match = _PERIOD.fullmatch(part.strip())
            numbers = [int(group) for group in match.groups()] if match else []
            if not numbers or numbers[1] > 59 or numbers[3] > 59:
                raise ValidationError(_now("Write hours as 08:00-12:00, 14:00-18:00."))
            opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
            if not opens < closes <= 1440:
                raise ValidationError(_now("Opening hours begin before they end, within one day."))
            found.append((opens, closes))
        return found


class WeekForm(forms.Form):
    """The weekly opening hours, one line a day."""

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        by_day: dict[str, list[str]] = {}
        for period in weeks_of([instrument.pk]).get(instrument.pk, ()):
            text = f"{_clock(period.opens)}-{_clock(period.closes)}"
            by_day.setdefault(f"day_{period.weekday}", []).append(text)
        initial = {name: ", ".join(periods) for name, periods in by_day.items()}
        options.setdefault("initial", initial)
        super().__init__(*args, **options)
        for weekday, label in enumerate(WEEKDAYS):
            self.fields[f"day_{weekday}"] = PeriodsField(
                label=label,
                widget=forms.TextInput(attrs={"class": "form-control", "placeholder": _("closed")}),
            )

    @property
    def week(self) -> list[WeeklyPeriod]:
        """The periods. Call it on a valid form."""
        return [
            WeeklyPeriod(weekday, opens, closes)
            for weekday in range(7)
            for opens, closes in self.cleaned_data[f"day_{weekday}"]
        ]


class ExceptionForm(forms.Form):
    """A dated exception to the week, on the local clock."""

    start = forms.DateTimeField(
        label=_("Start"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}
        ),
    )
    end = forms.DateTimeField(
        label=_("End"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}
        ),
    )
    kind = forms.ChoiceField(
        label=_("In this time"),
        choices=[
            ("closed", _("closed although the week says open")),
            ("open", _("open although the week says closed")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    @property
    def is_open(self) -> bool:
        """Say whether the exception opens. Call it on a valid form."""
        return bool(self.cleaned_data["kind"] == "open")


class PolicyForm(forms.Form):
    """The booking rules."""

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        policy = policy_of(instrument)
        names = list(PolicyData.__dataclass_fields__)
        options.setdefault("initial", {name: getattr(policy, name) for name in names})
        super().__init__(*args, **options)
        made = fields_for_model(BookingPolicy, fields=names)
        for name in names:
            field = made[name]
            field.required = name in LIMITS
            if name in LIMITS:
                field.widget.attrs["class"] = "form-control"
            self.fields[name] = field

    @property
    def policy(self) -> PolicyData:
        """The rules. Call it on a valid form."""
        return PolicyData(**{name: self.cleaned_data[name] for name in PolicyData.__dataclass_fields__})


class RateForm(forms.Form):
    """A price per hour for one user category from a day on."""

    category = forms.ChoiceField(
        label=_("User category"),
        choices=UserCategory.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    yuan_per_hour = forms.DecimalField(
        label=_("Yuan per hour"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01"}),
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        initial=lambda: dt.datetime.now(LOCAL).date(),
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
