"""Queries room: plans of upkeep with what was done last and when each falls due next."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from folding.times import LOCAL
from instruments.booking.models import Booking
from instruments.booking.queries.availability import Availability
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.enums import PlanKind
from instruments.upkeep.models import UpkeepDone, UpkeepPlan
from instruments.upkeep.rules.due import Due, next_due
from instruments.upkeep.rules.times import OVERDUE, proposed_times, urgency
from instruments.usage.models import UsageRecord
from members.models import MemberUnit

LOOKED_AHEAD_DAYS, MOST_PROPOSED = 42, 4
_KEPT = "_calibration"


@dataclass(frozen=True)
class PlanRow:
    """A plan as lists show it: what was done last, when it falls due next and how urgent that is."""

    plan: UpkeepPlan
    last: UpkeepDone | None
    due: Due
    urgency: str

    @property
    def planned(self) -> Booking | None:
        """The time that is held for it, where it was not called off."""
        booking = self.plan.booking
        return booking if booking is not None and booking.ended_at is None else None


@dataclass(frozen=True)
class Calibration:
    """Until when an instrument is calibrated, by the certificate that ends first; `is_over`: it is no longer."""

    valid_until: dt.date
    certificate: str
    agency: str
    is_over: bool


def plans_of(instruments: Collection[int], *, ended: bool = False) -> QuerySet[UpkeepPlan]:
    """Return the plans of instruments that stand, or that were ended, with their planned time."""
    rows = UpkeepPlan.objects.filter(instrument__in=instruments, ended_at__isnull=not ended)
    return rows.select_related("instrument__unit", "booking")


def plans_of_unit(unit: MemberUnit) -> QuerySet[UpkeepPlan]:
    """Return the standing plans of all instruments of a unit, with their planned time."""
    rows = UpkeepPlan.objects.filter(instrument__unit=unit, ended_at=None)
    return rows.select_related("instrument__unit", "booking")


def rows_of(plans: Iterable[UpkeepPlan], today: dt.date) -> list[PlanRow]:
    """Return plans with what is due, the most urgent first, those whose day is not known last; two queries."""
    found = list(plans)
    last = _last_done(found)
    since = {plan.pk: _since(plan, last.get(plan.pk)) for plan in found}
    used = _used([plan for plan in found if plan.every_hours is not None], since)
    rows = []
    for plan in found:
        done = last.get(plan.pk)
        due = next_due(
            plan.repeat,
            since[plan.pk],
            used=used.get(plan.instrument_id, ()),
            valid_until=None if done is None else done.valid_until,
        )
        rows.append(PlanRow(plan, done, due, urgency(due.day, today, plan.notice_days)))
    return sorted(rows, key=lambda row: (row.due.day or dt.date.max, row.plan.instrument_id, row.plan.pk))


def row_of(plan: UpkeepPlan, today: dt.date) -> PlanRow:
    """Return one plan with what is due; two queries."""
    return rows_of([plan], today)[0]


def proposals(plan: UpkeepPlan, now: dt.datetime) -> list[tuple[Interval, int]]:
    """Return the next times in which the instrument is open and nobody has it, with the station; two queries."""
    instrument = plan.instrument
    known = Availability([instrument], Interval(now, now + dt.timedelta(days=LOOKED_AHEAD_DAYS)), now)
    return proposed_times(
        known.by_station(instrument.pk),
        earliest=now,
        minutes=plan.minutes,
        step=terms_of(policy_of(instrument)).step_minutes,
        preferred=plan.preferred_time,
        count=MOST_PROPOSED,
    )


def calibration_of(instrument: Instrument) -> Calibration | None:
    """Return until when an instrument is calibrated; None where no plan asks for it; one query, kept on the instance.

    A plan by which nothing was done yet is over once its day has passed.
    """
    if not hasattr(instrument, _KEPT):
        setattr(instrument, _KEPT, _calibration(instrument))
    found: Calibration | None = getattr(instrument, _KEPT)
    return found


def _calibration(instrument: Instrument) -> Calibration | None:
    newest = UpkeepDone.objects.filter(plan=OuterRef("pk")).order_by("-done_on", "-pk")
    plans = UpkeepPlan.objects.filter(instrument=instrument, kind=PlanKind.CALIBRATION, ended_at=None)
    rows = plans.annotate(
        **{
            f"last_{name}": Subquery(newest.values(name)[:1])
            for name in ("done_on", "valid_until", "certificate", "agency")
        }
    )
    today, found = timezone.localdate(), list[Calibration]()
    for plan in rows:
        done_on, valid = plan.last_done_on, plan.last_valid_until  # type: ignore[attr-defined]
        due = next_due(plan.repeat, done_on or plan.begins_on, valid_until=valid).day
        end = valid or due
        if end is not None and (done_on is not None or urgency(end, today, 0) == OVERDUE):
            certificate, agency = plan.last_certificate or "", plan.last_agency or ""  # type: ignore[attr-defined]
            found.append(Calibration(end, certificate, agency, end < today))
    return min(found, key=lambda one: one.valid_until, default=None)


def _since(plan: UpkeepPlan, last: UpkeepDone | None) -> dt.date:
    return plan.begins_on if last is None else last.done_on


def _last_done(plans: Collection[UpkeepPlan]) -> dict[int, UpkeepDone]:
    rows = UpkeepDone.objects.filter(plan__in=[plan.pk for plan in plans]).order_by("done_on", "pk")
    return {row.plan_id: row for row in rows}


def _used(
    plans: Collection[UpkeepPlan], since: dict[int, dt.date]
) -> dict[int, list[tuple[dt.date, Decimal]]]:
    """Return the effective hours of each local day by instrument, from the first day that counts for any plan on."""
    if not plans:
        return {}
    first = local_midnight(min(since[plan.pk] for plan in plans))
    rows = UsageRecord.objects.current().began_in(first, None)
    daily = (
        rows.filter(instrument__in={plan.instrument_id for plan in plans})
        .annotate(day=TruncDate("start", tzinfo=LOCAL))
        .values("instrument_id", "day")
        .annotate(hours=Sum("effective_hours", output_field=DecimalField(max_digits=20, decimal_places=2)))
        .order_by("instrument_id", "day")
    )
    found = defaultdict(list)
    for row in daily:
        found[row["instrument_id"]].append((row["day"], Decimal(row["hours"]).quantize(Decimal("0.01"))))
    return dict(found)
