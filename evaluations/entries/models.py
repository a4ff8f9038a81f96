"""Values reported by units, and scores given by people."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluations.entries.enums import JudgeRole


class ReportedValue(models.Model):
    """A value that the unit reports itself (自评填报) for one indicator, with its evidence in words."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="reported_values"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="reported_values"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_values",
    )
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    evidence = models.TextField(_("evidence"), max_length=1000, blank=True)
    reported_by = models.ForeignKey(
        "members.Person", verbose_name=_("reported by"), on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)

    class Meta:
        verbose_name = _("reported value")
        verbose_name_plural = _("reported values")
        ordering = ["round", "unit", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "instrument", "indicator"],
                condition=models.Q(instrument__isnull=False),
                name="one_reported_value_of_instrument",
            ),
            models.UniqueConstraint(
                fields=["round", "unit", "indicator"],
                condition=models.Q(instrument=None),
                name="one_reported_value_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator} {self.value}"

    @property
    def is_late(self) -> bool:
        """Whether it was reported after the last day (逾期填报), in local time."""
        late_from = self.round.late_from
        return late_from is not None and self.reported_at >= late_from


class GivenScore(models.Model):
    """A value given by the department or one expert (部门或专家评分) for one indicator."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="given_scores"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="given_scores"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="given_scores",
    )
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    note = models.TextField(_("reason"), max_length=1000, blank=True)
    given_by = models.ForeignKey(
        "members.Person", verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    given_as = models.CharField(
        _("given as"), max_length=7, choices=JudgeRole.choices, default=JudgeRole.EXPERT
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("given score")
        verbose_name_plural = _("given scores")
        ordering = ["round", "unit", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "indicator", "given_by"],
                condition=models.Q(instrument=None),
                name="one_given_score_of_unit",
            ),
            models.UniqueConstraint(
                fields=["round", "unit", "instrument", "indicator", "given_by"],
                condition=models.Q(instrument__isnull=False),
                name="one_given_score_of_instrument",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator} {self.value}"
