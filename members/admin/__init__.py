"""Admin room: units, people and roles for the department."""

from django.contrib import admin
from django.contrib.auth.models import Group

from members.admin.organisations import OrganisationAdmin
from members.admin.people import PersonAdmin
from members.admin.roles import NetworkRoleAdmin, UnitRoleAdmin
from members.admin.units import RegionAdmin, UnitAdmin

# Rights follow from dated roles alone; Django's groups grant nothing here.
admin.site.unregister(Group)

__all__ = [
    "NetworkRoleAdmin",
    "OrganisationAdmin",
    "PersonAdmin",
    "RegionAdmin",
    "UnitAdmin",
    "UnitRoleAdmin",
]
