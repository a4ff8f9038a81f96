"""Forms room: an organisation outside the network, and what a typed name shall count as."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.actions.organisations import OrganisationData
from members.enums import OrganisationKind
from members.models import Region


def _text() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})


class RegistrationForm(forms.Form):
    """What is known of an organisation outside the network."""

    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=100, widget=_text())
    name_en = forms.CharField(label=_("Name (English)"), max_length=200, required=False, widget=_text())
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=OrganisationKind.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    region = forms.ModelChoiceField(
        label=_("League or city"),
        queryset=Region.objects.all(),
        required=False,
        empty_label=_("outside Inner Mongolia, or unknown"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=30, required=False, widget=_text()
    )

    def __init__(self, *args: Any, needs_code: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if needs_code:
            code = self.fields["credit_code"]
            code.required = True
            code.error_messages["required"] = _(
                "A unit registers an organisation by its unified social credit code."
            )

    @property
    def data_of_organisation(self) -> OrganisationData:
        """What the action takes. Call it on a valid form."""
        return OrganisationData(**self.cleaned_data)


class MergeForm(forms.Form):
    """What a name counts as: an organisation that is offered, or one by its name; and what its person saw."""

    into = forms.IntegerField(min_value=1, required=False)
    name = forms.CharField(max_length=100, required=False)
    version = forms.IntegerField(min_value=1, required=False)


class PageForm(forms.Form):
    """Which page of the list is wanted; nonsense is the first."""

    page = forms.IntegerField(min_value=1, required=False)

    @property
    def number(self) -> int:
        """The number of the page."""
        self.is_valid()
        return int(self.cleaned_data.get("page") or 1)
