"""Wording room: a page of the feed as OpenActive says it (Realtime Paged Data Exchange 1.0)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from folding.times import LOCAL
from instruments.inventory.models import Instrument
from instruments.opendata.models import OpenSlot

KIND = "FacilityUse/Slot"
CONTEXT = "https://openactive.io/"
_MINUTE = dt.timedelta(minutes=1)


def rpde_page(rows: Sequence[OpenSlot], here: str, address: str) -> dict[str, Any]:
    """Write a page; `address` is where the feed begins, `here` what was asked for: the last page leads to itself."""
    last = rows[-1] if rows else None
    behind = here if last is None else f"{address}?afterTimestamp={last.modified}&afterId={last.pk}"
    return {"next": behind, "items": [_item(row) for row in rows], "license": settings.OPEN_DATA_LICENCE}


def _item(row: OpenSlot) -> dict[str, Any]:
    told = {
        "state": "updated" if row.gone_at is None else "deleted",
        "kind": KIND,
        "id": row.pk,
        "modified": row.modified,
    }
    return told if row.gone_at is not None else {**told, "data": _slot(row)}


def _slot(row: OpenSlot) -> dict[str, Any]:
    page = _address("instruments:instrument", row.instrument.code)
    return {
        "@context": CONTEXT,
        "@type": "Slot",
        "@id": f"{page}#slot-{row.pk}",
        "identifier": row.pk,
        "facilityUse": _facility(row.instrument, page),
        "startDate": row.start.astimezone(LOCAL).isoformat(),
        "endDate": row.end.astimezone(LOCAL).isoformat(),
        "duration": _duration((row.end - row.start) // _MINUTE),
        "remainingUses": 1,
        "maximumUses": 1,
    }


def _facility(instrument: Instrument, page: str) -> dict[str, Any]:
    unit = instrument.unit
    return {
        "@type": "FacilityUse",
        "@id": page,
        "identifier": instrument.code,
        "name": instrument.name_zh or instrument.name_en,
        "url": page,
        "provider": {
            "@type": "Organization",
            "@id": _address("portal:unit", unit.code),
            "identifier": unit.code,
            "name": unit.name_zh,
        },
        "location": {
            "@type": "Place",
            "name": unit.name_zh,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": instrument.address or unit.name_zh,
                "addressRegion": instrument.region.name_zh,
                "addressCountry": "CN",
            },
        },
    }


def _address(name: str, code: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[code])}"


def _duration(minutes: int) -> str:
    """Write a length by ISO 8601: "PT4H30M"; a whole day is a day."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    time = "".join(f"{count}{sign}" for count, sign in ((hours, "H"), (left, "M")) if count)
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")
