"""The usage records that counted at a moment."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from instruments.usage.models import UsageQuerySet, UsageRecord


def usage_as_of(moment: dt.datetime) -> UsageQuerySet:
    """Records entered up to the moment that no correction had replaced and nobody had voided by then."""
    # A list of keys instead of a join: beside an OR a join makes SQLite walk all records for each record.
    later = UsageRecord.objects.filter(corrects__isnull=False, recorded_at__gt=moment).order_by()
    records: UsageQuerySet = UsageRecord.objects.filter(
        Q(is_current=True) | Q(pk__in=later.values("corrects")) | Q(voided_at__gt=moment),
        recorded_at__lte=moment,
    )
    return records
