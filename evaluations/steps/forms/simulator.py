"""The simulator's form: cut-offs, quotas and sums, filled with those of the round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from changes.errors import Sentence
from display.formats import money
from evaluations.schemes.enums import Grade
from evaluations.schemes.wording.figures import plain
from evaluations.scoring.definition import GRADES_WITH_CUT_OFF, NUMBER, PERCENT, Quota, SchemeDefinition
from evaluations.scoring.writing import decimal_text
from evaluations.steps.queries.simulation import Terms

CUT_OFF, QUOTA, BASE, BUDGET, CAP = "cut_off_", "quota_", "base_", "budget", "cap"
WITH_QUOTA = frozenset({Grade.EXCELLENT, Grade.GOOD})
MOST_YUAN = Decimal("999999999999.99")


@dataclass(frozen=True)
class TriedField:
    """One field with its unit of measure, and what the round has if that is something else ("" if not)."""

    bound: BoundField
    suffix: Sentence
    was: Sentence


class SimulatorForm(forms.Form):
    """Always bound: what the address does not name is as the round has it, so a short link works too."""

    def __init__(self, definition: SchemeDefinition, present: Terms, *, data: Mapping[str, str]) -> None:
        self.present = present
        self.quota_kinds = {
            grade: quota.kind for grade, quota in present.grade_rule.quotas.items()
        } | dict.fromkeys(WITH_QUOTA - set(present.grade_rule.quotas), NUMBER)
        self.values = self._present_values()
        given = {name: str(data[name]) for name in self.values if name in data}
        super().__init__(self.values | given)
        for name in self.values:
            self.fields[name] = self._field(name, definition.total)

    def cut_offs(self) -> list[TriedField]:
        """The fields of the cut-offs, best grade first."""
        return self._tried(CUT_OFF)

    def quotas(self) -> list[TriedField]:
        """The fields of the quotas, best grade first."""
        return self._tried(QUOTA)

    def sums(self) -> list[TriedField]:
        """The fields of the money: budget, base sums, cap."""
        return self._tried(BUDGET) + self._tried(BASE) + self._tried(CAP)

    def clean(self) -> dict[str, object]:
        """Better grades need more points and get no smaller base sum; no base sum passes the cap."""
        values = self.cleaned_data
        self._ordered(CUT_OFF, strictly=True)
        self._ordered(BASE, strictly=False)
        cap = values.get(CAP)
        for name in [name for name in values if name.startswith(BASE)]:
            if cap is not None and values[name] > cap:
                self.add_error(name, _("Must not be above the cap of %(cap)s.") % {"cap": money(cap)})
        return self.cleaned_data

    def terms(self) -> Terms:
        """The terms to try. Needs a valid form."""
        values = self.cleaned_data
        rule, award = self.present.grade_rule, self.present.award_rule
        quotas = {
            grade: Quota(self.quota_kinds[grade], Decimal(values[QUOTA + grade]))
            for grade in self._grades(QUOTA)
            if values[QUOTA + grade] is not None
        }
        cut_offs = {grade: values[CUT_OFF + grade] for grade in self._grades(CUT_OFF)}
        grade_rule = replace(rule, cut_offs=cut_offs, quotas=quotas)
        if award is None:
            return Terms(grade_rule, None, self.present.budget)
        bases = {grade: values[BASE + grade] for grade in self._grades(BASE)}
        return Terms(grade_rule, replace(award, base_sums=bases, cap=values[CAP]), values[BUDGET])

    def _present_values(self) -> dict[str, str]:
        rule, award = self.present.grade_rule, self.present.award_rule
        shown: dict[str, Decimal | None] = {}
        for grade in GRADES_WITH_CUT_OFF:
            if grade in rule.cut_offs:
                shown[CUT_OFF + grade] = rule.cut_offs[grade]
        for grade in GRADES_WITH_CUT_OFF:
            if grade in rule.cut_offs and grade in self.quota_kinds:
                shown[QUOTA + grade] = rule.quotas[grade].value if grade in rule.quotas else None
        if award is not None:
            shown[BUDGET] = self.present.budget
            for grade in award.grade_weights:
                shown[BASE + grade] = award.base_sums.get(grade, Decimal(0))
            shown[CAP] = award.cap
        return {name: "" if value is None else decimal_text(value) for name, value in shown.items()}

    def _field(self, name: str, total: Decimal) -> forms.Field:
        if name.startswith(CUT_OFF):
            return _decimal(_("%(grade)s cut-off") % _grade_of(name, CUT_OFF), Decimal(0), total)
        if name.startswith(QUOTA):
            label = _("%(grade)s quota") % _grade_of(name, QUOTA)
            if self.quota_kinds[name.removeprefix(QUOTA)] == PERCENT:
                return _decimal(label, Decimal(0), Decimal(100), required=False)
            widget = forms.NumberInput(attrs={"placeholder": pgettext_lazy("no limit", "none")})
            return forms.IntegerField(label=label, min_value=0, max_value=9999, required=False, widget=widget)
        if name.startswith(BASE):
            return _decimal(_("%(grade)s base sum") % _grade_of(name, BASE), Decimal(0), MOST_YUAN)
        if name == CAP:
            return _decimal(_("Cap for one unit"), Decimal("0.01"), MOST_YUAN, required=False)
        return _decimal(_("Budget"), Decimal(0), MOST_YUAN)

    def _tried(self, start: str) -> list[TriedField]:
        return [
            TriedField(self[name], self._suffix(name), self._was(name))
            for name in self.values
            if name.startswith(start)
        ]

    def _suffix(self, name: str) -> Sentence:
        if name.startswith(CUT_OFF):
            return pgettext_lazy("measure", "points")
        if not name.startswith(QUOTA):
            return pgettext_lazy("measure", "yuan")
        return (
            "%"
            if self.quota_kinds[name.removeprefix(QUOTA)] == PERCENT
            else pgettext_lazy("measure", "units")
        )

    def _was(self, name: str) -> Sentence:
        given, present = self.data[name].strip(), self.values[name]
        try:
            same = given == present or Decimal(given) == Decimal(present)
        except ArithmeticError:
            same = False
        if same:
            return ""
        return _("in the round: %(value)s") % {
            "value": plain(present) if present else pgettext_lazy("no limit", "none")
        }

    def _grades(self, start: str) -> list[str]:
        return [name.removeprefix(start) for name in self.values if name.startswith(start)]

    def _ordered(self, start: str, *, strictly: bool) -> None:
        named = [grade for grade in self._grades(start) if start + grade in self.cleaned_data]
        values = self.cleaned_data.copy()
        for better, lower in pairwise(named):
            high, low = values[start + better], values[start + lower]
            inputs = {"grade": Grade(better).label, "value": plain(high)}
            if strictly and low >= high:
                self.add_error(start + lower, _("Must be below that of “%(grade)s”, %(value)s.") % inputs)
            elif low > high:
                self.add_error(start + lower, _("Must not be above that of “%(grade)s”, %(value)s.") % inputs)


def _grade_of(name: str, start: str) -> dict[str, object]:
    return {"grade": Grade(name.removeprefix(start)).label}


def _decimal(label: Sentence, least: Decimal, most: Decimal, *, required: bool = True) -> forms.DecimalField:
    attrs: dict[str, object] = {"step": "any"} | (
        {} if required else {"placeholder": pgettext_lazy("no limit", "none")}
    )
    return forms.DecimalField(
        label=str(label),
        min_value=least,
        max_value=most,
        decimal_places=2,
        required=required,
        widget=forms.NumberInput(attrs=attrs),
    )
