"""Forms room: a person, chosen by the address of the account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Person
from members.queries.people import person_by_email


class AccountField(forms.EmailField):
    """The address of an open account; its value is the person, None where nothing is asked."""

    widget = forms.EmailInput({"class": "form-control", "autocomplete": "off"})

    def clean(self, value: Any) -> Person | None:
        """Return who has the address. Raises ValidationError where nobody has, or the account is closed."""
        address: str = super().clean(value)
        if not address:
            return None
        person = person_by_email(address)
        if person is None or not person.is_active:
            raise forms.ValidationError(_("No open account has this address."))
        return person
