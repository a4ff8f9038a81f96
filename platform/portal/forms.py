"""Forms of the portal's own pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("One year"))]


class UnitFilter(forms.Form):
    """What the directory of units is narrowed by; nonsense narrows nothing."""

    q = forms.CharField(max_length=100, required=False)
    region = forms.CharField(max_length=6, required=False)
    kind = forms.CharField(max_length=20, required=False)

    @property
    def chosen(self) -> dict[str, str]:
        """The arguments of the query."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class TokenForm(forms.Form):
    """What a new access token is for, what it may do, how long it lives."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("For example: the lab's own booking board.")
    )
    may_write = forms.BooleanField(label=_("May also book and change"), required=False)
    days = forms.ChoiceField(label=_("Valid for"), choices=LIFETIMES, initial="90")

    def scopes(self) -> list[str]:
        """Return the scopes of the token: always read, write if asked."""
        return ["read", "write"] if self.cleaned_data["may_write"] else ["read"]
