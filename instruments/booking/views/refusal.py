"""Views room: broken rules in the reader's words and units, beside what was chosen, and what can be had instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display import formats
from instruments.booking.queries.admission import admissions
from instruments.booking.queries.availability import availability_ahead
from instruments.booking.views.offers import Offer, offers
from instruments.inventory.models import Instrument
from instruments.terms.enums import RuleOwner
from instruments.terms.errors import BrokenRule, Span
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval
from members.enums import UserCategory
from members.models import Person

BARRING = frozenset(
    {
        "instrument_state",
        "unit_state",
        "sharing_mode",
        "not_shared",
        "most_open",
        "cancel_cutoff",
        "started",
        "goes_with",
        "goes_along",
    }
)
"""Rules that no other time satisfies."""

NAMES: dict[str, Sentence] = {
    "interval": pgettext_lazy("short name of a rule", "End"),
    "too_short": pgettext_lazy("short name of a rule", "Shortest length"),
    "too_long": pgettext_lazy("short name of a rule", "Longest length"),
    "step": pgettext_lazy("short name of a rule", "Step"),
    "past": pgettext_lazy("short name of a rule", "Start"),
    "notice": pgettext_lazy("short name of a rule", "Notice"),
    "horizon": pgettext_lazy("short name of a rule", "Horizon"),
    "opening_hours": pgettext_lazy("short name of a rule", "Opening hours"),
    "closed": pgettext_lazy("short name of a rule", "Opening hours"),
    "holiday": pgettext_lazy("short name of a rule", "Public holiday"),
    "instrument_state": pgettext_lazy("short name of a rule", "State of the instrument"),
    "unit_state": pgettext_lazy("short name of a rule", "Owning unit"),
    "sharing_mode": pgettext_lazy("short name of a rule", "Sharing"),
    "not_shared": pgettext_lazy("short name of a rule", "Sharing"),
    "no_rate": pgettext_lazy("short name of a rule", "Price"),
    "no_station": pgettext_lazy("short name of a rule", "Station"),
    "answer": pgettext_lazy("short name of a rule", "Question"),
    "night": pgettext_lazy("short name of a rule", "Night"),
    "night_alone": pgettext_lazy("short name of a rule", "Night"),
    "buffer": pgettext_lazy("short name of a rule", "Between bookings"),
    "own_gap": pgettext_lazy("short name of a rule", "Between your own bookings"),
    "own_elsewhere": pgettext_lazy("short name of a rule", "Your own booking"),
    "most_open": pgettext_lazy("short name of a rule", "Open bookings"),
    "person_day": pgettext_lazy("short name of a rule", "Hours of a person a day"),
    "person_week": pgettext_lazy("short name of a rule", "Hours of a person a week"),
    "person_month": pgettext_lazy("short name of a rule", "Hours of a person a month"),
    "group_day": pgettext_lazy("short name of a rule", "Hours of a unit a day"),
    "group_week": pgettext_lazy("short name of a rule", "Hours of a unit a week"),
    "group_month": pgettext_lazy("short name of a rule", "Hours of a unit a month"),
    "night_week": pgettext_lazy("short name of a rule", "Hours at night a week"),
    "peak_week": pgettext_lazy("short name of a rule", "Busy hours a week"),
    "peak_longest": pgettext_lazy("short name of a rule", "Length in busy hours"),
    "goes_with": pgettext_lazy("short name of a rule", "Used together"),
    "goes_along": pgettext_lazy("short name of a rule", "Moves together"),
    "along": pgettext_lazy("short name of a rule", "Moves together"),
    "slot_taken": pgettext_lazy("short name of a rule", "Time taken"),
    "unchanged": pgettext_lazy("short name of a rule", "New time"),
    "cancel_cutoff": pgettext_lazy("short name of a rule", "Last moment to change"),
    "started": pgettext_lazy("short name of a rule", "Last moment to change"),
}

_HOURS = (
    "person_day", "person_week", "person_month", "group_day", "group_week", "group_month", "night_week", "peak_week",
)  # fmt: skip
REQUIRED: dict[str, Sentence] = {
    "interval": _("an end later than the start"),
    "too_short": _("at least %(required)s"),
    "too_long": _("at most %(required)s"),
    "step": _("in steps of %(required)s"),
    "past": _("a time that has not begun"),
    "notice": _("at least %(required)s ahead"),
    "horizon": _("within %(required)s days"),
    "closed": _("a day on which it is open"),
    "holiday": _("a day other than %(required)s"),
    "answer": _("an answer to “%(required)s”"),
    "night": _("outside %(required)s"),
    "night_alone": _("two people between %(required)s"),
    "buffer": _("%(required)s free before and after"),
    "own_gap": _("at least %(required)s apart"),
    "own_elsewhere": _("no other booking then"),
    "most_open": _("at most %(required)s"),
    **dict.fromkeys(_HOURS, _("at most %(required)s h")),
    "peak_longest": _("at most %(required)s"),
    "instrument_state": _("in service"),
    "unit_state": _("a unit that takes part"),
    "sharing_mode": _("people of the owning unit"),
    "not_shared": _("stewards of the instrument"),
    "no_rate": _("a price for this category"),
    "no_station": _("1 to %(required)s"),
    "goes_with": _("together with %(required)s"),
    "goes_along": _("together with %(required)s"),
    "unchanged": _("another time than now"),
    "cancel_cutoff": _("until %(required)s"),
    "started": _("before it begins"),
}
CHOSEN: dict[str, Sentence] = {
    "notice": _("starts in %(chosen)s"),
    "horizon": _("in %(chosen)s days"),
    "own_elsewhere": _("held on %(required)s"),
    **dict.fromkeys(_HOURS, _("%(chosen)s h with this")),
    "most_open": _("%(chosen)s with this"),
    "unit_state": _("does not take part"),
    "goes_with": pgettext_lazy("an instrument", "alone"),
    "goes_along": pgettext_lazy("an instrument", "alone"),
    "sharing_mode": _("another unit"),
    "not_shared": _("not its steward"),
}
LOOKED_AT = 8
"""Free times that are judged by the rules of the person, until three are offered."""
_LENGTHS = frozenset({"too_short", "too_long", "step", "notice", "peak_longest"})
_GAPS = frozenset({"buffer", "own_gap"})
_SPANS = frozenset({"interval", "step", "opening_hours", "unchanged", "night", "night_alone", *_GAPS})
_NOW = frozenset({"cancel_cutoff", "started"})


@dataclass(frozen=True)
class Refusal:
    """What is said to a time that cannot be had: every broken rule, one that satisfies all, and others."""

    title: str
    problems: list[BrokenRule]
    fix: str
    alternatives: list[Offer]
    barred: bool


def refusal(
    instrument: Instrument,
    person: Person,
    wish: tuple[dt.datetime, dt.datetime],
    problems: Sequence[BrokenRule],
    *,
    station: int | None = None,
    form: str = "",
    found: Sequence[Offer] | None = None,
) -> Refusal:
    """Put a refused time into words and look for times that meet every rule; none where no time would.

    `found` are such times, where whoever asks knows them.
    """
    rows = in_words(problems, wish, person)
    title = ngettext(
        "%(when)s cannot be booked: %(n)s rule is not met",
        "%(when)s cannot be booked: %(n)s rules are not met",
        len(rows),
    ) % {"when": _when(*wish), "n": len(rows)}
    if BARRING & {problem.rule for problem in problems}:
        return Refusal(title, rows, "", [], barred=True)
    if found is None:
        found = others(instrument, person, wish, station=station, form=form)
    fix = ""
    if found:
        fix = gettext("Choose %(when)s: that meets every rule.") % {
            "when": _when(found[0].start, found[0].end)
        }
    return Refusal(title, rows, fix, list(found), barred=False)


def others(
    instrument: Instrument,
    person: Person,
    wish: tuple[dt.datetime, dt.datetime],
    *,
    station: int | None = None,
    form: str = "",
) -> list[Offer]:
    """Return up to three times the person can have: the longest part of the wish, then the next of its length."""
    start, end = wish
    if not is_convertible(start) or end <= start:
        start = end = timezone.now()
    minutes = terms_of(policy_of(instrument)).nearest_minutes((end - start) // dt.timedelta(minutes=1))
    ahead = availability_ahead(instrument)
    if ahead is None:
        return []
    can_part = start < end and is_convertible(end)
    part = ahead.longest_part(instrument.pk, Interval(start, end), station) if can_part else None
    slots = [part] if part is not None else []
    known = {(slot.start, slot.end) for slot in slots}
    slots += [
        slot
        for slot in ahead.next(instrument.pk, minutes, max(start, timezone.now()), LOOKED_AT)
        if (slot.start, slot.end) not in known
    ]
    wishes = [(slot.start, slot.end) for slot in slots]
    judged = admissions(instrument, person, wishes, timezone.now(), companion=True) if slots else []
    fine = [slot for slot, verdict in zip(slots, judged, strict=True) if not verdict.problems]
    return offers(instrument, person, fine, form=form)[:3]


def sentences(
    problems: Sequence[BrokenRule], wish: tuple[dt.datetime, dt.datetime], reader: Person
) -> list[str]:
    """Return the problems with a wish as sentences for a reader."""
    return [str(problem.message) for problem in in_words(problems, wish, reader)]


def in_words(
    problems: Sequence[BrokenRule],
    wish: tuple[dt.datetime, dt.datetime] | None = None,
    reader: Person | None = None,
) -> list[BrokenRule]:
    """Return the problems with choice and requirement as the reader would say them."""
    return [_of(problem.of, _worded(problem, wish, reader)) for problem in problems]


def slot_taken(start: dt.datetime, end: dt.datetime, held: Span, reader: Person | None = None) -> BrokenRule:
    """Return the problem that somebody holds a part of the wished time, without telling who but the reader."""
    day = formats.local_day(start)
    one_day = formats.local_day(end - dt.timedelta(microseconds=1)) == day
    span = _clock(start, end)
    own = reader is not None and getattr(held, "person_id", None) == reader.pk
    said = gettext("You have booked %(span)s yourself.") if own else gettext("%(span)s is taken.")
    free_until, free_from = _moment(held.start, day, one_day), _moment(held.end, day, one_day)
    return BrokenRule(
        "slot_taken",
        said % {"span": _clock(held.start, held.end)},
        span,
        gettext("end by %(first)s or start from %(last)s") % {"first": free_until, "last": free_from},
        name=pgettext_lazy("short name of a rule", "Your own booking") if own else NAMES["slot_taken"],
    )


def _worded(
    problem: BrokenRule, wish: tuple[dt.datetime, dt.datetime] | None, reader: Person | None
) -> BrokenRule:
    if problem.held is not None and wish is not None:
        return slot_taken(*wish, problem.held, reader)
    chosen, required = _sides(problem, wish)
    return replace(
        problem,
        chosen=chosen,
        required=required,
        name=NAMES.get(problem.rule, problem.message),
        owner=str(RuleOwner(problem.owner).label) if problem.owner else "",
    )


def _of(instrument: str, said: BrokenRule) -> BrokenRule:
    """Say before a rule of which instrument it is, where several are judged at once."""
    if not instrument:
        return said
    return replace(said, name=f"{instrument} · {said.name}", message=f"{instrument}: {said.message}")


def _sides(problem: BrokenRule, wish: tuple[dt.datetime, dt.datetime] | None) -> tuple[str, str]:
    """Return what was chosen and what is required."""
    rule = problem.rule
    chosen, required = problem.chosen, problem.required
    if rule in _LENGTHS:
        chosen, required = (formats.minutes(int(text), get_language()) for text in (chosen, required))
    if rule in _GAPS:
        required = formats.minutes(int(required), get_language())
    if rule in _NOW:
        chosen = _moment(timezone.now())
    elif rule == "no_rate":
        chosen = str(UserCategory(chosen).label)
    elif wish is not None:
        chosen = _of_wish(rule, wish) or chosen
    values = {"chosen": chosen, "required": required}
    return (
        str(CHOSEN[rule]) % values if rule in CHOSEN else chosen,
        str(REQUIRED[rule]) % values if rule in REQUIRED else required,
    )


def _of_wish(rule: str, wish: tuple[dt.datetime, dt.datetime]) -> str:
    """Return the part of the wish that a rule looks at, where it is a point or stretch of time."""
    if rule in _SPANS:
        return _clock(*wish)
    if rule == "past":
        return _moment(wish[0])
    if rule in {"closed", "holiday"}:
        return formats.short_day(wish[0], get_language(), timezone.localdate())
    return ""


def _when(start: dt.datetime, end: dt.datetime) -> str:
    if not (is_convertible(start) and is_convertible(end)):
        return pgettext("a time that cannot be shown", "This time")
    return formats.time_range(start, end, get_language(), timezone.localdate())


def _clock(start: dt.datetime, end: dt.datetime) -> str:
    """Write an interval of one day by its clock alone, a longer one with its days."""
    if not (is_convertible(start) and is_convertible(end)):
        return formats.NOTHING
    first, last = formats.local(start), formats.local(end)
    if last.date() == first.date():
        return f"{first:%H:%M}–{last:%H:%M}"
    if last - first <= dt.timedelta(days=1) and (last.hour, last.minute) == (0, 0):
        return f"{first:%H:%M}–24:00"
    return _when(start, end)


def _moment(moment: dt.datetime, day: dt.date | None = None, one_day: bool = False) -> str:
    if not is_convertible(moment):
        return formats.NOTHING
    if one_day and formats.local_day(moment) == day:
        return formats.clock(moment)
    return formats.short_moment(moment, get_language(), timezone.localdate())
