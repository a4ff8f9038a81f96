"""The weeks around today: when which instrument is booked, by the same hand before and after the present moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from demo.instruments import DEMO_PAIR, InstrumentDraft
from demo.plan import Plan
from demo.terms import is_holiday, used_windows
from demo.texts import Use
from demo.usage import Target
from demo.visitors import User
from folding.times import LOCAL
from instruments.inventory.enums import InstrumentState

DAY = 1440
RECENT_DAYS, COMING_DAYS = 8, 28
# The two instruments that the public contract leaves free are booked in the first days only.
LAST_DAY_OF_DEMO_PAIR = 4
SOLD_OUT, SOLD_OUT_DAYS = 16, 7
EVENING, EVENING_PART, SATURDAY_PART, WEEKEND_START = 18 * 60, 0.35, 0.4, 0.3
LATEST_BEGIN = 19 * 60
# People book the near weeks fuller than the far ones.
FULLNESS = (1.12, 1.06, 1.0, 0.94)
MAINTAINED = 0.03
LEAST_KEPT_LOAD, MOST_LOAD, KEPT_TODAY = 0.62, 0.86, 0.92


@dataclass
class Slot:
    """Booked time [start, end) in minutes after `Weeks.origin`; `live`: what the real actions make of it."""

    draft: InstrumentDraft
    station: int
    start: int
    end: int
    maintenance: bool = False
    user: User | None = None
    live: str = ""


@dataclass(frozen=True)
class Fill:
    """How full one instrument is made, and on which days, numbered from the origin."""

    draft: InstrumentDraft
    days: range
    load: float
    is_full: bool
    is_kept: bool

    def part(self, number: int) -> float:
        """How much of that day is booked; today the demo steward has a busy one."""
        if self.is_kept and number == RECENT_DAYS:
            return KEPT_TODAY
        week = max(0, (number - RECENT_DAYS - 1) // 7)
        return min(MOST_LOAD, self.load * FULLNESS[min(3, week)])

    def sells_out(self, number: int) -> bool:
        """Whether nothing is left free on that day."""
        return self.is_full and 0 <= number - RECENT_DAYS <= SOLD_OUT_DAYS


@dataclass
class Weeks:
    """All that is booked from `origin` (a local midnight) on, and what stands out on the demo steward's desk."""

    origin: dt.date
    now: int
    slots: list[Slot] = field(default_factory=list)
    kept: list[InstrumentDraft] = field(default_factory=list)
    sold_out: list[InstrumentDraft] = field(default_factory=list)
    repair: InstrumentDraft | None = None
    shut: dict[str, tuple[InstrumentDraft, int, int]] = field(default_factory=dict)

    def moment(self, minutes: int) -> dt.datetime:
        """The moment so many minutes after the origin (Asia/Shanghai has kept +08:00 since 1991)."""
        return dt.datetime.combine(self.origin, dt.time.min, LOCAL) + dt.timedelta(minutes=minutes)

    def day_of(self, minutes: int) -> dt.date:
        """The local day of those minutes."""
        return self.origin + dt.timedelta(days=minutes // DAY)


def origin_of(plan: Plan) -> dt.date:
    """The first day whose use stands in the calendars; what lies before is only on record."""
    return plan.today - dt.timedelta(days=RECENT_DAYS)


def draw_weeks(
    plan: Plan, drafts: list[InstrumentDraft], hours: list[Target], kept: list[InstrumentDraft]
) -> Weeks:
    """Draw the booked time of all bookable instruments, sold-out ones first; nobody has been seated yet."""
    midnight = dt.datetime.combine(origin_of(plan), dt.time.min, LOCAL)
    weeks = Weeks(origin_of(plan), int((plan.now - midnight).total_seconds() // 60), kept=kept)
    loads = _loads(plan, drafts, hours, kept)
    sitting = [d for d in kept if d.template.use == Use.VISIT and d.row.code not in DEMO_PAIR]
    _stand_out(weeks, sorted(sitting, key=lambda d: d.opening == "six"))
    fullest = [
        d
        for d in sorted(drafts, key=lambda d: (-loads.get(d.row.code, 0), d.row.code))
        if d.row.code in loads and d.template.use == Use.VISIT and d not in kept
    ]
    weeks.sold_out = fullest[: min(2 * SOLD_OUT, max(2, len(loads) // 10)) : 2]
    full = {draft.row.code for draft in weeks.sold_out}
    for draft in sorted(drafts, key=lambda d: d.row.code not in full):
        if draft.row.code in loads:
            rng = plan.rng(f"weeks:{draft.row.code}")
            weeks.slots += _slots(rng, weeks, draft, loads[draft.row.code], draft.row.code in full)
    return weeks


def _loads(
    plan: Plan, drafts: list[InstrumentDraft], hours: list[Target], kept: list[InstrumentDraft]
) -> dict[str, float]:
    """How much of its time each bookable instrument is booked: the busy of last year are the busy of today."""
    rng = plan.rng("loads")
    bookable = [
        (draft, target)
        for draft, target in zip(drafts, hours, strict=True)
        if draft.is_shared and draft.row.state == InstrumentState.IN_SERVICE
    ]
    ranked = sorted(bookable, key=lambda pair: (pair[1].hours, pair[0].row.code))
    found = {}
    for place, (draft, target) in enumerate(ranked):
        load = 0.36 + 0.56 * place / len(ranked) if target.hours else 0.12
        load += rng.uniform(-0.08, 0.08)
        found[draft.row.code] = max(load, LEAST_KEPT_LOAD) if draft in kept else load
    return found


def _stand_out(weeks: Weeks, sitting: list[InstrumentDraft]) -> None:
    """Choose what is under repair, maintained and closed on the steward's desk; nobody is booked in those hours."""
    if len(sitting) < 3:
        return
    weeks.repair = sitting[0]
    day = RECENT_DAYS + 1
    while weeks.day_of(day * DAY).weekday() > 4 or is_holiday(weeks.day_of(day * DAY)):
        day += 1
    weeks.shut["maintenance"] = (sitting[1], day * DAY + 14 * 60, day * DAY + 17 * 60)
    day += 2
    weeks.shut["closure"] = (sitting[2], day * DAY, (day + 1) * DAY)


def _slots(rng: Random, weeks: Weeks, draft: InstrumentDraft, load: float, is_full: bool) -> Iterator[Slot]:
    last = RECENT_DAYS + min(COMING_DAYS, draft.policy.horizon_days - 1)
    if draft.row.code in DEMO_PAIR:
        last = RECENT_DAYS + LAST_DAY_OF_DEMO_PAIR
    first = max(0, (draft.row.joined_on - weeks.origin).days)
    days = range(first, last + 1)
    fill = Fill(draft, days, load, is_full, draft in weeks.kept)
    for station in range(1, draft.row.station_count + 1):
        shut = [(start, end) for one, start, end in weeks.shut.values() if one is draft]
        if not is_full:
            shut += _quiet(rng, weeks, days)
        if not is_full and draft not in weeks.kept and rng.random() < MAINTAINED:
            upkeep = _upkeep(rng, weeks, draft, station, days)
            shut.append((upkeep.start, upkeep.end))
            yield upkeep
        draw = _through if draft.template.use in {Use.RUN, Use.REMOTE} else _day_by_day
        for start, end in draw(rng, weeks, fill):
            if all(end <= a or b <= start for a, b in shut):
                yield Slot(draft, station, start, end)


def _quiet(rng: Random, weeks: Weeks, days: range) -> Iterator[tuple[int, int]]:
    """The same afternoon of each week, not today's, for which nobody asks, so that only what is meant to is sold out.

    Always the same, for the coming seven days then hold one, whichever day of the week today is.
    """
    monday = days.start - weeks.day_of(days.start * DAY).weekday()
    for day in range(monday + rng.randrange(5), days.stop, 7):
        if day != RECENT_DAYS:
            yield day * DAY + 14 * 60, day * DAY + 17 * 60


def _upkeep(rng: Random, weeks: Weeks, draft: InstrumentDraft, station: int, days: range) -> Slot:
    day = rng.choice([d for d in days if weeks.day_of(d * DAY).weekday() < 5])
    start = day * DAY + rng.choice((9, 14)) * 60
    return Slot(draft, station, start, start + 180, maintenance=True)


def _length(rng: Random, draft: InstrumentDraft) -> int:
    policy, (least, most) = draft.policy, draft.template.hours
    step = policy.step_minutes
    low = max(least * 60, policy.shortest_minutes)
    high = min(most * 60, policy.longest_minutes)
    return -(-rng.randint(low, max(low, high)) // step) * step if high > low else low


def _day_by_day(rng: Random, weeks: Weeks, fill: Fill) -> Iterator[tuple[int, int]]:
    """Fill the opening time of each day; at night only those that look at the sky, and nobody on a Sunday."""
    draft, use = fill.draft, fill.draft.template.use
    for number in fill.days:
        base, day = number * DAY, weeks.day_of(number * DAY)
        weekday = day.weekday()
        if draft.opening != "always" and is_holiday(day):
            continue
        part = fill.part(number)
        if use != Use.NIGHT and weekday == 5 and not (fill.is_kept and number == RECENT_DAYS):
            part *= SATURDAY_PART
        for opens, closes in used_windows(use, draft.opening, weekday):
            if use == Use.NIGHT:
                if rng.random() < part:
                    yield base + opens, base + opens + _length(rng, draft)
                continue
            for start, end in _tiles(rng, draft, base + opens, base + closes):
                late = part * EVENING_PART if start % DAY >= EVENING else part
                if fill.sells_out(number) or rng.random() < late:
                    yield start, end


def _tiles(rng: Random, draft: InstrumentDraft, opens: int, closes: int) -> Iterator[tuple[int, int]]:
    """Cut a window into lengths that may be booked; a rest too short for anybody goes to the last."""
    policy = draft.policy
    step = policy.step_minutes
    start = -(-opens // step) * step
    closes = closes // step * step
    while closes - start >= policy.shortest_minutes:
        length = min(_length(rng, draft), closes - start)
        if closes - start - length < policy.shortest_minutes and closes - start <= policy.longest_minutes:
            length = closes - start
        yield start, start + length
        start += length


def _through(rng: Random, weeks: Weeks, fill: Fill) -> Iterator[tuple[int, int]]:
    """Run on through nights and weekends; who has to load a sample comes by day, and on few weekends."""
    draft, by_day = fill.draft, fill.draft.template.use == Use.RUN
    weekends = 1.0 if fill.is_kept else WEEKEND_START
    time, stop = fill.days.start * DAY + 8 * 60, fill.days.stop * DAY
    while time < stop:
        if by_day and time % DAY < 8 * 60:
            time += 8 * 60 - time % DAY
        rests = weeks.day_of(time).weekday() > 4 and rng.random() >= weekends
        if by_day and (time % DAY >= LATEST_BEGIN or rests):
            time = (time // DAY + 1) * DAY + 8 * 60
            continue
        length = _length(rng, draft)
        if rng.random() < fill.part(time // DAY):
            yield time, time + length
        time += length + (rng.choice((0, 0, 1, 2)) * draft.policy.step_minutes if by_day else 0)
