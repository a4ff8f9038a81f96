"""Seats people in the booked time, and chooses what the real actions make of some of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from demo.instruments import DEMO_PAIR, InstrumentDraft
from demo.people import People
from demo.plan import Plan
from demo.usage import Target
from demo.visitors import Visitors, as_user
from demo.weeks import DAY, RECENT_DAYS, Slot, Weeks
from instruments.inventory.enums import SharingMode
from members.models import Person

# Of each account: bookings of the last days, and bookings to come.
ACCOUNT_BOOKINGS = (("researcher", 5, 7), ("outsider", 4, 5), ("enterprise", 4, 5))
OWN, WAITING, DECLINED, CANCELLED = "own", "waiting", "declined", "cancelled"
KEPT_WAITING, OTHER_KEPT_WAITING = 9, 5
DECLINES, CANCELS = 8, 5
MOST_OF_ONE = 2
MARGIN = 60
REPAIR_DAYS = 6
BACK = RECENT_DAYS + REPAIR_DAYS
MEAN_OUTWARD = 0.35


def seat_everybody(
    plan: Plan, weeks: Weeks, hours: dict[str, Target], people: People, visitors: Visitors
) -> None:
    """Give every slot its person, accounts first; a slot for which nobody has time is dropped."""
    weeks.slots = [slot for slot in weeks.slots if not _is_broken(weeks, slot)]
    for account in ACCOUNT_BOOKINGS:
        _seat_account(plan, weeks, people, visitors, account)
    kept = []
    for slot in weeks.slots:
        if slot.user is None and not slot.maintenance:
            target = hours[slot.draft.row.code]
            outward = target.external / target.hours if target.hours else MEAN_OUTWARD
            slot.user = visitors.seat(slot.draft, slot.start, slot.end, outward)
        if slot.user is not None or slot.maintenance:
            kept.append(slot)
    weeks.slots = kept
    _let_wait(plan, weeks, people)


def _is_broken(weeks: Weeks, slot: Slot) -> bool:
    """Nobody sits at what is under repair."""
    return slot.draft is weeks.repair and slot.start <= weeks.now < slot.end


def can_ask(weeks: Weeks, slot: Slot) -> bool:
    """Whether one can still ask for that time, by the rules of the instrument."""
    policy, ahead = slot.draft.policy, slot.start - weeks.now
    return policy.notice_minutes + MARGIN <= ahead <= policy.horizon_days * DAY - MARGIN


def _seat_account(
    plan: Plan, weeks: Weeks, people: People, visitors: Visitors, account: tuple[str, int, int]
) -> None:
    short, past, coming = account
    rng, person = plan.rng(f"account:{short}"), people.accounts[short]
    slots = [slot for slot in weeks.slots if slot.user is None and _suits(slot, person)]
    rng.shuffle(slots)
    # One of the researcher's is hit by the repair.
    if short == "researcher":
        slots.sort(key=lambda slot: not (slot.draft is weeks.repair and weeks.now < slot.start < BACK * DAY))
    per: Counter[InstrumentDraft] = Counter()
    for slot in slots:
        over = slot.end <= weeks.now
        if per[slot.draft] >= MOST_OF_ONE or not (past > 0 if over else coming > 0 and can_ask(weeks, slot)):
            continue
        if not visitors.agenda.take(person.pk, slot.start, slot.end):
            continue
        slot.user = as_user(person, slot.draft)
        per[slot.draft] += 1
        if over:
            past -= 1
        else:
            coming, slot.live = coming - 1, OWN


def _suits(slot: Slot, person: Person) -> bool:
    """What somebody of the regional capital books by day; whose instruments one keeps, somebody else decides."""
    draft = slot.draft
    near = draft.unit.row.region.code == "150100"
    open_to = draft.row.sharing_mode == SharingMode.EXTERNAL or draft.unit.row.pk == person.home_unit_id
    return near and open_to and draft.template.is_attended and not slot.maintenance


def back_on(weeks: Weeks) -> dt.date:
    """The first day on which what is under repair works again."""
    return weeks.day_of(BACK * DAY)


def _let_wait(plan: Plan, weeks: Weeks, people: People) -> None:
    """Choose the requests that wait for a decision, most urgently at the demo stewards', and some decided otherwise."""
    rng = plan.rng("waiting")
    asked = [
        slot
        for slot in weeks.slots
        if slot.draft.approval and not slot.maintenance and not slot.live and can_ask(weeks, slot)
        if slot.draft is not weeks.repair
    ]
    other = [draft for draft in _drafts(asked) if people.accounts["steward2"] in draft.keepers]
    own = set(weeks.kept)
    _mark([slot for slot in asked if slot.draft in own], KEPT_WAITING, WAITING)
    _mark([slot for slot in asked if slot.draft in set(other)], OTHER_KEPT_WAITING, WAITING)
    near = [
        slot
        for slot in asked
        if not slot.live and slot.start < weeks.now + 12 * DAY and slot.draft.row.code not in DEMO_PAIR
    ]
    rng.shuffle(near)
    chosen: set[InstrumentDraft] = set()
    wanted = [*([WAITING] * plan.size.waiting), *([DECLINED] * DECLINES), *([CANCELLED] * CANCELS)]
    for slot in near:
        if wanted and slot.draft not in chosen:
            chosen.add(slot.draft)
            slot.live = wanted.pop()


def _drafts(slots: Iterable[Slot]) -> list[InstrumentDraft]:
    return list(dict.fromkeys(slot.draft for slot in slots))


def _mark(slots: list[Slot], count: int, live: str) -> None:
    """Mark the soonest, few of one instrument."""
    per: Counter[InstrumentDraft] = Counter()
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.draft.row.code)):
        if count and per[slot.draft] < MOST_OF_ONE:
            per[slot.draft] += 1
            slot.live, count = live, count - 1
