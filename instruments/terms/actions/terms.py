"""Actions room: the terms of use of one instrument: opening hours, exceptions, policy, rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from changes import Work
from changes.dependants import NO_CHOICES, Choices, demand_choices, resting_on, settle
from display.formats import time_range
from instruments.inventory.actions.parts import part_changed, seen_part
from instruments.inventory.dependants import HeldTime, coming
from instruments.inventory.enums import Part
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.bases import Price
from instruments.terms.events import (
    ExceptionAdded,
    ExceptionRemoved,
    OpeningChanged,
    RateSet,
    RateTakenBack,
)
from instruments.terms.models import OpeningException, OpeningPeriod, Rate
from instruments.terms.queries.opening import opening_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.limits import checked_rate, week_problems
from instruments.terms.rules.opening import WeeklyPeriod
from members.permissions import require

WORKDAYS, OPENS, CLOSES = range(5), 8 * 60, 18 * 60
"""The usual week: Monday to Friday, 08:00 to 18:00."""

_NO_PRICE = gettext_lazy("The instrument has no price for this user category any more.")


def give_usual_terms(instrument: Instrument) -> None:
    """Give a new instrument the usual week, until its custodian says otherwise; its booking rules are its unit's."""
    OpeningPeriod.objects.bulk_create(
        OpeningPeriod(
            instrument=instrument,
            weekday=day,
            opens=OPENS,
            closes=CLOSES,
            valid_from=min(instrument.joined_on, timezone.localdate()),
        )
        for day in WORKDAYS
    )


