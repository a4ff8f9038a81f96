"""Forms room: what somebody collects for a set: steps of instruments, how long, in which order, with which pauses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from folding.times import LOCAL
from instruments.booking.forms.slots import moment_of
from instruments.bundles.queries.baskets import instruments_named
from instruments.bundles.queries.chains import WantedStep
from instruments.bundles.rules.chains import MOST_IN_ANY_ORDER
from instruments.inventory.models import Instrument
from instruments.inventory.rules.codes import codes_in

MOST_STEPS, MOST_OPTIONS, MOST_AT_ONCE = 6, 12, 5
DAYS_AHEAD, LONGEST_WINDOW = 14, dt.timedelta(days=61)
LONGEST_MINUTES = 44_640
_HOUR = 60
_NUMBER = forms.NumberInput(attrs={"class": "form-control", "inputmode": "decimal", "step": "0.5"})


class StepForm(forms.Form):
    """One step: some of these instruments at the same time, for some hours, so long after the step before."""

    codes = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=600)
    start = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=40)
    drop = forms.MultipleChoiceField(required=False, label=_("Take out"))
    also = forms.CharField(
        required=False,
        max_length=600,
        label=_("Or one of these"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Codes of other instruments that would do as well."),
    )
    count = forms.IntegerField(
        label=_("How many of them"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    hours = forms.DecimalField(
        label=_("How long (h)"),
        min_value=Decimal("0.1"),
        max_value=744,
        decimal_places=2,
        widget=_NUMBER,
    )
    least = forms.DecimalField(
        label=_("Pause before it, at least (h)"),
        required=False,
        min_value=0,
        max_value=744,
        decimal_places=2,
        widget=_NUMBER,
    )
    most = forms.DecimalField(
        label=_("At most (h)"),
        required=False,
        min_value=0,
        max_value=744,
        decimal_places=2,
        widget=_NUMBER,
    )
    fixed = forms.BooleanField(required=False, label=_("Exactly then"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = codes_in(str(self["codes"].value() or ""))
        self.fields["drop"].choices = [(code, code) for code in self.known]  # type: ignore[attr-defined]
        self.instruments: Mapping[str, Instrument] = {}

    @property
    def moment(self) -> dt.datetime | None:
        """The time at which it was put in; None where it was put in without one."""
        return moment_of(str(self["start"].value() or ""))

    @property
    def shown(self) -> list[Instrument]:
        """The instruments of the step, as far as they are known."""
        return [self.instruments[code] for code in self.known if code in self.instruments]

    def clean(self) -> dict[str, Any]:
        """Join and take out; refuse unknown codes, too many, fewer than are wanted at once, and pauses out of order."""
        data = super().clean() or self.cleaned_data
        also = codes_in(data.get("also") or "")
        found = instruments_named([*self.known, *also])
        if unknown := [code for code in also if code not in found]:
            self.add_error(
                "also", _("No instrument has the code %(codes)s.") % {"codes": ", ".join(unknown)[:80]}
            )
        drop = set(data.get("drop") or ())
        kept = [code for code in dict.fromkeys([*self.known, *also]) if code in found and code not in drop]
        if len(kept) > MOST_OPTIONS:
            self.add_error("also", _("A step has at most %(most)s instruments.") % {"most": MOST_OPTIONS})
        elif kept and (data.get("count") or 1) > len(kept):
            self.add_error("count", _("There are only %(n)s instruments in this step.") % {"n": len(kept)})
        least, most = data.get("least") or Decimal(0), data.get("most")
        if most is not None and most < least:
            self.add_error("most", _("The longest pause is shorter than the shortest one."))
        data["kept"] = kept
        return data

    def row(self) -> dict[str, Any]:
        """Return what is kept of a valid step."""
        data = self.cleaned_data
        start = data["start"] if moment_of(data["start"]) else ""
        return {
            "codes": data["kept"],
            "count": data["count"],
            "hours": str(data["hours"]),
            "least": str(data["least"] or 0),
            "most": "" if data["most"] is None else str(data["most"]),
            "start": start,
            "fixed": bool(data["fixed"] and start),
        }


class BasketForm(forms.Form):
    """In which days, in which order, at which hours the steps are wanted."""

    first = forms.DateField(
        label=pgettext_lazy("of days", "From"),
        widget=day_input(),
    )
    last = forms.DateField(
        label=_("To (included)"),
        widget=day_input(),
    )
    in_order = forms.BooleanField(required=False, label=_("In this order, with the pauses given"))
    any_hour = forms.BooleanField(required=False, label=_("Nights and weekends too"))

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order, not over, and not too many."""
        data = super().clean() or self.cleaned_data
        first, last, today = data.get("first"), data.get("last"), timezone.localdate()
        if first is not None and first < today:
            self.add_error("first", _("Choose today or a later day."))
        if first is not None and last is not None and last < first:
            self.add_error("last", _("The last day must not be before the first one, nor be over."))
        elif last is not None and last - today > LONGEST_WINDOW:
            self.add_error("last", _("Choose days within the coming 62."))
        return data

    @staticmethod
    def usual() -> dict[str, Any]:
        """Return what stands where nothing was said: two weeks from today, in order."""
        today = timezone.localdate()
        last = today + dt.timedelta(days=DAYS_AHEAD - 1)
        return {"first": today, "last": last, "in_order": True, "any_hour": False}


