"""How the admin and static files start: with the department's own site, without what nobody asks for."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class DepartmentAdminConfig(AdminConfig):
    """The admin with the department's door."""

    default_site = "config.admin_site.DepartmentSite"


class UsedFilesConfig(StaticFilesConfig):
    """Static files that some page asks for; to hash and compress the rest took half the time."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "drf_spectacular_sidecar/redoc/*",
        "rest_framework/*",
        "django_htmx/*",
    ]
