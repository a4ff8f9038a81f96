"""Addresses of report runs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting import views

app_name = "reporting"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.run_list, name="list"),
    path("new/<slug:code>/", views.new_run, name="new"),
    path("<uuid:run_id>/", views.run_page, name="run"),
    path("<uuid:run_id>/file/", views.run_file, name="file"),
    path("<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:run_id>/again/", views.again, name="again"),
]
