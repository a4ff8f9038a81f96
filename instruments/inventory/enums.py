"""Codes of the inventory; the national record's own terms stand in the docstrings."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    NONE = 4, pgettext_lazy("carrier", "None")


class Source(TextChoices):
    """How the unit came by it (设备来源)."""

    PURCHASED = "purchased", _("Purchased")
    DEVELOPED = "developed", _("Self-developed")
    DONATED = "donated", _("Donated")
    OTHER = "other", _("Other")


class EquipmentKind(TextChoices):
    """General or special (仪器设备类别: 通用 / 专用)."""

    GENERAL = "general", pgettext_lazy("kind of equipment", "General")
    SPECIAL = "special", pgettext_lazy("kind of equipment", "Special")


class Funding(TextChoices):
    """Where the purchase money came from (主要购置经费来源)."""

    CENTRAL = "central", _("Central government funds")
    LOCAL = "local", _("Local government funds")
    OWN = "own", _("The unit's own funds")
    OTHER = "other", _("Other funds")


class Part(TextChoices):
    """What of an instrument is changed apart from its record, and so has a version of its own."""

    OPENING = "opening", pgettext_lazy("heading", "Opening hours")
    EXCEPTIONS = "exceptions", _("Exceptions")
    POLICY = "policy", _("Booking rules")
    RATES = "rates", _("Prices per hour")
    STEWARDS = "stewards", _("Stewards")
    TOGETHER = "together", _("Linked instruments")
