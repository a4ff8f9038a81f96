"""Queries room: the earliest times at which several instruments can be had as one, each judged by every rule."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from instruments.booking.queries.admission import Admission, admissions, alone_problems, closed_to
from instruments.booking.queries.availability import Availability
from instruments.booking.queries.bookings import own_between
from instruments.booking.rules.wishes import Span, pieces, wished_length
from instruments.bundles.rules.chains import (
    DAY,
    Placed,
    Step,
    at_once,
    earliest_chain,
    earliest_in_any_order,
    grid,
    minutes_between,
)
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import approval_needed, policy_of, terms_of
from instruments.terms.queries.rates import quotes
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from members.models import Person

CHAINS, TRIES = 3, 12
"""How many chains are proposed, and how often one that a rule forbids is replaced by the next."""
_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class WantedStep:
    """One step of a recipe: `count` of these instruments at the same time, for some minutes.

    Pauses are minutes after the step before; `most_pause` None: however long. With `start` it begins then or never.
    """

    instruments: Sequence[Instrument]
    count: int
    minutes: int
    least_pause: int = 0
    most_pause: int | None = None
    start: dt.datetime | None = None


@dataclass(frozen=True)
class Part:
    """One instrument at its time, what it costs the person in yuan, and whether its unit decides first."""

    step: int
    instrument: Instrument
    time: Interval
    price: Decimal | None
    asks: bool


@dataclass(frozen=True)
class Chain:
    """All parts in order of time."""

    parts: Sequence[Part]

    @property
    def price(self) -> Decimal:
        """Yuan for all parts together."""
        return sum((part.price for part in self.parts if part.price is not None), start=Decimal(0))

    @property
    def time(self) -> Interval:
        """From the first beginning to the last end."""
        return Interval(self.parts[0].time.start, max(part.time.end for part in self.parts))

    @property
    def asks(self) -> bool:
        """Tell whether some unit decides first."""
        return any(part.asks for part in self.parts)


@dataclass(frozen=True)
class Proposal:
    """The chains found, earliest first; which instruments of which step the person cannot have at any time, and why.

    `stuck` are steps that nothing of what is free then serves, each by itself; where none is, the steps do not fit
    together.
    """

    chains: Sequence[Chain]
    barred: Sequence[tuple[int, Instrument, Sequence[BrokenRule]]]
    stuck: Sequence[int]


@dataclass
class _Option:
    instrument: Instrument
    length: int
    starts: int


@dataclass
class _Board:
    """The minutes after a local midnight at which each instrument of each step can begin."""

    first: dt.datetime
    options: list[list[_Option]] = field(default_factory=list)

    def moment(self, minute: int) -> dt.datetime:
        return self.first + minute * _MINUTE

    def since(self, minute: int) -> _Board:
        """Return what of it begins at that minute or later."""
        return _Board(
            self.first,
            [
                [replace(one, starts=one.starts >> minute << minute) for one in options]
                for options in self.options
            ],
        )


def propose(
    steps: Sequence[WantedStep],
    person: Person,
    days: tuple[dt.date, dt.date],
    now: dt.datetime,
    *,
    in_order: bool = True,
    any_hour: bool = False,
    count: int = CHAINS,
) -> Proposal:
    """Find the earliest chains in which a person can have the steps, each beginning on a day of its own.

    Within office hours unless `any_hour`. What the person holds already is kept clear. Two queries for the free time
    of all instruments, one for what the person holds, and the rules of each proposed part.
    """
    barred = []
    usable: list[list[_Option]] = []
    terms = {one.pk: terms_of(policy_of(one)) for step in steps for one in step.instruments}
    shut = {one.pk: closed_to(one, person, now) for step in steps for one in step.instruments}
    for number, step in enumerate(steps, 1):
        options, there = list[_Option](), {one.pk for one in step.instruments}
        for one in step.instruments:
            length = wished_length(terms[one.pk], step.minutes)
            if length is None:
                longest = terms[one.pk].longest_minutes
                barred.append((number, one, [problem("too_long", chosen=step.minutes, required=longest)]))
            elif reasons := shut[one.pk] + alone_problems(one, there):
                barred.append((number, one, reasons))
            else:
                options.append(_Option(one, length, 0))
        usable.append(options)
    board = _Board(local_midnight(days[0]), usable)
    _fill(board, steps, person, days, now, any_hour=any_hour)
    stuck = [
        number
        for number, (options, step) in enumerate(zip(usable, steps, strict=True), 1)
        if not at_once([(one.length, one.starts) for one in options], step.count)
    ]
    chains: list[Chain] = []
    while not stuck and len(chains) < count:
        chain = _judged_chain(board, steps, person, now, in_order=in_order)
        if chain is None:
            break
        chains.append(chain)
        next_day = local_midnight(local_day(chain.time.start) + _DAY)
        board = board.since((next_day - board.first) // _MINUTE)
    return Proposal(chains, barred, stuck)


def _fill(
    board: _Board,
    steps: Sequence[WantedStep],
    person: Person,
    days: tuple[dt.date, dt.date],
    now: dt.datetime,
    *,
    any_hour: bool,
) -> None:
    """Work out for each option the minutes at which it can begin."""
    window = Interval(board.first, local_midnight(days[1] + _DAY))
    length = (window.end - window.start) // _MINUTE
    instruments = {one.instrument.pk: one.instrument for options in board.options for one in options}
    if not instruments:
        return
    # What begins on the last day may end on the next.
    free = Availability(list(instruments.values()), Interval(window.start, window.end + _DAY), now)
    held = [
        ((row.start - window.start) // _MINUTE, -(-(row.end - window.start) // _MINUTE))
        for row in own_between(person, window.start, window.end + _DAY)
    ]
    grids: dict[int, int] = {}
    for options, step in zip(board.options, steps, strict=True):
        for one in options:
            pk, terms = one.instrument.pk, terms_of(policy_of(one.instrument))
            if terms.step_minutes not in grids:
                grids[terms.step_minutes] = grid(terms.step_minutes, length // DAY + 1)
            latest = (terms.latest_start(now) - window.start) // _MINUTE
            starts = 0
            for slot in free.stretches(pk):
                begin = -(-(slot.start - window.start) // _MINUTE)
                until = (slot.end - window.start) // _MINUTE - one.length
                starts |= minutes_between(begin, min(until, latest) + 1)
            asked = minutes_between(0, length)
            if step.start is not None:
                asked = minutes_between(*_the_minute(step.start, window.start))
            elif not any_hour:
                span = Span(window.start, window.end)
                asked = 0
                for begin, before in pieces(span, one.length, window.start, any_hour=False):
                    asked |= minutes_between(begin, before)
            for begin, end in held:
                asked &= ~minutes_between(begin - one.length + 1, end)
            one.starts = starts & grids[terms.step_minutes] & asked


def _the_minute(moment: dt.datetime, first: dt.datetime) -> tuple[int, int]:
    minute, rest = divmod(moment - first, _MINUTE)
    return (minute, minute) if rest else (minute, minute + 1)


def _judged_chain(
    board: _Board, steps: Sequence[WantedStep], person: Person, now: dt.datetime, *, in_order: bool
) -> Chain | None:
    """Return the earliest chain against which no rule stands; what a rule forbids is taken off the board."""
    search = earliest_chain if in_order else earliest_in_any_order
    for _try in range(TRIES):
        placed = search(
            [
                Step(
                    at_once([(one.length, one.starts) for one in options], step.count),
                    step.least_pause,
                    step.most_pause,
                )
                for options, step in zip(board.options, steps, strict=True)
            ]
        )
        if placed is None:
            return None
        taken = [
            (one, option)
            for one in placed
            for option in _cheapest(board, one, steps[one.number].count, person)
        ]
        judged = _judged(board, taken, person, now)
        if not any(verdict.problems for _one, _option, verdict in judged):
            return Chain([_part(board, *row) for row in judged])
        for one, option, verdict in judged:
            if verdict.problems:
                option.starts &= ~(1 << one.start)
    return None


def _cheapest(board: _Board, placed: Placed, count: int, person: Person) -> list[_Option]:
    """Return those of a step's instruments that are taken: the cheapest of those that are free then."""
    able = [
        one
        for one in board.options[placed.number]
        if one.length <= placed.length and one.starts >> placed.start & 1
    ]
    if len(able) <= count:
        return able
    prices = {id(one): _price(board, placed, one, person) for one in able}
    return sorted(able, key=lambda one: (prices[id(one)] is None, prices[id(one)] or 0))[:count]


