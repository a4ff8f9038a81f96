"""Past usage: how many hours each instrument ran, for whom, laid out as records that never overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from demo.instruments import InstrumentDraft
from demo.people import People
from demo.plan import Plan
from demo.terms import OPENING, holidays
from demo.wishes import purposes_of
from instruments.inventory.enums import InstrumentState, SharingMode

# Month by month, how likely a day is used: the Spring Festival and the summer break are quiet.
SEASON = (0.85, 0.45, 0.95, 1.0, 1.0, 1.0, 0.75, 0.7, 1.0, 0.95, 1.0, 0.95)
# Mean length of a record in hours by opening.
LENGTH = {"office": 6.4, "noon": 6.6, "long": 8.1, "six": 8.1, "always": 12.8}
QUARTER = 15
UTC_SHIFT = 480
BUSIEST = 0.72
SOURCES = ("steward", "steward", "import", "api", "booking")
TIMES = [f"{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(1440)]

Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class User:
    """Somebody who uses an instrument, as the record names him, and their price category."""

    pk: int
    name: str
    unit: str
    category: str


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


def targets(plan: Plan, drafts: list[InstrumentDraft]) -> list[Target]:
    """Set last year's hours so that the means over shared instruments are the plan's; the tail is long and idle."""
    rng = plan.rng("targets")
    year = dt.date(plan.today.year - 1, 1, 1)
    raw: list[float] = []
    room: list[float] = []
    share: list[float] = []
    for draft in drafts:
        per_week = (
            sum(closes - opens for day in OPENING[draft.opening].values() for opens, closes in day) / 60
        )
        idle = rng.random() < 0.09
        wanted = 0.0 if idle else rng.lognormvariate(0, 0.95) * (2.4 if draft.opening == "always" else 1.0)
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
    people: People,
    hours: list[Target],
    bookings: list[Row],
) -> Iterator[Row]:
    """Give the rows of last year and of this year up to yesterday, in the order of `loading.USAGE_COLUMNS`.

    The bookings from which some of them came are added to `bookings`, in the order of `loading.BOOKING_COLUMNS`.
    """
    first = dt.date(plan.today.year - 1, 1, 1)
    middle = dt.date(plan.today.year, 1, 1)
    numbers: dict[str, int] = {}
    everyone = _pools(people)
    for draft, target in zip(drafts, hours, strict=True):
        rng = plan.rng(f"usage:{draft.row.code}")
        if not target.hours:
            if draft.row.joined_on < middle or not draft.is_shared:
                continue
            target = Target(200.0, 60.0)  # noqa: PLW2901 - one that joined this year has begun to work
        users = _regulars(rng, draft, everyone)
        begin = max(first, draft.row.joined_on)
        yield from _period(
            rng,
            draft,
            target,
            period=Period(begin, middle),
            users=users,
            numbers=numbers,
            scale=1.0,
            bookings=bookings,
        )
        elapsed = (plan.today - middle).days / 365
        growth = max(0.3, rng.gauss(1.04, 0.22)) * elapsed
        begin = max(middle, draft.row.joined_on)
        yield from _period(
            rng,
            draft,
            target,
            period=Period(begin, plan.today),
            users=users,
            numbers=numbers,
            scale=growth,
            bookings=bookings,
        )


def _period(
    rng: Random,
    draft: InstrumentDraft,
    target: Target,
    *,
    period: Period,
    users: tuple[list[User], list[User]],
    numbers: dict[str, int],
    scale: float,
    bookings: list[Row],
) -> Iterator[Row]:
    days = _open_days(rng, draft, period)
    hours, external = target.hours * scale, target.external * scale
    if not days or hours < 0.5:
        return
    stations = draft.row.station_count
    day_minutes = days[0][2] - days[0][1]
    wanted, parts = max(1, round(hours / LENGTH[draft.opening])), 1
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
        effective = int(mean * rng.uniform(0.55, 1.45) if left > 1 else mean) // QUARTER * QUARTER
        effective = max(QUARTER * 2, min(effective, width))
        idle = min(rng.choice((0, 0, 0, QUARTER, 2 * QUARTER)), width - effective)
        start = begin + rng.randrange((width - effective - idle) // QUARTER + 1) * QUARTER
        outside = external > 0 and bool(users[1]) and rng.random() < external / max(hours, 0.01)
        user = rng.choice(users[1] if outside else users[0])
        yield _row(
            rng,
            draft,
            station + 1,
            day,
            (start, effective, idle),
            user=user,
            outside=outside,
            numbers=numbers,
            bookings=bookings,
        )
        hours = max(0.5, hours - effective / 60)
        external -= effective / 60 if outside else 0
        left -= 1


def _open_days(rng: Random, draft: InstrumentDraft, period: Period) -> list[tuple[dt.date, int, int]]:
    week = {day: (windows[0][0], windows[-1][1]) for day, windows in OPENING[draft.opening].items()}
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
    numbers: dict[str, int],
    bookings: list[Row],
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
    numbers[unit] = numbers.get(unit, 0) + 1
    key = f"{rng.getrandbits(128):032x}"
    source = SOURCES[int(draw * 1000) % len(SOURCES)]
    if purpose == "teaching" and source == "booking":
        source = "steward"
    paid = f"{income // 100}.{income % 100:02d}"
    booking = None
    if source == "booking":
        # A record of a booking covers what was booked, and its booking bears the same key.
        booking, idle = key, 0
        bookings.append(
            _booking(
                draft,
                key,
                station,
                (day, start, effective),
                user=user,
                purpose=purpose,
                price=paid,
                draw=draw,
            )
        )
    return (
        key,
        draft.unit.row.pk,
        f"{unit}-{day.year}-{numbers[unit]:06d}",
        draft.row.pk,
        station,
        booking,
        _moment(day, start),
        _moment(day, start + effective + idle),
        _hours(startup),
        _hours(effective - startup - processing),
        _hours(processing),
        _hours(effective),
        "external" if outside else "internal",
        purpose,
        int(rng.expovariate(0.11)) + 1,
        paid,
        user.pk,
        user.name,
        user.unit,
        source,
        None,
        "",
        True,
        draft.keepers[0].pk,
        _moment(day, start + effective + idle + 30),
    )


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
    words = purposes_of(draft)
    return (
        key,
        draft.row.pk,
        station,
        "use",
        user.pk,
        _moment(day, start),
        _moment(day, start + length),
        "completed",
        words[int(draw * 10_000) % len(words)],
        purpose,
        user.category,
        f"{draft.prices[user.category]}",
        price,
        1,
        _moment(asked, 600),
        _moment(asked, 900) if draft.approval else None,
        draft.keepers[0].pk if draft.approval else None,
        _moment(day, start),
        _moment(day, start + length),
        "",
    )


def _hours(minutes: int) -> str:
    return f"{minutes // 60}.{('00', '25', '50', '75')[minutes % 60 // QUARTER]}"


def _moment(day: dt.date, minutes: int) -> str:
    """The UTC text of so many minutes after local midnight (Asia/Shanghai has kept +08:00 since 1991)."""
    shift, minute = divmod(minutes - UTC_SHIFT, 1440)
    return f"{day + dt.timedelta(days=shift) if shift else day} {TIMES[minute]}"


def _pools(people: People) -> dict[str, list[User]]:
    """Everybody who uses instruments, by unit code; outsiders under `enterprise` and `non_profit`."""
    pools = {
        code: [User(p.pk, p.display_name, p.organisation_name, "member") for p in users]
        for code, users in people.users.items()
    }
    pools["enterprise"] = [
        User(p.pk, p.display_name, p.organisation, "enterprise") for p in people.enterprises
    ]
    pools["non_profit"] = [
        User(p.pk, p.display_name, p.organisation, "non_profit") for p in people.non_profits
    ]
    return pools


def _regulars(
    rng: Random, draft: InstrumentDraft, pools: dict[str, list[User]]
) -> tuple[list[User], list[User]]:
    """The people who come to one instrument: of its own unit, and from outside."""
    home = draft.unit.row.code
    inside = [replace(user, category="internal") for user in _some(rng, pools[home], rng.randrange(4, 14))]
    others = [code for code in pools if code not in {home, "enterprise", "non_profit"}]
    outside: list[User] = []
    for code in rng.sample(others, min(len(others), rng.randrange(2, 6))):
        outside += _some(rng, pools[code], rng.randrange(1, 3))
    outside += _some(rng, pools["enterprise"], rng.randrange(2, 7))
    outside += _some(rng, pools["non_profit"], rng.randrange(1, 3))
    return inside, outside


def _some(rng: Random, pool: list[User], count: int) -> list[User]:
    return rng.sample(pool, min(count, len(pool)))
