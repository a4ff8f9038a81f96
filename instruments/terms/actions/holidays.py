"""Actions room: public holidays and shifted working days of the whole network."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, unchanged
from instruments.inventory.errors import InvalidInstrument
from instruments.terms.events import HolidaySet
from instruments.terms.models import Holiday
from members.permissions import require


def set_holiday(
    work: Work,
    holiday: Holiday | None,
    *,
    day: dt.date,
    works_like: int | None,
    name_zh: str,
    name_en: str,
    seen: int | None = None,
) -> Holiday:
    """Enter a holiday (None: a new one) or say otherwise how it is worked; officers only.

    Today or later, for hours that were open stay so. Bookings made before stay; new ones find the instrument closed.
    Raises NotAllowed, StaleVersion, InvalidInstrument; ValidationError for a day entered twice.
    """
    row = Holiday() if holiday is None else work.lock_one(Holiday.objects.all(), holiday.pk)
    require(work.actor, "change_reference", row)
    unchanged(row, seen)
    before = None if holiday is None else _facts(row)
    if min(day, row.day or day) < timezone.localdate(work.now):
        raise InvalidInstrument({"day": [_("This day is over or has begun; enter one that lies ahead.")]})
    row.day, row.works_like = day, works_like
    row.name_zh, row.name_en = name_zh.strip(), name_en.strip()
    row.full_clean()
    if _facts(row) == before:
        return row
    if holiday is not None:
        row.version += 1
    row.save()
    work.emit(HolidaySet(target=row, before=before, after=_facts(row)))
    return row


def _facts(row: Holiday) -> dict[str, object]:
    return {"day": row.day, "works_like": row.works_like, "name_zh": row.name_zh, "name_en": row.name_en}
