"""Forms room: a fault as somebody reports it, and how it ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.inventory.models import Instrument
from instruments.upkeep.actions.faults import MOST_OUTCOME, MOST_WORDS
from instruments.upkeep.enums import Severity
from instruments.upkeep.forms.photo import PhotoField


class FaultForm(forms.Form):
    """What is wrong, how far it keeps people from the instrument, and a photo of it."""

    severity = forms.ChoiceField(
        label=_("Can it still be used?"), choices=Severity.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What is wrong?"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text=_(
            "Whoever is signed in and looks at the instrument reads this; your name is shown to its keepers."
        ),
    )
    station = forms.IntegerField(
        label=pgettext_lazy("at an instrument", "Station"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        help_text=_("Empty means the whole instrument."),
    )
    photo = PhotoField(
        label=_("Photo"), required=False, help_text=_("At most 5 MB; its keepers alone see it.")
    )

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if instrument.station_count == 1:
            del self.fields["station"]


class OutcomeForm(forms.Form):
    """What was done about a fault."""

    outcome = forms.CharField(
        label=_("What was done?"),
        max_length=MOST_OUTCOME,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Whoever reported the fault reads it."),
    )
