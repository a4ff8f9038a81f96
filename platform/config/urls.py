"""The addresses of the network: each app brings its own list."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin's own log-in would go past the throttle; everybody enters by the one door.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("instruments.urls")),
    path("", include("members.urls")),
    path("", include("evaluations.urls")),
    path("notices/", include("notices.urls")),
    path("reports/", include("reporting.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("config.api_urls")),
    path("admin/", admin.site.urls),
]
