"""Addresses of evaluations. Unit codes are capital letters, so the small words before them never clash."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from evaluations.entries import views as give
from evaluations.enums import ObjectKind
from evaluations.results.views import newest, objects, rounds, table

app_name = "evaluations"
SINGLE = {"kind": ObjectKind.INSTRUMENT.value}
urlpatterns: list[URLPattern | URLResolver] = [
    path("evaluations/", rounds.index, name="index"),
    path("evaluations/of/<str:unit>/", newest.newest, name="newest"),
    path("evaluations/<int:year>/", rounds.round_page, name="round"),
    path("evaluations/<int:year>/table.csv", table.table, name="table"),
    path("evaluations/<int:year>/instruments/table.csv", table.table, SINGLE, name="instrument_table"),
    path("evaluations/<int:year>/give/", give.give_page, name="give"),
    path("evaluations/<int:year>/instruments/", rounds.round_page, SINGLE, name="instrument_round"),
    path("evaluations/<int:year>/instruments/give/", give.give_instruments, name="give_instruments"),
    path("evaluations/<int:year>/instruments/<str:unit>/", objects.unit_instruments, name="instrument_unit"),
    path(
        "evaluations/<int:year>/instruments/<str:unit>/<str:instrument>/",
        objects.object_page,
        SINGLE,
        name="instrument_result",
    ),
    path(
        "evaluations/<int:year>/instruments/<str:unit>/<str:instrument>/rows/<str:indicator>/",
        objects.rows_page,
        SINGLE,
        name="instrument_rows",
    ),
    path("evaluations/<int:year>/<str:unit>/", objects.object_page, name="unit"),
    path("evaluations/<int:year>/<str:unit>/rows/<str:indicator>/", objects.rows_page, name="rows"),
]
