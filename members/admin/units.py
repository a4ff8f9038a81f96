"""Admin room: member units and the list of leagues and cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from changes import perform
from members.actions.people import PersonData
from members.actions.units import UnitData, change_unit, create_unit, unit_faults
from members.admin.acting import ActingAdmin, ActionForm
from members.forms.web_address import WebAddressField
from members.models import MemberUnit, Region

COLUMNS = [field.name for field in fields(UnitData)]


class UnitForm(ActionForm):
    """A unit; a new one comes with the account of its first manager."""

    other_names = {"email": "manager_email", "display_name": "manager_name"}

    manager_email = forms.EmailField(
        label=_("E-mail address of the first manager"), widget=UnfoldAdminEmailInputWidget, required=False
    )
    manager_name = forms.CharField(
        label=_("Name of the first manager"),
        max_length=50,
        widget=UnfoldAdminTextInputWidget,
        required=False,
    )

    class Meta:
        model = MemberUnit
        fields = COLUMNS
        field_classes = {"website": WebAddressField}

    def clean(self) -> dict[str, Any]:
        """Ask for the manager of a new unit."""
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            for name in ("manager_email", "manager_name"):
                if not data.get(name):
                    self.add_error(name, _("A unit always keeps at least one manager. Name the first one."))
        return data

    def faults(self) -> Mapping[str, Sequence[str]]:
        """Judge codes and names even where another field is wrong, so that all faults are told at once."""
        given = {name: self.cleaned_data[name] for name in COLUMNS if name in self.cleaned_data}
        return unit_faults(given, self.instance)

    def act(self) -> MemberUnit:
        """Create or change the unit."""
        data = UnitData(**{name: self.cleaned_data[name] for name in COLUMNS})
        if self.instance.pk is not None:
            return perform(self.actor, change_unit, self.instance, data, choices=self.choices, seen=self.seen)
        manager = PersonData(
            email=self.cleaned_data["manager_email"], display_name=self.cleaned_data["manager_name"]
        )
        return perform(self.actor, create_unit, data, manager=manager)


@admin.register(MemberUnit)
class UnitAdmin(ActingAdmin):
    """Member units."""

    form = UnitForm
    add_verb, change_verb = "create_unit", "change_unit"
    list_display = ("code", "name_zh", "short_name", "kind", "region", "state", "joined_on")
    list_filter = ("state", "kind", "region")
    list_select_related = ("region",)
    search_fields = ("code", "name_zh", "name_en", "short_name")
    ordering = ("code",)

    def groups(self, request: HttpRequest, obj: MemberUnit | None = None) -> list[Any]:
        """Group the fields; a new unit asks for its first manager."""
        texts = ["website", "about_zh", "about_en"]
        contact = ["contact_name", "contact_phone", "contact_email"]
        rest = [name for name in COLUMNS if name not in {*texts, *contact}]
        groups = [(None, {"fields": rest}), (_("Contact"), {"fields": [*contact, *texts]})]
        if obj is None:
            groups.append((_("First manager"), {"fields": ["manager_name", "manager_email"]}))
        return groups


@admin.register(Region)
class RegionAdmin(ActingAdmin):
    """Leagues and cities; they come with the release."""

    list_display = ("code", "name_zh", "name_en", "kind", "hu_bao_e_wu")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
