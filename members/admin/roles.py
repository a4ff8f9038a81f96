"""Admin room: dated roles; they are given and ended, never rewritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from changes import perform
from members.actions.roles import end_network_role, end_unit_role, give_network_role, give_unit_role
from members.admin.acting import ActingAdmin, ActionForm
from members.models import NetworkRole, UnitRole
from members.models.dated import Dated


class DatedForm(ActionForm):
    """A new role, or the end of one."""

    give: ClassVar[Callable[..., Dated]]
    """The action that gives it; it takes the fields `given` in that order."""
    end: ClassVar[Callable[..., Dated]]
    given: ClassVar[tuple[str, ...]]

    def act(self) -> Dated:
        """Give or end it."""
        data = self.cleaned_data
        if self.instance.pk is None:
            wanted = [data[name] for name in self.given]
            return perform(self.actor, type(self).give, *wanted, valid_from=data["valid_from"])
        row: Dated = self.instance
        if data["valid_to"] is None:
            return row
        until = data["valid_to"]
        return perform(self.actor, type(self).end, row, valid_to=until, choices=self.choices, seen=self.seen)


class UnitRoleForm(DatedForm):
    """A role in a unit."""

    give, end, given = staticmethod(give_unit_role), staticmethod(end_unit_role), ("person", "unit", "kind")

    class Meta:
        model = UnitRole
        fields = ["person", "unit", "kind", "valid_from", "valid_to"]


class NetworkRoleForm(DatedForm):
    """A role in the network."""

    give, end, given = staticmethod(give_network_role), staticmethod(end_network_role), ("person", "kind")

    class Meta:
        model = NetworkRole
        fields = ["person", "kind", "valid_from", "valid_to"]


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
