"""A yearly round."""

from __future__ import annotations

import datetime as dt

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.enums import ObjectKind, RoundState
from instruments.terms.rules.hours import local_midnight


class Round(models.Model):
    """One evaluation (年度评价) of the data year `year`, over [data_start, data_end)."""

    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(
        pgettext_lazy("what a round judges", "judges"),
        max_length=10,
        choices=ObjectKind.choices,
        default=ObjectKind.UNIT,
    )
    scheme = models.ForeignKey(
        "evaluations.Scheme", verbose_name=_("scheme"), on_delete=models.PROTECT, related_name="rounds"
    )
    data_start = models.DateTimeField(_("data from"))
    data_end = models.DateTimeField(_("data until (exclusive)"))
    budget = models.DecimalField(_("budget (yuan)"), max_digits=14, decimal_places=2)
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=12,
        choices=RoundState.choices,
        default=RoundState.DRAFT,
    )
    collecting_until = models.DateField(_("units report until"), null=True, blank=True)
    open_units = models.JSONField(_("open for these units alone"), default=list, blank=True)
    """Primary keys of the units for which a round that was reopened collects; empty: for all."""
    publicity_start = models.DateField(_("publicity from"), null=True, blank=True)
    publicity_end = models.DateField(_("publicity until"), null=True, blank=True)
    snapshot = models.ForeignKey(
        "evaluations.MetricSnapshot",
        verbose_name=_("snapshot"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    scored_at = models.DateTimeField(_("scored"), null=True, blank=True)
    publicised_at = models.DateTimeField(_("publicised"), null=True, blank=True)
    finalised_at = models.DateTimeField(_("made final"), null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-year", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["year", "kind"], name="one_round_a_year"),
            models.CheckConstraint(
                condition=models.Q(data_end__gt=models.F("data_start")), name="round_period"
            ),
            models.CheckConstraint(condition=models.Q(budget__gte=0), name="round_budget_not_negative"),
            models.CheckConstraint(condition=models.Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="final") | ~models.Q(digest=""), name="final_round_has_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} · {ObjectKind(self.kind).label}"

    def is_open_for(self, unit_pk: int) -> bool:
        """Whether values of this unit can be entered now."""
        return self.state == RoundState.COLLECTING and (not self.open_units or unit_pk in self.open_units)

    @property
    def data_last_day(self) -> dt.date:
        """The last day of the data period, in local time."""
        return timezone.localdate(self.data_end - dt.timedelta(microseconds=1))

    @property
    def late_from(self) -> dt.datetime | None:
        """The first moment after the last day to report; None where no last day is set."""
        until = self.collecting_until
        return None if until is None else local_midnight(until + dt.timedelta(days=1))


class RoundStep(models.Model):
    """One thing that happened to a round as a whole, with the version that it left; written once, never changed."""

    round = models.ForeignKey(
        Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="history"
    )
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        "members.Person", verbose_name=_("by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.CharField(_("what"), max_length=60)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("step of a round")
        verbose_name_plural = _("steps of rounds")
        ordering = ["round", "-pk"]
        indexes = [models.Index(fields=["round", "verb"], name="round_step_verb")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.verb}"
