"""Actions room: plans of upkeep, the times held for them, and what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, unchanged
from changes.errors import FieldsRefused
from instruments.booking.actions.requests import book_maintenance
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.upkeep.enums import Audience, IntervalUnit, PlanKind
from instruments.upkeep.errors import PlanOver
from instruments.upkeep.events import PlanEnded, PlanSet, UpkeepRecorded
from instruments.upkeep.models import UpkeepDone, UpkeepPlan
from members.permissions import require

MOST_EVERY = {IntervalUnit.DAYS: 3650, IntervalUnit.MONTHS: 120}
MOST_HOURS, MOST_MINUTES, MOST_NOTICE = 100_000, 10_080, 365
PLANS = UpkeepPlan.objects.select_related("instrument__unit__policy", "instrument__policy", "booking")


@dataclass(frozen=True, kw_only=True)
class PlanData:
    """What a plan says: of what kind, what is done, how often, how long, at which time of day, who is told when."""

    kind: str
    title: str
    every: int | None = None
    unit: str = IntervalUnit.MONTHS.value
    every_hours: int | None = None
    begins_on: dt.date
    minutes: int = 120
    preferred_time: dt.time | None = None
    notice_days: int = 14
    audience: str = Audience.STEWARDS.value


@dataclass(frozen=True, kw_only=True)
class DoneData:
    """What was done on a day, and of a calibration the certificate."""

    done_on: dt.date
    note: str = ""
    certificate: str = ""
    agency: str = ""
    valid_until: dt.date | None = None


COLUMNS = tuple(item.name for item in fields(PlanData))


def make_plan(work: Work, instrument: Instrument, data: PlanData) -> UpkeepPlan:
    """Make a plan of upkeep or calibration for an instrument, as a custodian. Raises NotAllowed, FieldsRefused."""
    instrument = lock_instrument(work, instrument.pk)
    require(work.actor, "plan_upkeep", instrument)
    plan = UpkeepPlan(instrument=instrument)
    _fill(plan, data)
    plan.save(force_insert=True)
    work.emit(PlanSet(target=plan, after=_facts(plan)))
    return plan


def change_plan(work: Work, plan: UpkeepPlan, data: PlanData, *, seen: int | None = None) -> UpkeepPlan:
    """Change a plan that stands, as a custodian of its instrument; people are told anew of a new due day.

    Raises NotAllowed, StaleVersion, PlanOver, FieldsRefused. The same again changes nothing.
    """
    plan = _locked(work, plan, seen)
    before = _facts(plan)
    _fill(plan, data)
    if _facts(plan) == before:
        return plan
    _save(plan, *COLUMNS)
    work.emit(PlanSet(target=plan, before=before, after=_facts(plan)))
    return plan


def end_plan(work: Work, plan: UpkeepPlan, *, seen: int | None = None) -> UpkeepPlan:
    """End a plan: nothing falls due by it any more; what was done stays, a time held for it too.

    A custodian's right. Raises NotAllowed, StaleVersion, PlanOver.
    """
    plan = _locked(work, plan, seen)
    before = _facts(plan)
    plan.ended_at = work.now
    _save(plan, "ended_at")
    work.emit(PlanEnded(target=plan, before=before, after={**_facts(plan), "ended_at": work.now}))
    return plan


def book_for_plan(
    work: Work, plan: UpkeepPlan, *, start: dt.datetime, station: int | None = None, seen: int | None = None
) -> UpkeepPlan:
    """Hold time for what a plan asks for, as long as it takes, as upkeep.

    Raises as `book_maintenance`, and StaleVersion, PlanOver.
    """
    plan = _locked(work, plan, seen)
    end = start + dt.timedelta(minutes=plan.minutes)
    before = _facts(plan)
    plan.booking = book_maintenance(
        work, plan.instrument, start=start, end=end, reason=plan.title, station=station
    )
    _save(plan, "booking")
    after = {**_facts(plan), "booking": str(plan.booking.pk)}
    work.emit(PlanSet(target=plan, before=before, after=after))
    return plan


def record_done(work: Work, plan: UpkeepPlan, data: DoneData, *, seen: int | None = None) -> UpkeepDone:
    """Record what was done by a plan on a day that is not to come, once a day; the next due day is counted from it.

    A calibration says until when it is valid. A time that was held and has begun is no longer planned. A custodian's
    right. Raises NotAllowed, StaleVersion, PlanOver, FieldsRefused.
    """
    plan = _locked(work, plan, seen)
    _demand_done(work, plan, data)
    done = UpkeepDone.objects.create(
        plan=plan,
        done_on=data.done_on,
        note=data.note.strip(),
        certificate=data.certificate.strip(),
        agency=data.agency.strip(),
        valid_until=data.valid_until,
        recorded_at=work.now,
        recorded_by=work.actor,
    )
    if plan.booking is not None and plan.booking.start <= work.now:
        plan.booking = None
    _save(plan, "booking")
    said = {name: getattr(done, name) for name in ("done_on", "certificate", "agency", "valid_until")}
    work.emit(UpkeepRecorded(target=plan, after={**_facts(plan), **said}))
    return done


def _locked(work: Work, plan: UpkeepPlan, seen: int | None) -> UpkeepPlan:
    lock_instrument(work, plan.instrument_id)
    fresh = work.lock_one(PLANS, plan.pk)
    require(work.actor, "plan_upkeep", fresh)
    unchanged(fresh, seen)
    if fresh.ended_at is not None:
        raise PlanOver
    return fresh


def _fill(plan: UpkeepPlan, data: PlanData) -> None:
    problems: dict[str, list[str]] = {}
    title = data.title.strip()
    if not 1 <= len(title) <= 100 or "\0" in title:
        problems["title"] = [_("Say in 1 to 100 characters what is done.")]
    for name, known in (("kind", PlanKind), ("unit", IntervalUnit), ("audience", Audience)):
        if getattr(data, name) not in known.values:
            problems[name] = [_("Choose one of those offered.")]
    if data.every is None and data.every_hours is None:
        problems["every"] = [_("Say how often: by the calendar, by hours of use, or by both.")]
    most = 0 if "unit" in problems else MOST_EVERY[IntervalUnit(data.unit)]
    for name, value, least, limit in (
        ("every", data.every, 1, most),
        ("every_hours", data.every_hours, 1, MOST_HOURS),
        ("minutes", data.minutes, 5, MOST_MINUTES),
        ("notice_days", data.notice_days, 0, MOST_NOTICE),
    ):
        judged = limit > 0 and name not in problems
        if judged and value is not None and not least <= value <= limit:
            problems[name] = [_("Choose a number from %(low)s to %(high)s.") % {"low": least, "high": limit}]
    if not 1992 < data.begins_on.year < 2200:
        problems["begins_on"] = [_("Choose a day of this century.")]
    if problems:
        raise FieldsRefused(problems)
    for name in COLUMNS:
        setattr(plan, name, getattr(data, name))
    plan.title = title


def _demand_done(work: Work, plan: UpkeepPlan, data: DoneData) -> None:
    problems: dict[str, list[str]] = {}
    if data.done_on > timezone.localdate(work.now):
        problems["done_on"] = [_("This day is still to come.")]
    elif data.done_on.year < 1992:
        problems["done_on"] = [_("Choose a day of this century.")]
    elif UpkeepDone.objects.filter(plan=plan, done_on=data.done_on).exists():
        problems["done_on"] = [_("This is recorded for that day already.")]
    for name, limit in (("note", 300), ("certificate", 60), ("agency", 100)):
        text = getattr(data, name).strip()
        if len(text) > limit or "\0" in text:
            problems[name] = [_("Use at most %(limit)s characters.") % {"limit": limit}]
    if plan.kind == PlanKind.CALIBRATION and data.valid_until is None:
        problems["valid_until"] = [_("Say until when the calibration is valid.")]
    elif data.valid_until is not None and not data.done_on <= data.valid_until < dt.date(2200, 1, 1):
        problems["valid_until"] = [_("It is valid until the day itself or a later one.")]
    if problems:
        raise FieldsRefused(problems)


def _save(plan: UpkeepPlan, *names: str) -> None:
    plan.version += 1
    plan.save(update_fields=[*names, "version"])


def _facts(plan: UpkeepPlan) -> dict[str, object]:
    said = {name: getattr(plan, name) for name in COLUMNS if name != "preferred_time"}
    preferred = plan.preferred_time
    return {
        "instrument": plan.instrument.code,
        **said,
        "preferred_time": "" if preferred is None else f"{preferred:%H:%M}",
    }
