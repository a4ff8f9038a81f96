"""Dated roles of people, in a unit and in the network."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import NetworkRoleKind, UnitRoleKind


class RoleQuerySet(models.QuerySet["UnitRole"]):
    """Filters of dated roles."""

    def on(self, day: dt.date) -> RoleQuerySet:
        """Roles valid on that day; `valid_to` is the first day without the role."""
        return self.filter(
            models.Q(valid_from__lte=day) & (models.Q(valid_to=None) | models.Q(valid_to__gt=day))
        )


class UnitRole(models.Model):
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
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When what rested on the role was settled, the role having ended."""

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in a unit")
        verbose_name_plural = _("roles in units")
        ordering = ["unit", "kind", "person"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=UnitRoleKind.values), name="unit_role_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="unit_role_dates",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "kind"],
                condition=models.Q(valid_to=None),
                name="one_open_unit_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()} · {self.unit}"


class NetworkRoleQuerySet(models.QuerySet["NetworkRole"]):
    """Filters of dated network-wide roles."""

    def on(self, day: dt.date) -> NetworkRoleQuerySet:
        """Roles valid on that day; `valid_to` is the first day without the role."""
        return self.filter(
            models.Q(valid_from__lte=day) & (models.Q(valid_to=None) | models.Q(valid_to__gt=day))
        )


class NetworkRole(models.Model):
    """A person's role for the whole network in [valid_from, valid_to)."""

    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="network_roles",
    )
    kind = models.CharField(_("role"), max_length=8, choices=NetworkRoleKind.choices)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When what rested on the role was settled, the role having ended."""

    objects = NetworkRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in the network")
        verbose_name_plural = _("roles in the network")
        ordering = ["kind", "person"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=NetworkRoleKind.values), name="network_role_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="network_role_dates",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(valid_to=None), name="one_open_network_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"
