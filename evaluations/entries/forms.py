"""Forms for values entered by hand: what a unit reports, what a judge gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from changes import StaleVersion
from display.formats import is_chinese
from display.versions import IT_SAYS
from evaluations.entries.actions import REFUSALS
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.schemes.wording.figures import plain
from evaluations.schemes.wording.formulas import rule_of
from evaluations.scoring.definition import (
    AskedField,
    Choice,
    Indicator,
    SchemeDefinition,
    YesNo,
    asked_fields,
)
from evaluations.scoring.functions import NOT_WHOLE
from evaluations.scoring.writing import decimal_text

EVIDENCE = "evidence:"
EMPTY = (None, "")
NOBODY: Mapping[str, str] = {}
SAYS_BY = _("%(name)s changed this meanwhile; it now says: %(value)s")
SCORE, NOTE = "score:", "note:"


@dataclass(frozen=True)
class AskedGroup:
    """One indicator of the form: its numbers and the words that go with them."""

    indicator: Indicator
    rule: str
    numbers: tuple[BoundField, ...]
    evidence: BoundField
    is_late: bool


@dataclass(frozen=True)
class AnsweredGroup:
    """One indicator with its numbers and words as text."""

    indicator: Indicator
    rule: str
    numbers: tuple[tuple[str, str], ...]
    evidence: str
    is_late: bool


class EnteredForm(forms.Form):
    """Fields that carry what they showed, so that a page loaded earlier undoes nobody else's entry."""

    def kept_together(self) -> Iterator[Sequence[str]]:
        """Names of fields that are stored as one: who changes one of them means all as they were shown."""
        raise NotImplementedError

    def overtaken(self, now: forms.Form, by: Mapping[str, str] = NOBODY) -> bool:
        """Compare what the page showed of what it changes with a form of what is stored now; say whether it differs.

        What differs is named beside its field, with who changed it (`by`); what was typed stays, and may be sent again.
        """
        data = self.data.copy()  # type: ignore[attr-defined]
        for names in self.kept_together():
            if not set(names) & set(self.changed_data):
                continue
            who = next((by[name] for name in names if name in by), "")
            for name in names:
                field, shown = self.fields[name], self.add_initial_prefix(name)
                stored = now[name].initial
                if shown in self.data and _differs(field, self.data[shown], stored):
                    data[shown] = "" if stored is None else str(stored)
                    sentence = SAYS_BY if who else IT_SAYS
                    self.add_error(name, sentence % {"value": _in_words(now[name]) or "–", "name": who})
        if data == self.data:
            return False
        self.add_error(None, str(StaleVersion.message))
        self.data = data
        return True


class ReportForm(EnteredForm):
    """One number field per asked number, one text per indicator; a number that is cleared is withdrawn."""

    def __init__(
        self,
        definition: SchemeDefinition,
        stored: Mapping[str, ReportedValue],
        language: str,
        *,
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.definition, self.language = definition, language
        self.asked: list[AskedField] = list(asked_fields(definition))
        self.late = {key for key, value in stored.items() if value.is_late}
        words = {
            asked.indicator.code: stored[asked.field.key].evidence
            for asked in reversed(self.asked)
            if asked.field.key in stored
        }
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
                    initial=words.get(asked.indicator.code, ""),
                    show_hidden_initial=True,
                )

    def showing(self, stored: Mapping[str, ReportedValue]) -> ReportForm:
        """The same form of other values."""
        return ReportForm(self.definition, stored, self.language)

    def kept_together(self) -> Iterator[Sequence[str]]:
        """The numbers of an indicator with their words."""
        for group in self.groups():
            yield [*(bound.name for bound in group.numbers), group.evidence.name]

    def groups(self) -> Iterator[AskedGroup]:
        """The fields by indicator, in the order of the scheme."""
        for indicator in dict.fromkeys(asked.indicator.code for asked in self.asked):
            mine = [asked for asked in self.asked if asked.indicator.code == indicator]
            yield AskedGroup(
                indicator=mine[0].indicator,
                rule=rule_of(mine[0].indicator, self.language),
                numbers=tuple(self[asked.field.key] for asked in mine),
                evidence=self[EVIDENCE + indicator],
                is_late=any(asked.field.key in self.late for asked in mine),
            )

    def _waits(self, asked: AskedField) -> bool:
        """Whether a number may come after the others: all but the second of a ratio, where that one grows.

        The first is part of the second, so neither may meet the old value of the other.
        """
        key, indicator = asked.field.key, asked.indicator
        if not indicator.at_most_one or not key.endswith(f".{indicator.ratio[1].code}"):
            return True
        old, new = self.fields[key].initial, self.cleaned_data.get(key)
        return old in EMPTY or new in EMPTY or new <= Decimal(str(old))

    def answers(self) -> Iterator[AnsweredGroup]:
        """The same as text, for those who may only read."""
        for group in self.groups():
            shown = tuple((str(bound.label), _shown(bound)) for bound in group.numbers)
            words = str(group.evidence.initial or "")
            yield AnsweredGroup(group.indicator, group.rule, shown, words, group.is_late)

    def clean(self) -> dict[str, Any]:
        """Words that belong to no number are refused: they would be lost."""
        for group in self.groups():
            numbers = [bound.name for bound in group.numbers]
            empty = all(self.cleaned_data.get(name) in EMPTY for name in numbers)
            if empty and not self.errors.keys() & set(numbers) and self._words(group.indicator.code):
                self.add_error(
                    group.evidence.name,
                    _("Enter the value this evidence belongs to; to withdraw the value, clear both."),
                )
        return self.cleaned_data

    def entries(self) -> Iterator[tuple[str, Decimal | None, str]]:
        """Key, number and evidence of everything that was changed; None for a number that was cleared."""
        for asked in sorted(self.asked, key=self._waits):
            key, name = asked.field.key, EVIDENCE + asked.indicator.code
            value = self.cleaned_data.get(key)
            if key in self.changed_data and value in EMPTY:
                yield key, None, ""
            elif value not in EMPTY and {key, name} & set(self.changed_data):
                yield key, Decimal(str(value)), self._words(asked.indicator.code)

    def _words(self, indicator: str) -> str:
        return str(self.cleaned_data.get(EVIDENCE + indicator) or "").strip()


