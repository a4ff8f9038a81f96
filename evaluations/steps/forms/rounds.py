"""Forms of a round: its terms, and what single steps ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes import perform
from evaluations.enums import RoundState
from evaluations.rounds.actions import REASON_LENGTH, RoundData, change_round, create_round, round_problems
from evaluations.rounds.models import Round
from evaluations.rounds.queries import first_free_year
from evaluations.rounds.rules.working_days import last_of
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import newest_schemes
from evaluations.steps.queries.blockers import LEAST_WORKING_DAYS
from members.admin.acting import ActionForm
from members.models import MemberUnit

DAY = dt.timedelta(days=1)


def day_widget() -> forms.DateInput:
    """A day as every browser shows it to its reader."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RoundForm(ActionForm):
    """The terms of a round; the data period is entered as whole days, both included."""

    other_names = {"data_start": "first_day", "data_end": "last_day"}

    first_day = forms.DateField(label=_("data from"), widget=day_widget())
    last_day = forms.DateField(label=_("data until (last day)"), widget=day_widget())
    collecting_until = forms.DateField(
        label=_("units report until"),
        required=False,
        widget=day_widget(),
        help_text=_("Until this day units report values; before it scoring waits for all of them."),
    )

    class Meta:
        model = Round
        fields = ["year", "scheme", "budget", "collecting_until"]
        help_texts = {
            "year": _("The data year; results come out in the following year."),
            "budget": _("The sum of all subsidies, in yuan."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scheme" in self.fields:
            self.fields["scheme"].queryset = newest_schemes()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["first_day"] = timezone.localdate(self.instance.data_start)
            self.initial["last_day"] = timezone.localdate(self.instance.data_end) - DAY
        elif "first_day" in self.fields:
            year = first_free_year(timezone.localdate().year - 1)
            self.initial.setdefault("year", year)
            self.initial.setdefault("first_day", dt.date(year, 1, 1))
            self.initial.setdefault("last_day", dt.date(year, 12, 31))

    def clean(self) -> dict[str, Any]:
        """Check the terms as the action will."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            present = self.instance if self.instance.pk else None
            for field, messages in round_problems(self.round_data(), present).items():
                self.add_error(self.other_names.get(field, field), [str(message) for message in messages])
        return cleaned

    def act(self) -> Round:
        """Begin the round or change the terms of its draft."""
        if self.instance.pk is None:
            return perform(self.actor, create_round, self.round_data())
        return perform(self.actor, change_round, self.instance, self.round_data(), seen=self.seen)

    def round_data(self) -> RoundData:
        """The terms as the action takes them. Needs a valid form."""
        values = self.cleaned_data
        return RoundData(
            year=values["year"],
            scheme=values["scheme"],
            data_start=_midnight(values["first_day"]),
            data_end=_midnight(values["last_day"] + DAY),
            budget=values["budget"],
            collecting_until=values["collecting_until"],
        )


class WindowForm(forms.Form):
    """The publicity window, both days included; proposes the next five working days."""

    first = forms.DateField(label=_("publicity from"), widget=day_widget())
    last = forms.DateField(
        label=_("publicity until"),
        widget=day_widget(),
        help_text=_(
            "At least five working days, by the calendar of public holidays and the weekends worked in exchange."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tomorrow = timezone.localdate() + DAY
        first = last_of(tomorrow, 1)
        self.initial = {"first": first, "last": last_of(first, LEAST_WORKING_DAYS), **self.initial}


class ReasonForm(forms.Form):
    """Why a step is taken back, or terms are changed."""

    reason = forms.CharField(
        label=_("reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )


class TieForm(forms.Form):
    """In which order equals are served, place by place, and why; proposes the order that holds for the time being."""

    reason = forms.CharField(
        label=_("reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, tie: Sequence[str] = (), names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = [f"place_{number}" for number in range(1, len(tie) + 1)]
        choices = [(code, f"{names.get(code, code)} ({code})") for code in tie]
        for number, (name, code) in enumerate(zip(self.places, tie, strict=True), start=1):
            label = _("served as number %(number)s") % {"number": number}
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=code)
        self.order_fields([*self.places, "reason"])

    def clean(self) -> dict[str, Any]:
        """Read the order. Raises ValidationError when one stands at two places."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        order = tuple(cleaned[name] for name in self.places if name in cleaned)
        if len(set(order)) != len(self.places):
            raise ValidationError(_("Each of them has one place."))
        return cleaned | {"order": order}


class ReopeningForm(ReasonForm):
    """Why a round collects again, and for whom: for all, or for some units alone."""

    units = forms.ModelMultipleChoiceField(
        label=_("only for these units"),
        queryset=MemberUnit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: for all units. The values and scores of the others stay as they are."),
    )
    field_order = ["reason", "units"]

    def __init__(self, data: Any = None, *, round_: Round) -> None:
        super().__init__(data)
        judged = round_.results.order_by().values("unit")
        units = MemberUnit.objects.filter(pk__in=judged).order_by("code")
        self.fields["units"].queryset = units  # type: ignore[attr-defined]


class WithdrawalForm(ReopeningForm):
    """Why publicity is taken back, and how far."""

    back_to = forms.ChoiceField(
        label=_("back to"),
        choices=[
            (
                RoundState.COLLECTING,
                _("collecting: values and scores can be corrected, then everything is scored anew"),
            ),
            (RoundState.SCORED, _("scored: the results stay as they are, hidden from the public")),
        ],
        widget=forms.RadioSelect,
        initial=RoundState.COLLECTING,
    )
    field_order = ["back_to", "reason", "units"]


class TermsForm(ReasonForm):
    """What may change while a round collects: the scheme's version, the budget, the last day to report."""

    scheme = forms.ModelChoiceField(
        label=_("version of the scheme"),
        queryset=Scheme.objects.none(),
        empty_label=None,
        help_text=_("With another version a new snapshot must be taken; values entered so far stay."),
    )
    budget = forms.DecimalField(
        label=_("budget (yuan)"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    collecting_until = forms.DateField(
        label=_("units report until"),
        required=False,
        widget=day_widget(),
    )
    field_order = ["scheme", "budget", "collecting_until", "reason"]

    def __init__(self, data: Any = None, *, round_: Round) -> None:
        terms = {
            "scheme": round_.scheme_id,
            "budget": round_.budget,
            "collecting_until": round_.collecting_until,
        }
        super().__init__(data, initial=terms)
        versions = Scheme.objects.filter(code=round_.scheme.code).order_by("-version")
        self.fields["scheme"].queryset = versions  # type: ignore[attr-defined]


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
