"""Rows that hold from one day until another: roles, and whoever else is in charge of something for a time."""

from __future__ import annotations

import datetime as dt
from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from changes.remembered import Given

M = TypeVar("M", bound=models.Model)


def lasting(day: dt.date | Given) -> models.Q:
    """What is not over by a day: it holds then, or later."""
    return models.Q(valid_to=None) | models.Q(valid_to__gt=day)


def dates_in_order(name: str) -> models.CheckConstraint:
    """Nothing ends before it begins."""
    condition = models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from"))
    return models.CheckConstraint(condition=condition, name=name)


class DatedQuerySet(models.QuerySet[M]):
    """Filters of dated rows."""

    def on(self, day: dt.date | Given) -> Self:
        """Rows that hold on that day; `valid_to` is the first day without."""
        return self.filter(lasting(day), valid_from__lte=day)


class Dated(models.Model):
    """Holds in [valid_from, valid_to)."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When what rested on the row was settled, the row having ended."""

    class Meta:
        abstract = True
