"""Dated roles of people, in a unit and in the network."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import NetworkRoleKind, UnitRoleKind
from members.models.dated import Dated, DatedQuerySet, dates_in_order


class UnitRoleQuerySet(DatedQuerySet["UnitRole"]):
    """Filters of dated roles."""


class UnitRole(Dated):
    """A person's role in a unit in [valid_from, valid_to)."""

    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="unit_roles",
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="roles"
    )
    kind = models.CharField(_("role"), max_length=8, choices=UnitRoleKind.choices)
    version = models.PositiveIntegerField(default=1)

    objects = UnitRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in a unit")
        verbose_name_plural = _("roles in units")
        ordering = ["unit", "kind", "person"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=UnitRoleKind.values), name="unit_role_kind_known"
            ),
            dates_in_order("unit_role_dates"),
            models.UniqueConstraint(
                fields=["person", "unit", "kind"],
                condition=models.Q(valid_to=None),
                name="one_open_unit_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()} · {self.unit}"


class NetworkRoleQuerySet(DatedQuerySet["NetworkRole"]):
    """Filters of dated roles."""


class NetworkRole(Dated):
    """A person's role for the whole network in [valid_from, valid_to)."""

    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="network_roles",
    )
    kind = models.CharField(_("role"), max_length=8, choices=NetworkRoleKind.choices)
    version = models.PositiveIntegerField(default=1)

    objects = NetworkRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in the network")
        verbose_name_plural = _("roles in the network")
        ordering = ["kind", "person"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=NetworkRoleKind.values), name="network_role_kind_known"
            ),
            dates_in_order("network_role_dates"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(valid_to=None), name="one_open_network_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"
