"""Admin room: organisations that are served, over all units: registered, changed, merged and parted."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from changes import Work, perform
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    part_organisation,
    register_organisation,
)
from members.admin.acting import ActingAdmin, ActionForm
from members.models import Organisation

COLUMNS = [field.name for field in fields(OrganisationData)]


class OrganisationForm(ActionForm):
    """What is known of an organisation, and what it counts as."""

    class Meta:
        model = Organisation
        fields = [*COLUMNS, "merged_into"]

    def act(self) -> Organisation:
        """Register, change, merge or part, as one change."""
        return perform(self.actor, self._act)

    def _act(self, work: Work) -> Organisation:
        data = self.cleaned_data
        row: Organisation = self.instance
        # What is only shown is not in the form: a member unit, and the name as a unit typed it.
        named = OrganisationData(**{name: data[name] for name in COLUMNS}) if "name_zh" in data else None
        if row.pk is None:
            assert named is not None
            return register_organisation(work, named)
        seen = self.seen
        if named is not None:
            version = row.version
            row = change_organisation(work, row, named, seen=seen)
            seen = None if row.version != version else seen
        if "merged_into" not in data:
            return row
        goal = data["merged_into"]
        stored = Organisation.objects.values_list("merged_into_id", flat=True).get(pk=row.pk)
        if goal is not None and goal.pk != stored:
            return merge_organisation(work, row, goal, seen=seen)
        if goal is None and stored is not None:
            return part_organisation(work, row, seen=seen)
        return row


class StandingFilter(admin.SimpleListFilter):
    """Member units, registered organisations, names that units typed, and those of them that nobody merged."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the choices."""
        return [
            ("unit", _("Member unit")),
            ("registered", _("Registered organisation")),
            ("private", _("Name that a unit typed")),
            ("unmerged", _("Name that nobody merged")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow the list."""
        conditions: dict[str, dict[str, Any]] = {
            "unit": {"unit__isnull": False},
            "registered": {"unit": None, "private_to": None},
            "private": {"private_to__isnull": False},
            "unmerged": {"private_to__isnull": False, "merged_into": None},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


@admin.register(Organisation)
class OrganisationAdmin(ActingAdmin):
    """Organisations that are served."""

    form = OrganisationForm
    view_verb, add_verb, change_verb = "view_members", "change_organisation", "change_organisation"
    list_display = ("name_zh", "kind", "region", "credit_code", "private_to", "merged_into")
    list_filter = (StandingFilter, "kind", "private_to")
    list_select_related = ("region", "private_to", "merged_into")
    search_fields = ("name_zh", "name_en", "credit_code", "unit__short_name", "unit__code")
    autocomplete_fields = ("merged_into",)
    ordering = ("name_zh", "pk")

    def groups(self, request: HttpRequest, obj: Organisation | None = None) -> list[Any]:
        """A new organisation counts by itself; a typed name says which unit typed it."""
        shown = [*COLUMNS]
        if obj is not None:
            shown += ["merged_into"]
            shown += ["private_to"] if obj.private_to_id is not None else []
        return [(None, {"fields": shown})]

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> list[str]:
        """Fix what a unit typed, and all of a member unit: that is changed where units are."""
        if obj is None:
            return []
        if obj.unit_id is not None:
            return [*COLUMNS, "merged_into"]
        return [*COLUMNS, "private_to"] if obj.private_to_id is not None else []
