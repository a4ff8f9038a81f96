"""Actions room: load the leagues and cities from the shipped list."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from changes import Work
from members.models import Region

SOURCE = Path(__file__).resolve().parent.parent / "data" / "regions.csv"


def load_regions(_work: Work) -> int:
    """Write the twelve leagues and cities of the shipped list; return how many. Safe to run again.

    Reference data belongs to the release, not to a person, so this writes no history.
    """
    with SOURCE.open(encoding="utf-8", newline="") as file:
        rows = [
            Region(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                kind=row["kind"],
                seat_lon=Decimal(row["seat_lon"]),
                seat_lat=Decimal(row["seat_lat"]),
                hu_bao_e_wu=row["in_hu_bao_e_wu"] == "1",
            )
            for row in csv.DictReader(file)
        ]
    Region.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", "kind", "seat_lon", "seat_lat", "hu_bao_e_wu"],
    )
    return len(rows)
