"""Addresses of the contract itself: schema and documentation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from webapi.description import Documentation, Schema

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", Schema.as_view(), name="api-schema"),
    path("docs/", Documentation.as_view(), name="api-docs"),
]
