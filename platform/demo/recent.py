"""Rows of the weeks around today: what is over with its record, what goes on, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID

from demo.plan import Plan
from demo.usage import Row, hours_text, utc_text
from demo.visitors import User
from demo.weeks import DAY, Slot, Weeks
from instruments.booking.enums import BookingKind, BookingState, Purpose
from instruments.usage.actions.records import visit_number
from members.enums import UserCategory
from members.models import Person

NO_SHOW_PART, CANCELLED_PART = 0.02, 0.02
OVERDUE_MINUTES, LATE_MINUTES = 110, 28
MOST_OVERDUE, MOST_LATE = 1, 2
UPKEEP = ("季度校准与维护", "更换耗材与性能核查", "期间核查")
CANCELLED_WORDS = ("样品未制备完成", "实验计划调整", "样品返工，改下周再约")


def week_rows(plan: Plan, weeks: Weeks, bookings: list[Row]) -> Iterator[Row]:
    """Give the usage rows of what is over, and add all bookings that no real action makes to `bookings`."""
    rng = plan.rng("recent")
    special = special_states(weeks)
    for slot in weeks.slots:
        if slot.live:
            continue
        key = f"{rng.getrandbits(128):032x}"
        user = slot.user
        if user is None:
            bookings.append(_upkeep(rng, weeks, slot, key))
            continue
        state = special.get(id(slot)) or _state(rng, weeks, slot)
        purpose = _purpose(rng, user)
        cents = int(slot.draft.prices[user.category]) * (slot.end - slot.start) * 100 // 60
        price = f"{cents // 100}.{cents % 100:02d}"
        bookings.append(_booking(rng, weeks, slot, key, user=user, state=state, purpose=purpose, price=price))
        if state == BookingState.COMPLETED:
            yield _record(rng, weeks, slot, key, user=user, purpose=purpose, price=price)


def special_states(weeks: Weeks) -> dict[int, BookingState]:
    """Who has not left in time at the steward's instruments, and who has not come yet, by the slot's id."""
    found: dict[int, BookingState] = {}
    late = overdue = 0
    # Where somebody sits by now, whoever was there before has left.
    sat_at = {(slot.draft, slot.station) for slot in weeks.slots if slot.start <= weeks.now < slot.end}
    for slot in weeks.slots:
        if slot.draft not in weeks.kept or not slot.draft.template.is_attended or slot.user is None:
            continue
        is_left = (slot.draft, slot.station) in sat_at
        if weeks.now - OVERDUE_MINUTES < slot.end < weeks.now and overdue < MOST_OVERDUE and not is_left:
            overdue += 1
            found[id(slot)] = BookingState.IN_USE
        elif weeks.now - LATE_MINUTES < slot.start <= weeks.now and late < MOST_LATE:
            late += 1
            found[id(slot)] = BookingState.CONFIRMED
    return found


def _state(rng: Random, weeks: Weeks, slot: Slot) -> BookingState:
    if slot.end > weeks.now:
        return BookingState.IN_USE if slot.start <= weeks.now else BookingState.CONFIRMED
    draw = rng.random()
    if draw < CANCELLED_PART:
        return BookingState.CANCELLED
    missed = slot.draft.template.is_attended and draw < CANCELLED_PART + NO_SHOW_PART
    return BookingState.NO_SHOW if missed else BookingState.COMPLETED


def _purpose(rng: Random, user: User) -> Purpose:
    draw = rng.random()
    if user.category == UserCategory.INTERNAL:
        return Purpose.RESEARCH if draw < 0.9 else Purpose.OTHER
    return Purpose.RESEARCH if draw < 0.45 else Purpose.DEVELOPMENT if draw < 0.87 else Purpose.OTHER


def _upkeep(rng: Random, weeks: Weeks, slot: Slot, key: str) -> Row:
    over = slot.end <= weeks.now
    asked = min(weeks.now, slot.start) - rng.randrange(1, 6) * DAY
    return _row(
        weeks, slot, key, slot.draft.keepers[0],
        kind=BookingKind.MAINTENANCE,
        state=BookingState.COMPLETED if over else BookingState.CONFIRMED,
        words=rng.choice(UPKEEP), purpose=Purpose.OTHER, category=UserCategory.INTERNAL,
        yuan="0", price="0", asked=asked, decided=None, came=None, left=None,
    )  # fmt: skip


def _booking(
    rng: Random,
    weeks: Weeks,
    slot: Slot,
    key: str,
    *,
    user: User,
    state: BookingState,
    purpose: str,
    price: str,
) -> Row:
    asked, decided = _asked(rng, weeks, slot)
    came = state in {BookingState.IN_USE, BookingState.COMPLETED}
    ended, reason = None, ""
    if state == BookingState.CANCELLED:
        ended, reason = (decided + slot.start) // 2, rng.choice(CANCELLED_WORDS)
    elif state == BookingState.NO_SHOW:
        ended = slot.start + slot.draft.policy.no_show_minutes
    return _row(
        weeks, slot, key, user,
        kind=BookingKind.USE, state=state, words=rng.choice(slot.draft.template.purposes), purpose=purpose,
        category=user.category, yuan=str(slot.draft.prices[user.category]), price=price, asked=asked,
        decided=decided if slot.draft.approval else None,
        came=slot.start if came else None,
        left=slot.end if state == BookingState.COMPLETED else None,
        ended=ended, reason=reason,
    )  # fmt: skip


def _asked(rng: Random, weeks: Weeks, slot: Slot) -> tuple[int, int]:
    """When it was asked for, within the rules of the instrument, and when a keeper said yes."""
    policy = slot.draft.policy
    latest = min(weeks.now - 1, slot.start - policy.notice_minutes)
    earliest = max(slot.start - policy.horizon_days * DAY, latest - 9 * DAY)
    asked = latest - int(max(0, latest - earliest) * rng.random() ** 1.5)
    last = min(weeks.now, slot.start)
    return asked, asked + int(min(last - asked, 20 * 60) * rng.uniform(0.1, 0.9))


def _row(
    weeks: Weeks, slot: Slot, key: str, person: User | Person, *, kind: str, state: str, words: str, purpose: str,
    category: str, yuan: str, price: str, asked: int, decided: int | None, came: int | None, left: int | None,
    ended: int | None = None, reason: str = "",
) -> Row:  # fmt: skip
    """One row in the order of `loading.BOOKING_COLUMNS`."""

    def text(minutes: int | None) -> str | None:
        return None if minutes is None else utc_text(weeks.origin, minutes)

    # Whoever cannot log in needs no reminder of what begins within a day.
    reminded = weeks.now if weeks.now < slot.start <= weeks.now + DAY and kind == BookingKind.USE else None
    return (
        key, slot.draft.row.pk, slot.station, str(kind), person.pk, text(slot.start), text(slot.end), str(state),
        words, str(purpose), str(category), yuan, price, 1, text(asked), text(decided),
        slot.draft.keepers[0].pk if decided is not None else None, text(came), text(left), reason, text(ended),
        text(reminded),
    )  # fmt: skip


def _record(rng: Random, weeks: Weeks, slot: Slot, key: str, *, user: User, purpose: str, price: str) -> Row:
    """One row in the order of `loading.USAGE_COLUMNS`; its booking bears the same key."""
    draft, length = slot.draft, slot.end - slot.start
    startup = 15 if length > 60 else 0
    processing = 15 if length > 180 and rng.random() < 0.6 else 0
    samples = int(rng.expovariate(0.11)) + 1 if draft.template.is_attended else 1
    return (
        key, draft.unit.row.pk, visit_number(UUID(hex=key)), draft.row.pk, slot.station, key,
        utc_text(weeks.origin, slot.start), utc_text(weeks.origin, slot.end),
        hours_text(startup), hours_text(length - startup - processing), hours_text(processing), hours_text(length),
        "internal" if user.category == UserCategory.INTERNAL else "external", str(purpose), samples, price,
        user.pk, user.name, user.unit, "booking", None, "", True, draft.keepers[0].pk,
        utc_text(weeks.origin, slot.end),
    )  # fmt: skip
