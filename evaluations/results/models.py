"""What a round says: results, the points behind them, the order of equals, and awards."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from background.jobs import Job
from display.formats import money
from evaluations.results.enums import ScoringState
from evaluations.schemes.enums import Grade


class Result(models.Model):
    """Score, rank and grade (得分, 名次, 等级) of one unit, or of one instrument of it."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="results"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="results"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="results",
    )
    score = models.DecimalField(pgettext_lazy("points reached", "score"), max_digits=7, decimal_places=2)
    rank = models.PositiveSmallIntegerField(_("rank"))
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices)
    grade_reason = models.JSONField(_("why this grade"), default=dict)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["round", "rank", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"], condition=models.Q(instrument=None), name="one_result_per_unit"
            ),
            models.UniqueConstraint(
                fields=["round", "instrument"],
                condition=models.Q(instrument__isnull=False),
                name="one_result_per_instrument",
            ),
            models.CheckConstraint(condition=models.Q(grade__in=Grade.values), name="result_grade_known"),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.instrument or self.unit}"


class IndicatorScore(models.Model):
    """The points of one indicator, with the value, inputs and formula that made them."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="indicator_scores")
    indicator = models.CharField(_("indicator"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    parent = models.CharField(max_length=60, blank=True)
    full = models.DecimalField(_("full points"), max_digits=7, decimal_places=2)
    points = models.DecimalField(pgettext_lazy("points reached", "points"), max_digits=7, decimal_places=2)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=4, null=True, blank=True)
    formula = models.CharField(_("formula"), max_length=40, blank=True)
    inputs = models.JSONField(_("inputs"), default=dict)
    missing = models.BooleanField(_("value missing"), default=False)

    class Meta:
        verbose_name = _("indicator score")
        verbose_name_plural = _("indicator scores")
        ordering = ["result", "position"]
        constraints = [
            models.UniqueConstraint(fields=["result", "indicator"], name="one_score_per_indicator")
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.points}/{self.full}"


class TieDecision(models.Model):
    """In which order equals are served where a quota has no room for all of them: the department's word, and why."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="tie_decisions"
    )
    order = models.JSONField(_("order of equals"))
    reason = models.CharField(_("reason"), max_length=500)
    decided_by = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("of equals", "decided by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(pgettext_lazy("of equals", "decided"), default=timezone.now)

    class Meta:
        verbose_name = _("order of equals")
        verbose_name_plural = _("orders of equals")
        ordering = ["round", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="tie_decision_has_reason")]

    def __str__(self) -> str:
        return f"{self.round_id} {', '.join(self.order)}"


class Award(models.Model):
    """The subsidy (后补助) of one unit in one round; all awards of a round add up to its budget to the fen."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="awards"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="awards"
    )
    base = models.DecimalField(_("base sum (yuan)"), max_digits=14, decimal_places=2, default=0)
    performance = models.DecimalField(
        _("performance part (yuan)"), max_digits=14, decimal_places=2, default=0
    )
    amount = models.DecimalField(_("award (yuan)"), max_digits=14, decimal_places=2)
    weight = models.DecimalField(_("weight"), max_digits=20, decimal_places=6, default=0)
    capped = models.BooleanField(_("at the cap"), default=False)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["round", "-amount", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="one_award_per_unit"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="award_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.unit} · {money(self.amount)}"


class ScoringRun(Job):
    """One scoring of a round in the background, asked for when the round had `round_version`."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="scorings"
    )
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=10,
        choices=ScoringState.choices,
        default=ScoringState.QUEUED,
    )
    requested_by = models.ForeignKey(
        "members.Person", verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+"
    )
    round_version = models.PositiveIntegerField(_("version"))
    moment = models.DateTimeField(_("asked for"), default=timezone.now)

    class Meta:
        verbose_name = _("scoring")
        verbose_name_plural = _("scorings")
        ordering = ["round", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=models.Q(state__in=["queued", "running"]), name="one_open_scoring"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.state}"
