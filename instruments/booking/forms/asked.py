"""Forms room: the questions of a unit as fields of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language

from instruments.terms.rules.asked import LONGEST_ANSWER, Question

ASKED = "ask_"
"""How the names of such fields begin."""


def ask(form: forms.Form, questions: Sequence[Question]) -> dict[str, Question]:
    """Give a form a field for each question; return the questions by the names of their fields."""
    asked = {f"{ASKED}{number}": question for number, question in enumerate(questions)}
    form.fields |= {name: _field(question) for name, question in asked.items()}
    return asked


def answers_in(asked: Mapping[str, Question], data: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers of a valid form as actions take them."""
    return {question.zh: "" if data[name] is None else str(data[name]) for name, question in asked.items()}


def _field(question: Question) -> forms.Field:
    label = question.words(get_language() or "zh")
    if question.options:
        choices = [("", ""), *((option, option) for option in question.options)]
        return forms.ChoiceField(
            label=label,
            required=question.required,
            choices=choices,
            widget=forms.Select(attrs={"class": "form-select"}),
        )
    if question.number:
        widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "decimal", "step": "any"})
        return forms.DecimalField(
            label=label, required=question.required, max_digits=20, decimal_places=6, widget=widget
        )
    return forms.CharField(
        label=label,
        required=question.required,
        max_length=LONGEST_ANSWER,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
