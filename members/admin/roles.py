"""Admin room: dated roles; they are given and ended, never rewritten."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from changes import perform
from members.actions.roles import end_network_role, end_unit_role, give_network_role, give_unit_role
from members.admin.acting import ActingAdmin, ActionForm
from members.models import NetworkRole, UnitRole


class UnitRoleForm(ActionForm):
    """A new role, or the end of one."""

    class Meta:
        model = UnitRole
        fields = ["person", "unit", "kind", "valid_from", "valid_to"]

    def act(self) -> UnitRole:
        """Give or end the role."""
        data = self.cleaned_data
        row: UnitRole = self.instance
        if row.pk is not None:
            if data["valid_to"] is None:
                return row
            return perform(
                self.actor,
                end_unit_role,
                row,
                valid_to=data["valid_to"],
                choices=self.choices,
                seen=self.seen,
            )
        return perform(
            self.actor,
            give_unit_role,
            data["person"],
            data["unit"],
            data["kind"],
            valid_from=data["valid_from"],
        )


class NetworkRoleForm(ActionForm):
    """A new role, or the end of one."""

    class Meta:
        model = NetworkRole
        fields = ["person", "kind", "valid_from", "valid_to"]

    def act(self) -> NetworkRole:
        """Give or end the role."""
        data = self.cleaned_data
        row: NetworkRole = self.instance
        if row.pk is not None:
            if data["valid_to"] is None:
                return row
            return perform(
                self.actor,
                end_network_role,
                row,
                valid_to=data["valid_to"],
                choices=self.choices,
                seen=self.seen,
            )
        return perform(
            self.actor, give_network_role, data["person"], data["kind"], valid_from=data["valid_from"]
        )


class RoleAdmin(ActingAdmin):
    """What both kinds of roles share: all is fixed once given, but the end."""

    columns: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Offer the end only for a role that exists."""
        return [*self.columns, "valid_to"] if obj is not None else list(self.columns)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Fix what was given."""
        if obj is None:
            return []
        return [*self.columns, *(["valid_to"] if obj.valid_to is not None else [])]


@admin.register(UnitRole)
class UnitRoleAdmin(RoleAdmin):
    """Roles in units."""

    form = UnitRoleForm
    columns = ("person", "unit", "kind", "valid_from")
    add_verb, change_verb = "view_members", "view_members"
    list_display = ("person", "unit", "kind", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("person", "unit")
    search_fields = ("person__display_name", "person__email", "unit__name_zh", "unit__code")
    autocomplete_fields = ("person", "unit")


@admin.register(NetworkRole)
class NetworkRoleAdmin(RoleAdmin):
    """Roles in the network."""

    form = NetworkRoleForm
    columns = ("person", "kind", "valid_from")
    add_verb, change_verb = "view_members", "view_members"
    list_display = ("person", "kind", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("person",)
    search_fields = ("person__display_name", "person__email")
    autocomplete_fields = ("person",)
