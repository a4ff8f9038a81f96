"""Forms room: people of a unit and their roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.actions.people import PersonData
from members.enums import UnitRoleKind
from members.models import Person
from members.queries.people import person_by_email
from notices.topics import Topic

DAY = {"type": "date", "class": "form-control"}


class PeopleFilter(forms.Form):
    """What the list is narrowed by; nonsense narrows nothing."""

    q = forms.CharField(label=_("Name or e-mail"), max_length=100, required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", _("Everybody")), *UnitRoleKind.choices], required=False
    )
    page = forms.IntegerField(min_value=1, required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the query."""
        self.is_valid()
        data = self.cleaned_data
        return {"q": data.get("q") or "", "kind": data.get("role") or "", "page": data.get("page") or 1}


class RoleForm(forms.Form):
    """A role for somebody with an account, from a day on."""

    email = forms.EmailField(
        label=_("E-mail address of the person"),
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("Role"),
        choices=UnitRoleKind.choices,
        initial=UnitRoleKind.STEWARD,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    valid_from = forms.DateField(
        label=pgettext_lazy("first day", "From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY),
        initial=timezone.localdate,
    )

    def clean_email(self) -> str:
        """There is an account of this address."""
        email: str = self.cleaned_data["email"]
        self._person = person_by_email(email)
        if self._person is None:
            raise forms.ValidationError(_("No account has this address. Invite the person first."))
        return email

    @property
    def person(self) -> Person:
        """Who it is. Call it on a valid form."""
        assert self._person is not None
        return self._person


class EndRoleForm(forms.Form):
    """The first day without the role; today unless told."""

    valid_to = forms.DateField(
        label=_("First day without"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY),
        initial=timezone.localdate,
    )


class InvitationForm(forms.Form):
    """A new account in the unit."""

    display_name = forms.CharField(
        label=_("Name of the person"),
        max_length=50,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=150,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"),
        choices=[("zh-hans", "简体中文"), ("en", "English")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    kind = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("None: books instruments only")), *UnitRoleKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    @property
    def data_of_person(self) -> PersonData:
        """What the action takes. Call it on a valid form."""
        data = self.cleaned_data
        return PersonData(
            email=data["email"],
            display_name=data["display_name"].strip(),
            phone=data["phone"].strip(),
            language=data["language"],
        )


class OwnAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What people set for themselves; the action checks and saves."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    daily_mail = forms.MultipleChoiceField(
        label=_("In one mail a day, at eight in the morning"),
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What begins or runs out within a day, and offers, are always told at once."),
    )

    class Meta:
        model = Person
        fields = ("phone", "language", "mail_wanted", "daily_mail")
        labels = {"language": _("Language of the mail")}
        widgets = {
            "phone": forms.TextInput(
                attrs={"class": "form-control", "autocomplete": "tel", "inputmode": "tel"}
            ),
            "language": forms.Select(attrs={"class": "form-select"}),
            "mail_wanted": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["version"] = self.instance.version

    @property
    def settings(self) -> dict[str, Any]:
        """What the action takes. Call it on a valid form."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """Leave the row alone: the action checks what it writes."""
