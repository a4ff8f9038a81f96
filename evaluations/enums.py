"""Codes of the evaluations app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ObjectKind(TextChoices):
    """What a scheme judges."""

    UNIT = "unit", _("Units")
    INSTRUMENT = "instrument", _("Single instruments")


class RoundState(TextChoices):
    """The steps of a yearly round."""

    DRAFT = "draft", _("Draft")
    COLLECTING = "collecting", _("Collecting")
    SCORED = "scored", _("Scored")
    PUBLICISED = "publicised", _("Publicised")
    FINAL = "final", _("Final")


class Grade(TextChoices):
    """优秀, 良好, 合格, 不合格."""

    EXCELLENT = "excellent", _("Excellent")
    GOOD = "good", _("Good")
    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")


class SnapshotState(TextChoices):
    """Where the taking of a snapshot stands."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    ABANDONED = "abandoned", _("Abandoned")
