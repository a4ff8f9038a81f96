"""Codes of bookings; the national record's own terms stand in the docstrings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BookingKind(TextChoices):
    """A use by a person, or upkeep by the steward; one overlap rule guards both."""

    USE = "use", pgettext_lazy("kind of booking", "Use")
    MAINTENANCE = "maintenance", _("Maintenance")


class BookingState(TextChoices):
    """Where a booking stands; `HOLDING_STATES` hold their time."""

    REQUESTED = "requested", pgettext_lazy("state of a booking", "Requested")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_USE = "in_use", _("In use")
    COMPLETED = "completed", _("Completed")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    NO_SHOW = "no_show", _("No-show")
    OFFERED = "offered", pgettext_lazy("state of a booking", "Offered")
    COMPETING = "competing", _("Requested beside others")


HOLDING_STATES = (
    BookingState.REQUESTED,
    BookingState.CONFIRMED,
    BookingState.IN_USE,
    BookingState.COMPLETED,
    BookingState.OFFERED,
)
WAITING_STATES = (BookingState.REQUESTED, BookingState.COMPETING)
"""A custodian decides on them; a competing one (竞争申请) holds no time, so others may ask for the same."""
TIMED_STATES = (*WAITING_STATES, BookingState.OFFERED)
"""Stand until a moment (`expires_at`) and no longer, swept or not."""


class Purpose(TextChoices):
    """What the use was for (服务类型 135 科学研究, 136 科技开发, 137 教学, 138 其他)."""

    RESEARCH = "research", _("Scientific research")
    DEVELOPMENT = "development", _("Technology development")
    TEACHING = "teaching", _("Teaching")
    OTHER = "other", _("Other")
