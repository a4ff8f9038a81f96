"""Past usage: how many hours each instrument ran, for whom, laid out as records that never overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from demo.instruments import InstrumentDraft
from demo.plan import Plan
from demo.terms import holidays, used_windows
from demo.texts import Use
from demo.visitors import Regulars, User, Visitors
from instruments.inventory.enums import InstrumentState, SharingMode

# Month by month, how likely a day is used: the Spring Festival and the summer break are quiet.
SEASON = (0.85, 0.45, 0.95, 1.0, 1.0, 1.0, 0.75, 0.7, 1.0, 0.95, 1.0, 0.95)
# Mean length of a record in hours by opening, and of what runs on by itself.
LENGTH = {"office": 6.9, "noon": 6.9, "long": 9.2, "six": 9.2, "always": 8.1}
LONG_RUN = 12.3
SPREAD = 0.3
"""A record is so much shorter or longer than the mean; the longest still fits into a day's opening time."""
QUARTER = 15
UTC_SHIFT = 480
BUSIEST = 0.72
SOURCES = ("steward", "steward", "import", "api", "booking")
TIMES = [f"{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(1440)]

Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Target:
    """The hours one instrument is to reach in a period, all and for outsiders."""

    hours: float
    external: float


@dataclass(frozen=True)
class Period:
    """Local days [start, end)."""

    start: dt.date
    end: dt.date


@dataclass
class Ledger:
    """What is written while the rows are drawn: bookings, the last number of each unit, and when people are taken."""

    bookings: list[Row]
    numbers: dict[str, int] = field(default_factory=dict)
    agenda: dict[tuple[int, dt.date], int] = field(default_factory=dict)


def targets(plan: Plan, drafts: list[InstrumentDraft]) -> list[Target]:
    """Set last year's hours so that the means over shared instruments are the plan's; the tail is long and idle."""
    rng = plan.rng("targets")
    year = dt.date(plan.today.year - 1, 1, 1)
    raw: list[float] = []
    room: list[float] = []
    share: list[float] = []
    for draft in drafts:
        per_week = sum(closes - opens for day in range(7) for opens, closes in _windows(draft, day)) / 60
        idle = rng.random() < 0.09
        wanted = 0.0 if idle else rng.lognormvariate(0, 0.95) * (2.4 if _runs_on(draft) else 1.0)
        outward = min(0.96, rng.betavariate(1.6, 1.9) * draft.unit.outward)
        if draft.row.sharing_mode != SharingMode.EXTERNAL or rng.random() < 0.06:
            outward = 0.0
        if draft.row.joined_on.year > year.year or draft.row.state == InstrumentState.RETIRED:
            wanted = 0.0
        raw.append(wanted * draft.unit.activity)
        room.append(per_week * 50 * draft.row.station_count * BUSIEST)
        share.append(outward)
    shared = [i for i, draft in enumerate(drafts) if draft.is_shared]
    hours = _scaled([raw[i] for i in shared], [room[i] for i in shared], plan.size.mean_hours * len(shared))
    external = _scaled(
        [hour * share[i] for hour, i in zip(hours, shared, strict=True)],
        [hour * 0.97 if share[i] else 0.0 for hour, i in zip(hours, shared, strict=True)],
        plan.size.mean_external * len(shared),
    )
    found = {i: Target(h, e) for i, h, e in zip(shared, hours, external, strict=True)}
    quiet = Target(0.0, 0.0)
    for i, draft in enumerate(drafts):
        if i not in found:
            used = draft.row.state != InstrumentState.RETIRED and rng.random() < 0.3
            found[i] = replace(quiet, hours=rng.uniform(20, 320)) if used else quiet
    return [found[i] for i in range(len(drafts))]


def _scaled(raw: list[float], room: list[float], total: float) -> list[float]:
    """Scale to a sum without exceeding anybody's room. Raises ValueError where the room is too small."""
    if sum(top for value, top in zip(raw, room, strict=True) if value) < total:
        raise ValueError("The wanted hours do not fit into the opening times.")
    factor = total / sum(raw)
    for _ in range(60):
        placed = [min(value * factor, top) for value, top in zip(raw, room, strict=True)]
        factor *= total / sum(placed)
    return [min(value * factor, top) for value, top in zip(raw, room, strict=True)]


def usage_rows(
    plan: Plan,
    drafts: list[InstrumentDraft],
    visitors: Visitors,
    hours: list[Target],
    *,
    until: dt.date,
    bookings: list[Row],
) -> Iterator[Row]:
    """Give the rows of last year and of this year before `until`, in the order of `loading.USAGE_COLUMNS`.

    The bookings from which some of them came are added to `bookings`, in the order of `loading.BOOKING_COLUMNS`.
    """
    first = dt.date(plan.today.year - 1, 1, 1)
    middle = dt.date(plan.today.year, 1, 1)
    ledger = Ledger(bookings)
    for draft, target in zip(drafts, hours, strict=True):
        rng = plan.rng(f"usage:{draft.row.code}")
        if not target.hours:
            if draft.row.joined_on < middle or not draft.is_shared:
                continue
            target = Target(200.0, 60.0)  # noqa: PLW2901 - one that joined this year has begun to work
        users = visitors.regulars[draft.row.code]
        begin = max(first, draft.row.joined_on)
        yield from _period(
            rng,
            draft,
            target,
            period=Period(begin, min(middle, until)),
            users=users,
            scale=1.0,
            ledger=ledger,
        )
        elapsed = (plan.today - middle).days / 365
        growth = max(0.3, rng.gauss(1.04, 0.22)) * elapsed
        begin = max(middle, draft.row.joined_on)
        yield from _period(
            rng, draft, target, period=Period(begin, until), users=users, scale=growth, ledger=ledger
        )


def _period(
    rng: Random,
    draft: InstrumentDraft,
    target: Target,
    *,
    period: Period,
    users: Regulars,
    scale: float,
    ledger: Ledger,
) -> Iterator[Row]:
    days = _open_days(rng, draft, period)
    hours, external = target.hours * scale, target.external * scale
    if not days or hours < 0.5:
        return
    stations = draft.row.station_count
    day_minutes = days[0][2] - days[0][1]
    length = min(LONG_RUN if _runs_on(draft) else LENGTH[draft.opening], day_minutes / 60 / (1 + SPREAD))
    wanted, parts = max(1, round(hours / length)), 1
    while wanted > len(days) * stations * parts * 0.95 and parts < 4:
        parts += 1
        wanted = max(wanted, round(hours * 60 / (day_minutes / parts * 0.88)))
    slots = len(days) * stations * parts
    chosen = sorted(rng.sample(range(slots), min(wanted, slots)))
    left = len(chosen)
    for slot in chosen:
        station, rest = divmod(slot, len(days) * parts)
        index, part = divmod(rest, parts)
        day, opens, closes = days[index]
        width = (closes - opens) // parts // QUARTER * QUARTER
        begin = opens + part * width
        mean = hours / left * 60
        effective = int(mean * rng.uniform(1 - SPREAD, 1 + SPREAD) if left > 1 else mean) // QUARTER * QUARTER
        effective = max(QUARTER * 2, min(effective, width))
        idle = min(rng.choice((0, 0, 0, QUARTER, 2 * QUARTER)), width - effective)
        start = begin + rng.randrange((width - effective - idle) // QUARTER + 1) * QUARTER
        outside = external > 0 and bool(users.outside) and rng.random() < external / max(hours, 0.01)
        user = rng.choice(users.outside if outside else users.inside)
        yield _row(
            rng, draft, station + 1, day, (start, effective, idle), user=user, outside=outside, ledger=ledger
        )
        hours = max(0.5, hours - effective / 60)
        external -= effective / 60 if outside else 0
        left -= 1


def _open_days(rng: Random, draft: InstrumentDraft, period: Period) -> list[tuple[dt.date, int, int]]:
    week = {day: (windows[0][0], windows[-1][1]) for day in range(7) if (windows := _windows(draft, day))}
    closed = set()
    if draft.opening != "always":
        for start, end, _ in holidays(period.start.year, period.end.year):
            closed |= {start + dt.timedelta(days=i) for i in range((end - start).days)}
    found = []
    day = period.start
    while day < period.end:
        window = week.get(day.weekday())
        if window and day not in closed and rng.random() < SEASON[day.month - 1]:
            found.append((day, *window))
        day += dt.timedelta(days=1)
    return found


def _row(
    rng: Random,
    draft: InstrumentDraft,
    station: int,
    day: dt.date,
    minutes: tuple[int, int, int],
    *,
    user: User,
    outside: bool,
    ledger: Ledger,
) -> Row:
    start, effective, idle = minutes
    startup = QUARTER if effective > 60 else 0
    processing = QUARTER if effective > 180 and rng.random() < 0.6 else 0
    draw = rng.random()
    if outside:
        purpose = "research" if draw < 0.45 else "development" if draw < 0.87 else "other"
    else:
        purpose = "research" if draw < 0.78 else "teaching" if draw < 0.92 else "other"
    income = 0 if purpose == "teaching" else int(draft.prices[user.category]) * effective * 100 // 60
    unit = draft.unit.row.code
    ledger.numbers[unit] = ledger.numbers.get(unit, 0) + 1
    key = f"{rng.getrandbits(128):032x}"
    source = SOURCES[int(draw * 1000) % len(SOURCES)]
    if source == "booking" and (
        purpose == "teaching" or not _comes(ledger.agenda, user, day, start, effective)
    ):
        source = "steward"
    paid = f"{income // 100}.{income % 100:02d}"
    booking = None
    if source == "booking":
        # A record of a booking covers what was booked, and its booking bears the same key.
        booking, idle = key, 0
        time = (day, start, effective)
        made = _booking(draft, key, station, time, user=user, purpose=purpose, price=paid, draw=draw)
        ledger.bookings.append(made)
    return (
        key, draft.unit.row.pk, f"{unit}-{day.year}-{ledger.numbers[unit]:06d}", draft.row.pk, station, booking,
        utc_text(day, start), utc_text(day, start + effective + idle), hours_text(startup),
        hours_text(effective - startup - processing), hours_text(processing), hours_text(effective),
        "external" if outside else "internal", purpose, int(rng.expovariate(0.11)) + 1, paid, user.pk, user.name,
        user.unit, source, None, "", True, draft.keepers[0].pk, utc_text(day, start + effective + idle + 30),
    )  # fmt: skip


def _comes(agenda: dict[tuple[int, dt.date], int], user: User, day: dt.date, start: int, length: int) -> bool:
    """Book somebody for that time of the day, unless they are booked elsewhere then."""
    mask = ((1 << length // QUARTER) - 1) << start // QUARTER
    taken = agenda.get((user.pk, day), 0)
    if taken & mask:
        return False
    agenda[user.pk, day] = taken | mask
    return True


def _booking(
    draft: InstrumentDraft,
    key: str,
    station: int,
    time: tuple[dt.date, int, int],
    *,
    user: User,
    purpose: str,
    price: str,
    draw: float,
) -> Row:
    day, start, length = time
    asked = day - dt.timedelta(days=1 + int(draw * 100) % 6)
    words = draft.template.purposes
    return (
        key, draft.row.pk, station, "use", user.pk, utc_text(day, start), utc_text(day, start + length),
        "completed", words[int(draw * 10_000) % len(words)], purpose, user.category,
        f"{draft.prices[user.category]}", price, 1, utc_text(asked, 600),
        utc_text(asked, 900) if draft.approval else None, draft.keepers[0].pk if draft.approval else None,
        utc_text(day, start), utc_text(day, start + length), "", None, None,
    )  # fmt: skip


def hours_text(minutes: int) -> str:
    """Whole quarters of an hour as hours."""
    return f"{minutes // 60}.{('00', '25', '50', '75')[minutes % 60 // QUARTER]}"


def utc_text(day: dt.date, minutes: int) -> str:
    """The UTC text of so many minutes after local midnight (Asia/Shanghai has kept +08:00 since 1991)."""
    shift, minute = divmod(minutes - UTC_SHIFT, 1440)
    return f"{day + dt.timedelta(days=shift) if shift else day} {TIMES[minute]}"


def _windows(draft: InstrumentDraft, weekday: int) -> tuple[tuple[int, int], ...]:
    return used_windows(draft.template.use, draft.opening, weekday)


def _runs_on(draft: InstrumentDraft) -> bool:
    return draft.template.use in {Use.RUN, Use.REMOTE}