class Judged(Protocol):
    """What is scored on a page: a unit or an instrument."""

    pk: int
    code: str
    name_zh: str
    name_en: str


class ScoreForm(EnteredForm):
    """One indicator for many units or instruments: a score and a reason each; a score that is cleared is withdrawn."""

    def __init__(
        self,
        judged: Sequence[Judged],
        stored: Mapping[int, GivenScore],
        scale: Decimal,
        language: str,
        *,
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.judged, self.scale, self.language = judged, scale, language
        for one in judged:
            given = stored.get(one.pk)
            name = one.name_zh if is_chinese(language) or not one.name_en else one.name_en
            self.fields[SCORE + one.code] = forms.DecimalField(
                label=_("Score of %(unit)s") % {"unit": name},
                required=False,
                min_value=Decimal(0),
                max_value=scale,
                decimal_places=4,
                initial=None if given is None else Decimal(decimal_text(given.value)),
                widget=forms.NumberInput(attrs={"step": "any", "class": "form-control short"}),
                show_hidden_initial=True,
            )
            self.fields[NOTE + one.code] = forms.CharField(
                label=_("Reason for %(unit)s") % {"unit": name},
                required=False,
                max_length=1000,
                initial="" if given is None else given.note,
                widget=forms.TextInput(attrs={"class": "form-control"}),
                show_hidden_initial=True,
            )

    def showing(self, stored: Mapping[int, GivenScore]) -> ScoreForm:
        """The same form of other scores."""
        return ScoreForm(self.judged, stored, self.scale, self.language)

    def kept_together(self) -> Iterator[Sequence[str]]:
        """A score with its reason."""
        for one in self.judged:
            yield SCORE + one.code, NOTE + one.code

    def rows(self) -> Iterator[tuple[Judged, BoundField, BoundField]]:
        """What is judged, score field and reason field."""
        for one in self.judged:
            yield one, self[SCORE + one.code], self[NOTE + one.code]

    def clean(self) -> dict[str, Any]:
        """A reason that belongs to no score is refused: it would be lost."""
        for one in self.judged:
            empty = self.cleaned_data.get(SCORE + one.code) is None and SCORE + one.code not in self.errors
            if empty and self.cleaned_data.get(NOTE + one.code):
                self.add_error(
                    NOTE + one.code,
                    _("Enter the score this reason belongs to; to withdraw the score, clear both."),
                )
        return self.cleaned_data

    def entries(self) -> Iterator[tuple[Judged, Decimal | None, str]]:
        """What is judged, score and reason of everything that was changed; None for a score that was cleared."""
        for one in self.judged:
            names = {SCORE + one.code, NOTE + one.code}
            if names & set(self.changed_data):
                value = self.cleaned_data.get(SCORE + one.code)
                yield one, value, self.cleaned_data.get(NOTE + one.code, "")


def _differs(field: forms.Field, sent: str, stored: object) -> bool:
    try:
        return bool(field.to_python(sent) != field.to_python(stored))
    except ValidationError:
        return True


def _in_words(bound: BoundField) -> str:
    """What is stored as text; for a choice the words of the answer."""
    stored = "" if bound.initial is None else str(bound.initial)
    if isinstance(bound.field, forms.ChoiceField):
        return str(dict(bound.field.choices).get(stored, ""))  # type: ignore[arg-type]
    return plain(stored) if stored and isinstance(bound.field, forms.DecimalField) else stored


def _shown(bound: BoundField) -> str:
    return _in_words(bound) or str(_("not reported"))


def _number(asked: AskedField, value: ReportedValue | None, language: str) -> forms.Field:
    label = asked.field.name_zh if is_chinese(language) else asked.field.name_en
    function = asked.indicator.function
    initial = "" if value is None else decimal_text(value.value)
    whole = asked.field.key == asked.indicator.code
    if whole and isinstance(function, YesNo):
        return forms.ChoiceField(
            label=label,
            required=False,
            initial=initial,
            show_hidden_initial=True,
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
            show_hidden_initial=True,
            choices=[("", _("not reported")), *options],
        )
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=0 if asked.indicator.whole else 4,
        error_messages={"max_decimal_places": str(REFUSALS[NOT_WHOLE])} if asked.indicator.whole else None,
        initial=initial,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs={"step": "1" if asked.indicator.whole else "any"}),
    )
