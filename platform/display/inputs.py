"""Inputs of forms that are the same everywhere."""

from __future__ import annotations

from django import forms


def day_input() -> forms.DateInput:
    """Return the input of a day, as browsers offer it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
