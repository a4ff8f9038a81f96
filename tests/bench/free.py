"""The index of free time at national size: 150,000 drawn instruments over 70 days, none read from a database."""

from __future__ import annotations

import datetime as dt
import gc
import random
import time
from collections.abc import Callable

import psutil
from django.utils import timezone

from instruments.availability.queries.attributes import OPEN, PUBLIC, Attributes
from instruments.availability.queries.free_times import coming_days, free_times, span_of_days
from instruments.availability.queries.index import FreeIndex
from instruments.availability.queries.keeping import Kept
from instruments.availability.rules.bits import bits_of
from instruments.availability.rules.layers import HALF_HOUR
from instruments.booking.rules.wishes import Span, Wish
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import local_day, local_midnight

INSTRUMENTS = 150_000
FACETS = {"region": 12, "field": 59}
TERMS = (
    BookingTerms(),
    BookingTerms(longest_minutes=240),
    BookingTerms(step_minutes=60, shortest_minutes=60),
    BookingTerms(notice_minutes=1440),
    BookingTerms(notice_minutes=2880, horizon_days=30),
    BookingTerms(shortest_minutes=120),
)
LINE = 77_777


def drawn(now: dt.datetime) -> Kept:
    """Draw an index: a half open 8 to 18, a third to 20, the rest round the clock; a quarter of the day is booked."""
    draw = random.Random(1)  # not a secret
    first = local_midnight(local_day(now))
    everything = range(INSTRUMENTS)
    whole = (1 << INSTRUMENTS) - 1
    made = Attributes(local_day(now), list(everything), [f"N-{n:06d}" for n in everything], [0] * INSTRUMENTS)
    made.position = dict(zip(everything, everything, strict=True))
    made.sets = {"is": {PUBLIC: whole, OPEN: whole}}
    for kind, count in {**FACETS, "terms": len(TERMS)}.items():
        places: list[list[int]] = [[] for _value in range(count)]
        for place in everything:
            places[draw.randrange(count)].append(place)
        names = TERMS if kind == "terms" else range(count)
        made.sets[kind] = {name: bits_of(those) for name, those in zip(names, places, strict=True)}
    index = FreeIndex(first, made)
    layer = index.layer((HALF_HOUR, 1))
    layer.members = whole
    day_time, evening = (
        bits_of(range(INSTRUMENTS // 2)),
        bits_of(range(INSTRUMENTS // 2, INSTRUMENTS * 5 // 6)),
    )
    for slot in range(len(layer.slots)):
        day, hour = divmod(slot / 2, 24)
        open_now = whole & ~day_time & ~evening
        if (local_day(now) + dt.timedelta(days=int(day))).weekday() < 5:
            open_now |= (day_time if 8 <= hour < 18 else 0) | (evening if 8 <= hour < 20 else 0)
        if 8 <= hour < 18:
            # Two hours at a time are booked or not.
            one, two = (random.Random(slot // 4 + add).getrandbits(INSTRUMENTS) for add in (0, 10**6))
            open_now &= ~(one & two)
        layer.slots[slot] = open_now
    return Kept(index)


def measured(rounds: int) -> tuple[dict[str, list[float]], float]:
    """Return the seconds of each question by name, and the megabytes of the index."""
    now = timezone.now()
    gc.collect()
    before = psutil.Process().memory_info().rss
    kept = drawn(now)
    gc.collect()
    megabytes = round((psutil.Process().memory_info().rss - before) / 1e6, 1)
    sets, fortnight = kept.index.attributes, span_of_days(coming_days(now))
    midnight = kept.index.first + dt.timedelta(days=3)
    window = (Span(midnight + dt.timedelta(hours=10), midnight + dt.timedelta(hours=12), whole=True),)

    def counted(wish: Wish) -> None:
        found = free_times(kept, wish, now)
        assert len(found.by_day) > 1
        for kind in FACETS:
            for bits in sets.values(kind).values():
                assert (bits & found.any).bit_count()

    def first_ones() -> None:
        found, count = free_times(kept, Wish(fortnight, 240), now), 0
        for _start, bits in found.earliest(sets.of("field", 3) & sets.of("region", 4)):
            count += bits.bit_count()
            if count >= 24:
                return

    def book() -> None:
        kept.index.layer((HALF_HOUR, 1)).write(LINE, (), 300, 304)
        kept.index.layer((HALF_HOUR, 1)).write(LINE, range(300, 304), 300, 304)

    cases: dict[str, Callable[[], None]] = {
        "free_2h_in_14_days": lambda: counted(Wish(fortnight, 120)),
        "free_2h_in_14_days_any_hour": lambda: counted(Wish(fortnight, 120, any_hour=True)),
        "free_exact_window": lambda: counted_once(
            free_times(kept, Wish(window, 120, any_hour=True), now).any
        ),
        "free_first_24_of_4h": first_ones,
        "free_kept_fresh": book,
    }
    return {name: _seconds(kept, case, rounds) for name, case in cases.items()}, megabytes


def counted_once(bits: int) -> None:
    """See to it that there is something to count."""
    assert bits.bit_count()


def _seconds(kept: Kept, case: Callable[[], None], rounds: int) -> list[float]:
    times = []
    for _turn in range(rounds):
        kept.answers.clear()
        began = time.perf_counter()
        case()
        times.append(time.perf_counter() - began)
    return times
