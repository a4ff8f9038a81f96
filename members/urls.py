"""Addresses of units."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from members.views import people

app_name = "members"
urlpatterns: list[URLPattern | URLResolver] = [
    path("units/<str:code>/people/", people.people, name="people"),
    path("units/<str:code>/people/roles/", people.give_role, name="give_role"),
    path("units/<str:code>/people/roles/<int:pk>/end/", people.end_role, name="end_role"),
    path("units/<str:code>/people/invite/", people.invite, name="invite"),
    path("units/<str:code>/people/<int:pk>/remind/", people.remind, name="remind"),
]
