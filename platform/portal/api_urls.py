"""Addresses of report runs in the public contract."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.api.problems import register_problems
from portal.api.report_runs import ReportRunDetail, ReportRunFile, ReportRunList

register_problems()

urlpatterns: list[URLPattern | URLResolver] = [
    path("report-runs/", ReportRunList.as_view(), name="api-report-runs"),
    path("report-runs/<uuid:run_id>/", ReportRunDetail.as_view(), name="api-report-run"),
    path("report-runs/<uuid:run_id>/file/", ReportRunFile.as_view(), name="api-report-file"),
]
