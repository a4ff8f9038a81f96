"""What happened after the data period or after the snapshot, and so does not count; told before a step is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from display.formats import hours, local_date, money
from evaluations.errors import Blocker
from evaluations.rounds.models import Round
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.usage_then import usage_as_of
from instruments.inventory.enums import EquipmentKind, Funding, InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import (
    JOINED,
    READ_BACK,
    STATE,
    Change,
    changes_since,
)
from instruments.usage.models import UsageRecord

ZERO = Decimal("0.00")
NAMES: dict[str, str | Promise] = {
    "sharing_mode": _("sharing mode"),
    "original_value": _("original value"),
    "funding": _("sources of funds"),
    "equipment_kind": _("general or special"),
    JOINED: _("in the network since"),
    STATE: pgettext_lazy("condition", "state"),
}
WORDS: dict[str, Any] = {
    "sharing_mode": SharingMode,
    "funding": Funding,
    "equipment_kind": EquipmentKind,
    STATE: InstrumentState,
}


def period_over(round_: Round) -> dt.datetime:
    """The moment at which the last day of the data period is over, in local time."""
    return timezone.make_aware(dt.datetime.combine(round_.data_last_day + dt.timedelta(days=1), dt.time.min))


def too_early(round_: Round, snapshot: MetricSnapshot) -> Iterator[Blocker]:
    """Refuse to judge a whole period by a snapshot that was begun before it was over."""
    if snapshot.started_at < period_over(round_):
        yield Blocker(
            "snapshot_too_early",
            _(
                "The snapshot was taken on %(taken)s, but the data period runs to the end of %(day)s. "
                "Take a new snapshot after that day."
            ),
            {"taken": _day(snapshot.started_at), "day": _day(round_.data_last_day)},
        )


def afterwards(round_: Round, snapshot: MetricSnapshot) -> Iterator[Blocker]:
    """Warn of usage entered after the snapshot, and of instruments changed between the period's end and it."""
    yield from _late_usage(round_, snapshot)
    changes = changes_since(round_.data_end, snapshot.started_at)
    codes = dict(Instrument.objects.filter(pk__in={c.instrument for c in changes}).values_list("pk", "code"))
    changed = [change for change in changes if not change.entered]
    if changed:
        yield Blocker(
            "changed_after_period",
            ngettext_lazy(
                "%(count)s change of an instrument after the data period does not count: %(changes)s.",
                "%(count)s changes of instruments after the data period do not count: %(changes)s.",
                "count",
            ),
            {
                "count": len(changed),
                "changes": "; ".join(
                    f"{codes[change.instrument]}: {_change_in_words(change)}" for change in changed
                ),
            },
            hard=False,
        )
    yield from _of_codes(
        "entered_after_period",
        ngettext_lazy(
            "%(count)s instrument was entered after the data period and counts from the day it names: %(codes)s.",
            "%(count)s instruments were entered after the data period and count from the day they name: %(codes)s.",
            "count",
        ),
        {
            codes[change.instrument]
            for change in changes
            if change.entered and str(change.after.get(JOINED)) <= round_.data_last_day.isoformat()
        },
    )


def _late_usage(round_: Round, snapshot: MetricSnapshot) -> Iterator[Blocker]:
    now = UsageRecord.objects.current().began_in(round_.data_start, round_.data_end)
    late = now.filter(recorded_at__gt=snapshot.started_at)
    found = late.aggregate(count=Count("pk"), hours=Sum("effective_hours"))
    if found["count"]:
        yield Blocker(
            "usage_after_snapshot",
            ngettext_lazy(
                "%(count)s usage record of the data period, of %(hours)s h, was entered or corrected after the "
                "snapshot began and does not count. Take a new snapshot to count it.",
                "%(count)s usage records of the data period, of %(hours)s h, were entered or corrected after the "
                "snapshot began and do not count. Take a new snapshot to count them.",
                "count",
            ),
            {"count": found["count"], "hours": hours(found["hours"] or ZERO, 2)},
            hard=False,
        )
    then = usage_as_of(snapshot.started_at).began_in(round_.data_start, round_.data_end)
    same = now.filter(unit=OuterRef("unit"), record_id=OuterRef("record_id"))
    gone = then.filter(~Exists(same), is_current=False)
    found = gone.aggregate(count=Count("pk"), hours=Sum("effective_hours"))
    if found["count"]:
        yield Blocker(
            "usage_gone_after_snapshot",
            ngettext_lazy(
                "%(count)s usage record of %(hours)s h has left the data period since the snapshot began, voided or "
                "corrected to another time, and still counts. Take a new snapshot to leave it out.",
                "%(count)s usage records of %(hours)s h have left the data period since the snapshot began, voided or "
                "corrected to another time, and still count. Take a new snapshot to leave them out.",
                "count",
            ),
            {"count": found["count"], "hours": hours(found["hours"] or ZERO, 2)},
            hard=False,
        )


def _of_codes(code: str, message: Any, codes: set[str]) -> Iterator[Blocker]:
    if codes:
        yield Blocker(code, message, {"count": len(codes), "codes": ", ".join(sorted(codes))}, hard=False)


def _change_in_words(change: Change) -> str:
    parts = [
        f"{NAMES[key]} {_worded(key, change.before.get(key))} → {_worded(key, change.after.get(key))}"
        for key in READ_BACK
        if key in change.before or key in change.after
    ]
    return f"{', '.join(parts)} ({_day(change.at)})"


def _worded(key: str, value: Any) -> str:
    if value is None:
        return "–"
    if key == "original_value":
        return money(Decimal(value))
    if key == JOINED:
        return _day(dt.date.fromisoformat(value))
    kinds = WORDS[key]
    return " + ".join(str(kinds(one).label) for one in ([value] if isinstance(value, str) else value))


def _day(day: dt.date | dt.datetime) -> str:
    return local_date(day, get_language())