def _price(board: _Board, placed: Placed, option: _Option, person: Person) -> Decimal | None:
    time = _time(board, placed, option)
    return quotes(option.instrument, person, [(time.start, time.end)])[0].price


def _time(board: _Board, placed: Placed, option: _Option) -> Interval:
    start = board.moment(placed.start)
    return Interval(start, start + option.length * _MINUTE)


def _judged(
    board: _Board, taken: Sequence[tuple[Placed, _Option]], person: Person, now: dt.datetime
) -> list[tuple[Placed, _Option, Admission]]:
    """Judge what is taken by every rule, in its order; what is taken of one instrument counts together."""
    by_instrument: Mapping[int, list[tuple[Placed, _Option]]] = defaultdict(list)
    for placed, option in taken:
        by_instrument[option.instrument.pk].append((placed, option))
    verdicts: dict[tuple[Placed, int], Admission] = {}
    for pk, pairs in by_instrument.items():
        wishes = [_time(board, *pair) for pair in pairs]
        judged = admissions(
            pairs[0][1].instrument,
            person,
            [(wish.start, wish.end) for wish in wishes],
            now,
            together=True,
            beside=[
                option.instrument.pk
                for placed, option in taken
                if option.instrument.pk != pk and _time(board, placed, option) in wishes
            ],
        )
        verdicts |= {(placed, pk): one for (placed, _option), one in zip(pairs, judged, strict=True)}
    return [(placed, option, verdicts[placed, option.instrument.pk]) for placed, option in taken]


def _part(board: _Board, placed: Placed, option: _Option, verdict: Admission) -> Part:
    time, quote = _time(board, placed, option), verdict.quote
    asks = approval_needed(policy_of(option.instrument), quote.category, time.length)
    return Part(placed.number + 1, option.instrument, time, quote.price, asks)
