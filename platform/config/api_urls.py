"""The public contract below /api/v1/: each app brings its own resources."""

from django.urls import include, path, re_path

from webapi.views import UnknownAddress

urlpatterns = [
    path("", include("webapi.urls")),
    path("", include("members.api.urls")),
    path("", include("instruments.api.urls")),
    path("", include("evaluations.api.urls")),
    path("", include("portal.api_urls")),
    re_path(r"", UnknownAddress.as_view()),
]
