"""Forms for values entered by hand: what a unit reports, what a judge gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from display.formats import is_chinese
from evaluations.models import GivenScore, ReportedValue
from evaluations.queries.formulas import rule_of
from evaluations.queries.schemes import AskedField, asked_fields
from evaluations.scoring.definition import Choice, Indicator, SchemeDefinition, YesNo
from evaluations.scoring.writing import decimal_text
from members.models import MemberUnit

EVIDENCE = "evidence:"


@dataclass(frozen=True)
class AskedGroup:
    """One indicator of the form: its numbers and the words that go with them."""

    indicator: Indicator
    rule: str
    numbers: tuple[BoundField, ...]
    evidence: BoundField


class ReportForm(forms.Form):
    """One number field per asked number, one text per indicator; empty numbers are left as they are."""

    def __init__(
        self,
        definition: SchemeDefinition,
        stored: Mapping[str, ReportedValue],
        language: str,
        *,
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.language = language
        self.asked: list[AskedField] = list(asked_fields(definition))
        for asked in self.asked:
            value = stored.get(asked.field.key)
            self.fields[asked.field.key] = _number(asked, value, language)
            name = EVIDENCE + asked.indicator.code
            if name not in self.fields:
                self.fields[name] = forms.CharField(
                    label=_("Evidence in words"),
                    required=False,
                    max_length=1000,
                    widget=forms.Textarea(attrs={"rows": 2}),
                    initial="" if value is None else value.evidence,
                )

    def groups(self) -> Iterator[AskedGroup]:
        """The fields by indicator, in the order of the scheme."""
        for indicator in dict.fromkeys(asked.indicator.code for asked in self.asked):
            mine = [asked for asked in self.asked if asked.indicator.code == indicator]
            yield AskedGroup(
                indicator=mine[0].indicator,
                rule=rule_of(mine[0].indicator, self.language),
                numbers=tuple(self[asked.field.key] for asked in mine),
                evidence=self[EVIDENCE + indicator],
            )

    def _waits(self, asked: AskedField) -> bool:
        """Whether a number may come after the others: all but the second of a ratio, where that one grows.

        The first is part of the second, so neither may meet the old value of the other.
        """
        key, indicator = asked.field.key, asked.indicator
        if not indicator.at_most_one or not key.endswith(f".{indicator.ratio[1].code}"):
            return True
        old, new = self.fields[key].initial, self.cleaned_data.get(key)
        return old is None or new is None or new <= Decimal(old)

    def entries(self) -> Iterator[tuple[str, Decimal, str]]:
        """Key, number and evidence of everything filled in."""
        for asked in sorted(self.asked, key=self._waits):
            value = self.cleaned_data.get(asked.field.key)
            if value not in {None, ""}:
                yield (
                    asked.field.key,
                    Decimal(str(value)),
                    self.cleaned_data.get(EVIDENCE + asked.indicator.code, ""),
                )


class ScoreForm(forms.Form):
    """One indicator for many units: a score and a reason each; empty scores are left as they are."""

    def __init__(
        self,
        indicator: Indicator,
        units: list[MemberUnit],
        stored: Mapping[int, GivenScore],
        scale: Decimal,
        *,
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.indicator = indicator
        self.units = units
        for unit in units:
            given = stored.get(unit.pk)
            self.fields[f"score:{unit.code}"] = forms.DecimalField(
                label=_("Score of %(unit)s") % {"unit": unit.name_zh},
                required=False,
                min_value=Decimal(0),
                max_value=scale,
                decimal_places=4,
                initial=None if given is None else Decimal(decimal_text(given.value)),
                widget=forms.NumberInput(attrs={"step": "any", "class": "form-control short"}),
            )
            self.fields[f"note:{unit.code}"] = forms.CharField(
                label=_("Reason for %(unit)s") % {"unit": unit.name_zh},
                required=False,
                max_length=1000,
                initial="" if given is None else given.note,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )

    def rows(self) -> Iterator[tuple[MemberUnit, BoundField, BoundField]]:
        """Unit, score field and reason field."""
        for unit in self.units:
            yield unit, self[f"score:{unit.code}"], self[f"note:{unit.code}"]

    def entries(self) -> Iterator[tuple[MemberUnit, Decimal, str]]:
        """Unit, score and reason of everything filled in."""
        for unit in self.units:
            value = self.cleaned_data.get(f"score:{unit.code}")
            if value is not None:
                yield unit, value, self.cleaned_data.get(f"note:{unit.code}", "")


def _number(asked: AskedField, value: ReportedValue | None, language: str) -> forms.Field:
    label = asked.field.name_zh if is_chinese(language) else asked.field.name_en
    function = asked.indicator.function
    initial = None if value is None else decimal_text(value.value)
    whole = asked.field.key == asked.indicator.code
    if whole and isinstance(function, YesNo):
        return forms.ChoiceField(
            label=label,
            required=False,
            initial=initial,
            choices=[("", _("not reported")), ("1", _("Yes")), ("0", _("No"))],
        )
    if whole and isinstance(function, Choice):
        options = [
            (decimal_text(o.value), o.name_zh if is_chinese(language) else o.name_en)
            for o in function.options
        ]
        return forms.ChoiceField(
            label=label,
            required=False,
            initial=initial,
            choices=[("", _("not reported")), *options],
        )
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=0 if asked.indicator.whole else 4,
        initial=initial,
        widget=forms.NumberInput(attrs={"step": "1" if asked.indicator.whole else "any"}),
    )
