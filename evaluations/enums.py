"""Codes that all of the evaluation shares."""

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
