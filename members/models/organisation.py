"""Organisations that are served: member units, registered ones outside the network, and names a unit typed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import OrganisationKind
from members.rules.organisation_names import LONGEST


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Chainable filters."""

    def public(self) -> OrganisationQuerySet:
        """Member units and registered organisations that count by themselves."""
        return self.filter(private_to=None, merged_into=None)

    def private(self) -> OrganisationQuerySet:
        """Names that units typed."""
        return self.filter(private_to__isnull=False)


class Organisation(models.Model):
    """An organisation that is served (服务对象单位).

    One with `unit` is that member unit; one with `private_to` is a name which that unit typed; all others are
    registered, outside the network. One that is merged counts as another, which itself is never merged.
    """

    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices, blank=True)
    region = models.ForeignKey(
        "members.Region",
        verbose_name=_("league or city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    credit_code = models.CharField(  # noqa: DJ001 - as of a member unit: none is no text
        _("unified social credit code"), max_length=18, null=True, blank=True
    )
    unit = models.OneToOneField(
        "members.MemberUnit",
        verbose_name=_("member unit"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="served_as",
    )
    private_to = models.ForeignKey(
        "members.MemberUnit",
        verbose_name=_("typed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="private_organisations",
    )
    folded = models.CharField(max_length=LONGEST, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("counts as"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    version = models.PositiveIntegerField(default=1)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation served")
        verbose_name_plural = _("organisations served")
        ordering = ["name_zh", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values) | Q(kind="", private_to__isnull=False),
                name="organisation_kind_known",
            ),
            models.CheckConstraint(condition=~Q(folded=""), name="organisation_has_a_name"),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(private_to=None, merged_into=None), name="organisation_of_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="organisation_not_into_itself"
            ),
            models.UniqueConstraint(
                fields=["folded"], condition=Q(unit__isnull=False), name="one_member_organisation_per_name"
            ),
            models.UniqueConstraint(
                fields=["folded"],
                condition=Q(unit=None, private_to=None, merged_into=None),
                name="one_registered_organisation_per_name",
            ),
            models.UniqueConstraint(
                fields=["private_to", "folded"],
                condition=Q(private_to__isnull=False),
                name="one_private_organisation_per_name",
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(unit=None, merged_into=None, credit_code__isnull=False),
                name="one_registered_organisation_per_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def counted(self) -> Organisation:
        """The organisation it counts as: the one it is merged into, else itself."""
        return self if self.merged_into is None else self.merged_into
