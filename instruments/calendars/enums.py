"""What a calendar that other programs follow can be about."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FeedKind(TextChoices):
    """Whose bookings a calendar shows."""

    MINE = "mine", _("My bookings")
    KEPT = "kept", _("The instruments I keep")
    INSTRUMENT = "instrument", _("One instrument")
    UNIT = "unit", _("All instruments of a unit")
