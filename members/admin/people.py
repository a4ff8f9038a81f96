"""Admin room: people."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from changes import Work, perform
from members.actions.people import PersonData, change_person, create_person, set_admin_access
from members.admin.acting import ActingAdmin, ActionForm
from members.models import Person
from members.permissions import can

COLUMNS = [field.name for field in fields(PersonData)]


class PersonForm(ActionForm):
    """An account; people set their password themselves, by the reset mail."""

    class Meta:
        model = Person
        fields = [*COLUMNS, "is_staff"]

    def act(self) -> Person:
        """Create or change the account, and the way into the admin where a superuser asks."""
        data = PersonData(**{name: self.cleaned_data[name] for name in COLUMNS})
        return perform(self.actor, self._act, data)

    def _act(self, work: Work, data: PersonData) -> Person:
        if self.instance.pk is None:
            person = create_person(work, data)
        else:
            person = change_person(work, self.instance, data, choices=self.choices, seen=self.seen)
        if "is_staff" in self.cleaned_data:
            person = set_admin_access(work, person, allowed=self.cleaned_data["is_staff"])
        return person


@admin.register(Person)
class PersonAdmin(ActingAdmin):
    """People with an account."""

    form = PersonForm
    add_verb, change_verb = "create_person", "change_person"
    list_display = ("email", "display_name", "affiliation", "home_unit", "organisation", "is_active")
    list_filter = ("affiliation", "is_active", "is_staff")
    list_select_related = ("home_unit",)
    search_fields = ("email", "display_name", "organisation", "home_unit__name_zh", "home_unit__code")
    autocomplete_fields = ("home_unit",)
    ordering = ("email",)

    def groups(self, request: HttpRequest, obj: Person | None = None) -> list[Any]:
        """Show the way into the admin to whoever may open it."""
        groups: list[Any] = [(None, {"fields": COLUMNS})]
        if can(request.user, "give_admin_access", obj):
            groups.append((_("Rights"), {"fields": ["is_staff"]}))
        return groups
