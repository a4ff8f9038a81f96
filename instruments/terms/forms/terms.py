"""Forms room: opening hours, exceptions, booking rules and prices of one instrument."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from display.versions import differences
from folding.times import LOCAL
from instruments.inventory.models import Instrument
from instruments.inventory.rules.codes import codes_in
from instruments.terms.enums import WEEKDAYS
from instruments.terms.queries.links import goes_with
from instruments.terms.queries.opening import weeks_of
from instruments.terms.rules.hours import DAY_MINUTES
from instruments.terms.rules.opening import WeeklyPeriod
from members.enums import UserCategory

PERIODS_A_DAY = 2


def _typed(example: str) -> forms.TextInput:
    """A time typed on the 24-hour clock: the browser's own picker would follow its language and say AM and PM."""
    return forms.TextInput(
        {
            "class": "form-control num",
            "inputmode": "numeric",
            "placeholder": example,
            "autocomplete": "off",
            "maxlength": "16",
        }
    )


class ClosingField(forms.TimeField):
    """The time at which a period ends: 24:00 is midnight."""

    def to_python(self, value: Any) -> dt.time | None:
        """Read the time. Raises ValidationError."""
        return super().to_python("00:00" if value == "24:00" else value)


class WeekForm(forms.Form):
    """The weekly opening hours: two periods a day, more where there are more already.

    A day that ends at midnight ends at 24:00 (00:00 is taken too). A day without periods is closed.
    """

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        self.instrument = instrument
        initial: dict[str, str | bool | dt.date] = {}
        used = [0] * 7
        for period in weeks_of([instrument.pk]).get(instrument.pk, ()):
            place = used[period.weekday]
            initial[_name(period.weekday, place, "opens")] = _clock(period.opens)
            initial[_name(period.weekday, place, "closes")] = _clock(period.closes, is_end=True)
            used[period.weekday] = place + 1
            initial["keeps_holidays"] = period.keeps_holidays
        self.places = range(max(PERIODS_A_DAY, *used))
        initial["valid_from"] = timezone.localdate()
        options.setdefault("initial", initial)
        super().__init__(*args, **options)
        self.fields["keeps_holidays"] = forms.BooleanField(
            label=_("Closed on public holidays, open on shifted working days"),
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        self.fields["valid_from"] = forms.DateField(
            label=_("These hours hold from"),
            widget=day_input(),
            required=False,
        )
        for weekday, day in enumerate(WEEKDAYS):
            for place in self.places:
                for side, word in (("opens", _("opens")), ("closes", _("closes"))):
                    kind = forms.TimeField if side == "opens" else ClosingField
                    self.fields[_name(weekday, place, side)] = kind(
                        label=format_lazy("{} {} {}", day, place + 1, word),
                        required=False,
                        widget=_typed("08:00" if side == "opens" else "18:00"),
                    )

    @property
    def days(self) -> list[tuple[str | Promise, list[tuple[BoundField, BoundField]]]]:
        """The week as the page shows it: each weekday with its pairs of fields."""
        return [
            (
                day,
                [
                    (self[_name(weekday, place, "opens")], self[_name(weekday, place, "closes")])
                    for place in self.places
                ],
            )
            for weekday, day in enumerate(WEEKDAYS)
        ]

    @property
    def valid_from(self) -> dt.date:
        """The day from which the week holds, today unless told. Call it on a valid form."""
        return self.cleaned_data["valid_from"] or timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Every period has both ends, ends later than it begins, and meets no other of its day."""
        for weekday in range(7):
            found: list[tuple[int, int, str]] = []
            for place in self.places:
                opens, closes = (_name(weekday, place, side) for side in ("opens", "closes"))
                if opens in self.errors or closes in self.errors:
                    continue
                begin, end = self.cleaned_data.get(opens), self.cleaned_data.get(closes)
                if begin is None and end is None:
                    continue
                if begin is None or end is None:
                    self.add_error(opens if begin is None else closes, _("Give both ends of the period."))
                    continue
                period = (_minutes(begin), _minutes(end) or DAY_MINUTES)
                if period[0] >= period[1]:
                    self.add_error(closes, _("Opening hours begin before they end, within one day."))
                found.append((*period, opens))
            found.sort()
            for one, two in pairwise(found):
                if two[0] < one[1]:
                    self.add_error(two[2], _("Opening hours of one day do not overlap."))
        return self.cleaned_data

    @property
    def week(self) -> list[WeeklyPeriod]:
        """The periods. Call it on a valid form."""
        data = self.cleaned_data
        return [
            WeeklyPeriod(
                weekday,
                _minutes(begin),
                _minutes(data[_name(weekday, place, "closes")]) or DAY_MINUTES,
                keeps_holidays=data["keeps_holidays"],
            )
            for weekday in range(7)
            for place in self.places
            if (begin := data[_name(weekday, place, "opens")]) is not None
        ]

    @property
    def differences(self) -> list[tuple[BoundField, str]]:
        """What was typed otherwise than it is stored: each field with the stored value in words."""
        return differences(self)

    def like_monday(self) -> WeekForm:
        """Return a form with what was typed, where Tuesday to Friday are as Monday; nothing is stored by it."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        for weekday in range(1, 5):
            for place in self.places:
                for side in ("opens", "closes"):
                    typed[_name(weekday, place, side)] = typed[_name(0, place, side)]
        return WeekForm(typed, instrument=self.instrument)


class ExceptionForm(forms.Form):
    """A dated exception to the week, on the local clock."""

    start = forms.DateTimeField(
        label=pgettext_lazy("of a time span", "Start"),
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs=_typed("2026-05-01 08:00").attrs),
    )
    end = forms.DateTimeField(
        label=pgettext_lazy("of a time span", "End"),
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs=_typed("2026-05-01 08:00").attrs),
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


class LinksForm(forms.Form):
    """The other instruments without which this one is not used, by their codes."""

    codes = forms.CharField(
        label=_("Codes of the other instruments"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("At most 4 of your unit, parted by commas. Empty: it is used alone."),
    )

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        self.others = goes_with(instrument)
        options["initial"] = {"codes": ", ".join(one.code for one in self.others)}
        super().__init__(*args, **options)

    def clean_codes(self) -> list[str]:
        """Read the codes."""
        return codes_in(self.cleaned_data["codes"])

    @property
    def differences(self) -> list[tuple[BoundField, str]]:
        """What was typed otherwise than it is stored, with the stored value."""
        return differences(self)


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
        widget=day_input(),
        initial=lambda: dt.datetime.now(LOCAL).date(),
    )


def _name(weekday: int, place: int, side: str) -> str:
    return f"day_{weekday}_{place}_{side}"


def _clock(minutes: int, *, is_end: bool = False) -> str:
    return "24:00" if is_end and minutes == DAY_MINUTES else f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute
