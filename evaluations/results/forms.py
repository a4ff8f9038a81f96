"""Forms of the evaluation reports: a year, a unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.enums import ObjectKind, RoundState
from evaluations.rounds.models import Round
from members.models import MemberUnit, Person
from members.permissions import roles_of
from reporting.forms import ReportForm

WITH_RESULTS = (RoundState.SCORED, RoundState.PUBLICISED, RoundState.FINAL)


def judged_years() -> list[tuple[int, str]]:
    """Years whose unit round has results, newest first."""
    rounds = Round.objects.filter(kind=ObjectKind.UNIT, state__in=WITH_RESULTS).order_by("-year")
    return [(year, str(year)) for year in rounds.values_list("year", flat=True)]


class AnnualEvaluationForm(ReportForm):
    """Asks for the year."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, choices=judged_years)


class ScoreCardForm(ReportForm):
    """Asks for the year and one of the units whose result the person may see."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, choices=judged_years)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=MemberUnit.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_of(self.person)  # type: ignore[attr-defined]


def units_of(person: object) -> Any:
    """Units a person has a role in; for officers all of them."""
    if not isinstance(person, Person):
        return MemberUnit.objects.none()
    roles = roles_of(person)
    return MemberUnit.objects.all() if roles.is_officer else MemberUnit.objects.filter(pk__in=roles.units)
