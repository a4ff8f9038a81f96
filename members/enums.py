"""Codes of the members app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegionKind(TextChoices):
    """A league (盟) or a city (市)."""

    CITY = "city", _("city")
    LEAGUE = "league", _("league")


class UnitKind(TextChoices):
    """What a member unit is."""

    UNIVERSITY = "university", _("University")
    RESEARCH_INSTITUTE = "research_institute", _("Research institute")
    ENTERPRISE = "enterprise", _("Enterprise")
    HOSPITAL = "hospital", _("Hospital")
    TESTING_CENTRE = "testing_centre", _("Testing centre")
    OTHER = "other", _("Other")


class UnitState(TextChoices):
    """Where a unit's membership stands."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", pgettext_lazy("state of a unit", "Left")


class Affiliation(TextChoices):
    """Where a person comes from; the price category follows from it and the instrument's unit."""

    MEMBER_UNIT = "member_unit", _("Member unit of the network")
    NON_PROFIT = "non_profit", _("Non-profit organisation outside the network")
    ENTERPRISE = "enterprise", _("Enterprise outside the network")


class UserCategory(TextChoices):
    """The price category of a user at one instrument (用户类别)."""

    INTERNAL = "internal", _("Own unit")
    MEMBER = "member", _("Other member unit")
    NON_PROFIT = "non_profit", _("External non-profit")
    ENTERPRISE = "enterprise", _("Enterprise")


class UnitRoleKind(TextChoices):
    """What a person does in a unit."""

    MANAGER = "manager", _("Manager")
    STEWARD = "steward", _("Steward")
    VIEWER = "viewer", _("Viewer")


class NetworkRoleKind(TextChoices):
    """What a person does for the whole network."""

    OFFICER = "officer", _("Department officer")
    EXPERT = "expert", _("Evaluation expert")


class OrganisationKind(TextChoices):
    """What an organisation that is served (服务对象单位) is; the national record asks only: internal or external."""

    ENTERPRISE = "enterprise", _("Enterprise")
    UNIVERSITY = "university", _("University")
    RESEARCH_INSTITUTE = "research_institute", _("Research institute")
    HOSPITAL = "hospital", _("Hospital")
    TESTING_CENTRE = "testing_centre", _("Testing centre")
    GOVERNMENT = "government", _("Government body")
    FOREIGN = "foreign", _("Foreign organisation")
    INDIVIDUAL = "individual", _("Individual")
    OTHER = "other", _("Other")
