"""Codes of the instruments app; the national record's own terms stand in the docstrings."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class SharingMode(TextChoices):
    """Who may use the instrument (共享模式: 内部共享 / 外部共享 / 不共享)."""

    INTERNAL = "internal", _("Shared internally")
    EXTERNAL = "external", _("Shared externally")
    NOT_SHARED = "not_shared", _("Not shared")


class InstrumentState(TextChoices):
    """Whether the instrument can be used now."""

    IN_SERVICE = "in_service", _("In service")
    UNDER_REPAIR = "under_repair", _("Under repair")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")


class RunningState(TextChoices):
    """The national record's running state (运行状态)."""

    NORMAL = "normal", _("Normal")
    STANDBY = "standby", _("Standby")
    REMOTE = "remote", _("In remote service")
    OCCASIONAL_FAULTS = "occasional_faults", _("Occasional faults")
    FREQUENT_FAULTS = "frequent_faults", _("Frequent faults")
    AWAITING_REPAIR = "awaiting_repair", _("Awaiting repair")
    AWAITING_SCRAPPING = "awaiting_scrapping", _("Awaiting scrapping")


class CarrierKind(IntegerChoices):
    """The resource carrier the instrument belongs to (所属资源载体类型)."""

    CENTRE = 1, _("Instrument centre")
    FACILITY = 2, _("Research facility")
    SERVICE_UNIT = 3, _("Service unit")
    NONE = 4, _("None")


class Source(TextChoices):
    """How the unit came by it (设备来源)."""

    PURCHASED = "purchased", _("Purchased")
    DEVELOPED = "developed", _("Self-developed")
    DONATED = "donated", _("Donated")
    OTHER = "other", _("Other")


class EquipmentKind(TextChoices):
    """General or special (仪器设备类别: 通用 / 专用)."""

    GENERAL = "general", _("General")
    SPECIAL = "special", _("Special")


class Funding(TextChoices):
    """Where the purchase money came from (主要购置经费来源)."""

    CENTRAL = "central", _("Central government funds")
    LOCAL = "local", _("Local government funds")
    OWN = "own", _("The unit's own funds")
    OTHER = "other", _("Other funds")


class BookingKind(TextChoices):
    """A use by a person, or upkeep by the steward; one overlap rule guards both."""

    USE = "use", _("Use")
    MAINTENANCE = "maintenance", _("Maintenance")


class BookingState(TextChoices):
    """Where a booking stands. The first four hold their time."""

    REQUESTED = "requested", _("Requested")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_USE = "in_use", _("In use")
    COMPLETED = "completed", _("Completed")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    NO_SHOW = "no_show", _("No-show")


HOLDING_STATES = (
    BookingState.REQUESTED,
    BookingState.CONFIRMED,
    BookingState.IN_USE,
    BookingState.COMPLETED,
)


class UserKind(TextChoices):
    """Internal or external to the owning legal person (服务对象 120 / 130)."""

    INTERNAL = "internal", _("Internal user")
    EXTERNAL = "external", _("External user")


class Purpose(TextChoices):
    """What the use was for (服务类型 135 科学研究, 136 科技开发, 137 教学, 138 其他)."""

    RESEARCH = "research", _("Scientific research")
    DEVELOPMENT = "development", _("Technology development")
    TEACHING = "teaching", _("Teaching")
    OTHER = "other", _("Other")


class UsageSource(TextChoices):
    """How a usage record came to be."""

    BOOKING = "booking", _("Completed booking")
    STEWARD = "steward", _("Entered by the steward")
    IMPORT = "import", _("Imported file")
    API = "api", _("Pushed by the unit's system")
