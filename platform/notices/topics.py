"""What people may have told once a day instead of at once: kinds of notice, put together as people speak of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """A kind of notice without one is always told at once: somebody must act on it, or it is about to begin."""

    BOOKINGS = "bookings", _("What becomes of my bookings and requests")
    CHANGES = "changes", _("Bookings that others move or cancel")
    REQUESTS = "requests", _("Requests that wait for me to decide")
    FAULTS = "faults", _("What becomes of faults I have reported")
    UPKEEP = "upkeep", _("Upkeep and calibration that fall due")
    PEOPLE = "people", _("Roles, stewards and units")
    EVALUATION = "evaluation", _("The yearly evaluation")
