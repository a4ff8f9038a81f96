"""How the admin starts: with the department's own site."""

from django.contrib.admin.apps import AdminConfig


class DepartmentAdminConfig(AdminConfig):
    """The admin with the department's door."""

    default_site = "config.admin_site.DepartmentSite"
