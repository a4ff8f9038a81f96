"""Actions room: brings what is published up to date."""

from __future__ import annotations

import datetime as dt

from changes import Work, perform
from instruments.opendata.models import OpenSlot
from instruments.opendata.queries import Place, Said, newest, published, wanted
from instruments.opendata.rules.spans import Changes, changes

GONE_KEPT = dt.timedelta(days=8)
"""The specification asks for seven days; one more for a reader whose clock or schedule is behind."""
_BATCH = 500


def publish_slots(now: dt.datetime) -> tuple[int, int, int]:
    """Publish what is free now; return how many spans are gone, others and new. Safe to run twice.

    Of two that do it at once one fails with IntegrityError: no number is given twice.
    """
    found = changes(published(), wanted(now))
    if found or OpenSlot.objects.filter(gone_at__lt=now - GONE_KEPT).exists():
        perform(None, _publish, found)
    return len(found.gone), len(found.changed), len(found.new)


def _publish(work: Work, found: Changes[Place, Said]) -> None:
    """Write what has changed, each with a number of its own above all others; forget what is long gone."""
    OpenSlot.objects.filter(gone_at__lt=work.now - GONE_KEPT).delete()
    told = set(found.gone) | found.changed.keys()
    number = newest()
    rows = []
    for row in OpenSlot.objects.filter(gone_at=None, instrument__in={place.instrument for place in told}):
        place = Place(row.instrument_id, row.station, row.start)
        if place not in told:
            continue
        number += 1
        row.modified = number
        if place in found.changed:
            row.end, row.mark = found.changed[place]
        else:
            row.gone_at = work.now
        rows.append(row)
    OpenSlot.objects.bulk_update(rows, ["modified", "end", "mark", "gone_at"], batch_size=_BATCH)
    OpenSlot.objects.bulk_create(
        (
            OpenSlot(
                instrument_id=place.instrument,
                station=place.station,
                start=place.start,
                end=said.end,
                mark=said.mark,
                modified=count,
            )
            for count, (place, said) in enumerate(found.new.items(), number + 1)
        ),
        batch_size=_BATCH,
    )
