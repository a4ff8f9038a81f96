"""The addresses of the network: each app brings its own list."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("instruments.urls")),
    path("", include("members.urls")),
    path("", include("evaluations.urls")),
    path("notices/", include("notices.urls")),
    path("reports/", include("reporting.urls")),
    path("accounts/", include("portal.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("config.api_urls")),
    path("admin/", admin.site.urls),
]

handler500 = "portal.views.trouble.server_error"
