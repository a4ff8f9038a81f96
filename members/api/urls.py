"""Addresses of the public contract served by this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from members.api.regions import RegionList

urlpatterns: list[URLPattern | URLResolver] = [
    path("regions/", RegionList.as_view(), name="api-regions"),
]
