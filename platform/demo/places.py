"""Where the invented instruments stand: houses, rooms and departments that fit what they are."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from demo.plan import read
from demo.texts import Template
from instruments.inventory.enums import CarrierKind
from instruments.inventory.models import Instrument
from members.models import MemberUnit

OUTSIDE = ("场", "站", "站房", "圆顶")
GROUND_FLOOR = ("车间", "大厅", "库", "机房", "试验台")
SAME_ROOM = 2


def place(rng: Random, unit: MemberUnit, rows: list[tuple[Instrument, Template]]) -> None:
    """Give the instruments of a unit their department, room and position; those of one kind of room are neighbours."""
    places = read("places.toml")
    region = unit.region
    district = rng.choice(places["districts"][region.code])
    lon = region.seat_lon + Decimal(rng.randrange(-6000, 6000)) / 100_000
    lat = region.seat_lat + Decimal(rng.randrange(-4000, 4000)) / 100_000
    houses: dict[str, tuple[str, int]] = {}
    taken: dict[str, int] = {}
    for row, template in rows:
        row.department = _department(rng, places["departments"][unit.kind], template)
        row.carrier_kind = CarrierKind.CENTRE if "中心" in row.department else CarrierKind.NONE
        row.carrier_name = row.department if row.carrier_kind == CarrierKind.CENTRE else "无"
        room = template.room
        if room not in houses:
            floor = 1 if room.endswith(GROUND_FLOOR) else rng.randrange(1, 6)
            houses[room] = (rng.choice("ABCD"), floor * 100 + rng.randrange(1, 30))
        house, number = houses[room]
        number += taken.get(room, 0) // SAME_ROOM
        taken[room] = taken.get(room, 0) + 1
        stands = room if room.endswith(OUTSIDE) else f"{house}座{number}室（{room}）"
        row.address = f"{region.name_zh}{district}{unit.name_zh}{stands}"
        row.postal_address, row.postal_code = row.address, str(places["post_codes"][region.code])
        row.longitude = lon + Decimal(rng.randrange(-120, 120)) / 100_000
        row.latitude = lat + Decimal(rng.randrange(-120, 120)) / 100_000


def _department(rng: Random, houses: dict[str, list[str]], template: Template) -> str:
    fitting = [
        name
        for name, wanted in houses.items()
        if not wanted
        or any(
            one in template.tags or (one.isdigit() and template.class_code.startswith(one)) for one in wanted
        )
    ]
    return rng.choice(fitting)