class Steps(forms.BaseFormSet[StepForm]):
    """All steps of a set."""

    def name(self) -> None:
        """Tell each step its instruments; one query."""
        found = instruments_named([code for form in self.forms for code in form.known])
        for form in self.forms:
            form.instruments = found


StepForms = forms.formset_factory(
    StepForm, formset=Steps, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS, validate_max=True
)


class Basket:
    """What is collected, as it lies in the session: rows of steps, and the choices that hold for all."""

    KEY = "basket"

    def __init__(self, kept: Mapping[str, Any] | None) -> None:
        kept = kept if isinstance(kept, Mapping) else {}
        self.rows: list[dict[str, Any]] = list(kept.get("steps", ()))
        self.choices: dict[str, Any] = BasketForm.usual() | dict(kept.get("choices", {}))
        today = timezone.localdate().isoformat()
        if str(self.choices["first"]) < today:
            # What was collected days ago is looked for from today on.
            self.choices |= {name: BasketForm.usual()[name] for name in ("first", "last")}

    def kept(self) -> dict[str, Any]:
        """Return what is written into the session."""
        choices = {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in self.choices.items()
        }
        return {"steps": self.rows, "choices": choices}

    def add(
        self, code: str, minutes: int, start: dt.datetime | None, beside: Sequence[Instrument] = ()
    ) -> bool:
        """Put an instrument in as the last step, with those it is used together with; False where there is no room."""
        if len(self.rows) >= MOST_STEPS:
            return False
        codes = [code, *(one.code for one in beside)]
        self.rows.append(self.row(code, minutes, start) | {"codes": codes, "count": len(codes)})
        return True

    @staticmethod
    def row(code: str, minutes: int, start: dt.datetime | None = None) -> dict[str, Any]:
        """Return a step of one instrument as it is kept."""
        hours = f"{round(Decimal(min(minutes, LONGEST_MINUTES)) / _HOUR, 2).normalize():f}"
        row = {"codes": [code], "count": 1, "hours": hours, "least": "0", "most": ""}
        return row | {
            "start": "" if start is None else start.astimezone(LOCAL).isoformat(),
            "fixed": start is not None,
        }

    def sheets(self, data: Mapping[str, Any] | None = None) -> tuple[Steps, BasketForm]:
        """Return the forms of the steps and of the choices, as sent or as kept."""
        if data is None:
            initial = [row | {"codes": " ".join(row["codes"])} for row in self.rows]
            steps, choices = StepForms(initial=initial, prefix="step"), BasketForm(initial=self.choices)
        else:
            steps, choices = StepForms(data, prefix="step"), BasketForm(data)
        assert isinstance(steps, Steps)
        steps.name()
        return steps, choices

    def take(self, steps: Steps, choices: BasketForm) -> None:
        """Keep what valid forms say; a step from which everything was taken out goes."""
        self.rows = [row for form in steps.forms if (row := form.row())["codes"]]
        self.choices = dict(choices.cleaned_data)

    def wanted(self) -> list[WantedStep]:
        """Return the steps to look for; one query."""
        found = instruments_named([code for row in self.rows for code in row["codes"]])
        steps = []
        for row in self.rows:
            instruments = [found[code] for code in row["codes"] if code in found]
            steps.append(
                WantedStep(
                    instruments,
                    row["count"],
                    _minutes(row["hours"]),
                    _minutes(row["least"]),
                    _minutes(row["most"]) if row["most"] else None,
                    moment_of(row["start"]) if row["fixed"] else None,
                )
            )
        return steps

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day."""
        first, last = (dt.date.fromisoformat(str(self.choices[name])) for name in ("first", "last"))
        return first, last

    @property
    def in_order(self) -> bool:
        """Whether the steps follow each other as they stand; of many steps not every other order can be tried."""
        return bool(self.choices["in_order"]) or len(self.rows) > MOST_IN_ANY_ORDER


def _minutes(hours: str) -> int:
    return round(Decimal(hours) * _HOUR)
