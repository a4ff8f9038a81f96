"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from portal.views import account, health, home, me, tokens, units

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("finder/", home.finder, name="finder"),
    path("healthz", health.healthz, name="healthz"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("readyz/<str:part>", health.readyz_part, name="readyz_part"),
    path("metrics", health.metrics, name="metrics"),
    path("me/", me.me, name="me"),
    path("me/start/", me.start, name="start"),
    path("me/account/", account.account, name="account"),
    path("me/tokens/", tokens.tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("units/", units.units, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
]
