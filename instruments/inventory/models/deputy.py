"""Who stands in for a steward for some days."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from changes.remembered import Given


class DeputyQuerySet(models.QuerySet["Deputy"]):
    """Filters of deputies."""

    def on(self, day: dt.date | Given) -> DeputyQuerySet:
        """Those valid on a day; who is no longer of the unit stands in for nobody there."""
        return self.filter(valid_from__lte=day, valid_to__gt=day, deputy__home_unit=models.F("unit"))


class Deputy(models.Model):
    """Somebody of a unit keeps (代理) what one of its stewards keeps, in [valid_from, valid_to)."""

    unit = models.ForeignKey("members.MemberUnit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("a steward who is away", "for whom"),
        on_delete=models.PROTECT,
        related_name="deputies",
    )
    deputy = models.ForeignKey(
        "members.Person", verbose_name=_("deputy"), on_delete=models.PROTECT, related_name="deputy_for"
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"))
    named_by = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("deputy of a steward")
        verbose_name_plural = _("deputies of stewards")
        ordering = ["valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="deputy_dates"
            ),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("deputy")), name="deputy_is_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} · {self.person}"

    @property
    def last_day(self) -> dt.date:
        """The last day on which the deputy stands in."""
        return self.valid_to - dt.timedelta(days=1)
