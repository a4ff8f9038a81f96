"""The life of bookings comes out of the history into rows of its own, and what early check-outs gave back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db import migrations

PREFIX = "instruments.booking."
CHUNK = 500


def fill(apps, _schema_editor):
    """Write one step an entry; an entry that names no times (of an older make) is left to the booking's own fields."""
    Entry = apps.get_model("audit", "Entry")
    Booking = apps.get_model("instruments", "Booking")
    Step = apps.get_model("instruments", "BookingStep")
    known = dict(Booking.objects.values_list("pk", "end"))
    entries = Entry.objects.filter(target_type="instruments.booking", verb__startswith=PREFIX)
    rows = []
    fields = ("target_id", "verb", "at", "actor_id", "before", "after")
    for target, verb, at, actor, *states in (
        entries.order_by("at", "pk").values_list(*fields).iterator(chunk_size=2000)
    ):
        pk = _uuid(target)
        before, after = (state or {} for state in states)
        start, end = _moment(after.get("start")), _moment(after.get("end"))
        if pk not in known or start is None or end is None:
            continue
        old_start, old_end = _moment(before.get("start")), _moment(before.get("end"))
        moved = old_start is not None and old_end is not None and (old_start, old_end) != (start, end)
        price, old_price = _yuan(after.get("price")), _yuan(before.get("price"))
        place, old_place = str(after.get("instrument", ""))[:30], str(before.get("instrument", ""))[:30]
        rows.append(
            Step(
                booking_id=pk,
                at=at,
                verb=verb.removeprefix(PREFIX)[:20],
                by_id=actor,
                instrument=place,
                start=start,
                end=end,
                price=price or Decimal(0),
                old_instrument=old_place if old_place != place else "",
                old_start=old_start if moved else None,
                old_end=old_end if moved else None,
                old_price=old_price if old_price != price else None,
                reason=str(after.get("reason") or "")[:300],
            )
        )
        if verb == f"{PREFIX}completed" and old_end is not None and old_end > known[pk]:
            Booking.objects.filter(pk=pk).update(booked_until=old_end)
        if len(rows) >= CHUNK:
            Step.objects.bulk_create(rows)
            rows = []
    Step.objects.bulk_create(rows)


def _uuid(text):
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(text):
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _yuan(text):
    try:
        return None if text is None else Decimal(str(text))
    except InvalidOperation:
        return None


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0008_steps_of_bookings_and_ends_of_usage"),
        ("audit", "0005_drop_the_chain_head"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
