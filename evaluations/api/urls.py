"""Addresses of the public contract served by this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from evaluations.results.api import ResultList, RoundDetail, RoundList
from webapi import addresses as _converters  # noqa: F401 - registers <data_year:…>

urlpatterns: list[URLPattern | URLResolver] = [
    path("evaluations/", RoundList.as_view(), name="api-evaluations"),
    path("evaluations/<data_year:year>/", RoundDetail.as_view(), name="api-evaluation"),
    path("evaluations/<data_year:year>/results/", ResultList.as_view(), name="api-results"),
]