def set_opening(
    work: Work,
    instrument: Instrument,
    periods: Iterable[WeeklyPeriod],
    *,
    valid_from: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> list[OpeningPeriod]:
    """Replace the weekly opening hours from a day on (today unless told), until the next week known begins.

    None at all means closed. What held before that day stays: the hours of a past year never change. For each booking
    that no longer lies in open time somebody says what shall happen (`choices`). Custodians and officers.
    Raises NotAllowed, StaleVersion, InvalidInstrument, Unresolved.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_terms", locked)
    part = seen_part(work, locked, Part.OPENING, seen)
    today = timezone.localdate(work.now)
    day = valid_from or today
    if day < today:
        raise InvalidInstrument({"valid_from": [_("Opening hours begin to hold today or later.")]})
    week = sorted(set(periods))
    if wrong := week_problems(week):
        raise InvalidInstrument({"periods": wrong})
    rows = OpeningPeriod.objects.filter(instrument=locked).touching(day)
    held = rows.filter(valid_from__lte=day)
    before = _as_lists(held)
    after = [_facts(p.weekday, p.opens, p.closes, p.keeps_holidays) for p in week]
    if after == before:
        return list(held.order_by("weekday", "opens"))
    was = _outside(work, locked)
    edges = {
        edge for row in rows for edge in (row.valid_from, row.valid_to) if edge is not None and edge > day
    }
    held.filter(valid_from=day).delete()
    held.update(valid_to=day)
    written = OpeningPeriod.objects.bulk_create(
        OpeningPeriod(
            instrument=locked,
            weekday=p.weekday,
            opens=p.opens,
            closes=p.closes,
            keeps_holidays=p.keeps_holidays,
            valid_from=day,
            valid_to=min(edges, default=None),
        )
        for p in week
    )
    hits = [one for one in _outside(work, locked) if one not in was]
    demand_choices(hits, choices, field="periods")
    part_changed(work, part)
    work.emit(
        OpeningChanged(
            target=locked,
            before={"periods": before},
            after={"periods": after, "valid_from": day},
            valid_from=day,
        )
    )
    settle(work, hits, choices, "")
    return written


def _outside(work: Work, instrument: Instrument) -> list[HeldTime]:
    """Return the coming uses that do not lie wholly in open time."""
    uses = [one for one in coming(instrument, work.now) if one.is_use]
    if not uses:
        return []
    window = Interval(min(one.start for one in uses), max(one.end for one in uses))
    opened = opening_of(instrument, window)
    return [one for one in uses if not any(o.start <= one.start and one.end <= o.end for o in opened)]


def _as_lists(rows: QuerySet[OpeningPeriod]) -> list[list[int]]:
    week = rows.order_by("weekday", "opens")
    return [_facts(*row) for row in week.values_list("weekday", "opens", "closes", "keeps_holidays")]


def _facts(weekday: int, opens: int, closes: int, keeps_holidays: bool) -> list[int | bool]:
    """Return what the history keeps of a period: a fourth value only where it keeps holidays."""
    return [weekday, opens, closes, *([True] if keeps_holidays else [])]


def add_exception(
    work: Work,
    instrument: Instrument,
    *,
    start: dt.datetime,
    end: dt.datetime,
    is_open: bool,
    reason: str = "",
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> OpeningException:
    """Close or open an instrument in [start, end) against its week. Custodians and officers.

    For each booking that falls into a closure somebody says what shall happen (`choices`). Raises NotAllowed,
    StaleVersion, Unresolved, InvalidInstrument where it is over already or shares time with another exception.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_terms", locked)
    part = seen_part(work, locked, Part.EXCEPTIONS, seen)
    problems: dict[str, list[str]] = {}
    if not (is_convertible(start) and is_convertible(end)) or end <= start:
        problems["end"] = [_("The end must be later than the start.")]
    elif end <= work.now:
        problems["end"] = [_("This time is over; an exception lies ahead.")]
    if len(reason) > 100:
        problems["reason"] = [_("Use at most 100 characters.")]
    if problems:
        raise InvalidInstrument(problems)
    held = OpeningException.objects.filter(instrument=locked, start__lt=end, end__gt=start).first()
    if held is not None:
        raise InvalidInstrument({"start": [_overlap(held)]})
    was = _outside(work, locked)
    row = OpeningException.objects.create(
        instrument=locked, start=start, end=end, is_open=is_open, reason=reason.strip()
    )
    hits = [one for one in _outside(work, locked) if one not in was]
    demand_choices(hits, choices, field="start")
    part_changed(work, part)
    work.emit(
        ExceptionAdded(
            target=locked, after={"start": start, "end": end, "is_open": is_open, "reason": row.reason}
        )
    )
    settle(work, hits, choices, row.reason)
    return row


def remove_exception(
    work: Work,
    exception: OpeningException,
    *,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> None:
    """Take a dated exception back. Custodians and officers. One that is gone changes nothing.

    For each booking that no longer lies in open time somebody says what shall happen (`choices`).
    Raises NotAllowed, StaleVersion, Unresolved.
    """
    locked = lock_instrument(work, exception.instrument_id)
    require(work.actor, "edit_terms", locked)
    row = OpeningException.objects.filter(pk=exception.pk).first()
    if row is None:
        return
    part = seen_part(work, locked, Part.EXCEPTIONS, seen)
    before = {"start": row.start, "end": row.end, "is_open": row.is_open, "reason": row.reason}
    was = _outside(work, locked)
    row.delete()
    hits = [one for one in _outside(work, locked) if one not in was]
    demand_choices(hits, choices, field="exception")
    part_changed(work, part)
    work.emit(ExceptionRemoved(target=locked, before=before))
    settle(work, hits, choices, row.reason)


def set_rate(
    work: Work,
    instrument: Instrument,
    category: str,
    yuan_per_hour: Decimal,
    valid_from: dt.date,
    *,
    seen: int | None = None,
) -> Rate:
    """Set the price per hour for a user category from a day on, until the next rate of that category begins.

    Today or later, for what was charged stays charged; the price of a booking is frozen when it is made.
    Custodians and officers. Raises NotAllowed, StaleVersion, InvalidInstrument.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_terms", locked)
    part = seen_part(work, locked, Part.RATES, seen)
    yuan, wrong = checked_rate(category, yuan_per_hour, valid_from, timezone.localdate())
    if wrong:
        raise InvalidInstrument(wrong)
    rate = Rate.objects.filter(instrument=locked, category=category, valid_from=valid_from).first()
    before = None if rate is None else {"yuan_per_hour": rate.yuan_per_hour}
    if rate is not None and rate.yuan_per_hour == yuan:
        return rate
    rate = rate or Rate(instrument=locked, category=category, valid_from=valid_from)
    rate.yuan_per_hour = yuan
    rate.save()
    part_changed(work, part)
    work.emit(
        RateSet(
            target=locked,
            before=before,
            after={"category": category, "yuan_per_hour": yuan, "valid_from": valid_from},
        )
    )
    return rate


def take_back_rate(work: Work, rate: Rate, *, choices: Choices = NO_CHOICES, seen: int | None = None) -> None:
    """Take back a price that has not begun; the one before it holds on. Custodians and officers.

    Where there is none before it, its category cannot book then any more: for each booking made at that price
    somebody says whether it stays, at its price (`choices`). Raises NotAllowed, StaleVersion, Unresolved,
    InvalidInstrument for a price that holds today or did. One that is gone changes nothing.
    """
    locked = lock_instrument(work, rate.instrument_id)
    require(work.actor, "edit_terms", locked)
    row = Rate.objects.filter(pk=rate.pk).first()
    if row is None:
        return
    part = seen_part(work, locked, Part.RATES, seen)
    if row.valid_from <= timezone.localdate(work.now):
        raise InvalidInstrument({"valid_from": [_("This price holds already; set another from a day on.")]})
    before = {
        "category": row.category, "yuan_per_hour": row.yuan_per_hour, "valid_from": row.valid_from,
    }  # fmt: skip
    row.delete()
    hits = resting_on(Price(locked, row.category, row.valid_from), work.now)
    demand_choices(hits, choices, field="valid_from")
    part_changed(work, part)
    work.emit(RateTakenBack(target=locked, before=before))
    settle(work, hits, choices, _NO_PRICE)


def _overlap(held: OpeningException) -> str:
    language = get_language()
    return _("Another exception covers part of this time: %(when)s. Remove it first.") % {
        "when": time_range(held.start, held.end, language, timezone.localdate())
    }
