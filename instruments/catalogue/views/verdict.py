"""Views room: what would be said to a wished time on the page of an instrument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import own_elsewhere
from instruments.booking.queries.holding import taken_problems
from instruments.booking.queries.waiting import rivals
from instruments.booking.rules.requests import last_change
from instruments.booking.views.offers import wait_address
from instruments.booking.views.refusal import in_words
from instruments.bundles.queries.together import Together, judged_together
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule
from instruments.terms.queries.policy import policy_of
from instruments.terms.queries.rates import Quote
from instruments.terms.rules.intervals import Interval
from instruments.waiting.views.joining import only_taken
from members.models import Person


@dataclass(frozen=True)
class Verdict:
    """What would be said to a wished time: every broken rule, or the price where there is none."""

    start: dt.datetime
    end: dt.datetime
    problems: list[BrokenRule]
    quote: Quote | None
    last_change: dt.datetime
    """Until when it can be cancelled or moved, if it is booked now."""
    elsewhere: list[Booking] = field(default_factory=list)
    """What the person holds at that time on other instruments."""
    wait_url: str = ""
    """Where the person can wait for it, where somebody else has it."""
    rivals: int = 0
    """How many requests wait for part of it, where the rules let several stand beside each other."""
    together: Together | None = None
    """What is said of each, where it is used only together with others."""

    @property
    def minutes(self) -> int:
        """Return the length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)

    @property
    def price(self) -> Decimal | None:
        """Yuan for all that would be booked; None where it cannot be."""
        if self.quote is None:
            return None
        return self.quote.price if self.together is None else self.together.price


def verdict_of(
    shown: Instrument,
    person: Person,
    wish: tuple[dt.datetime, dt.datetime],
    station: int | None = None,
    *,
    own: bool = True,
    companion: bool = False,
    beside: Sequence[Instrument] = (),
) -> Verdict:
    """Judge a wished time for a person, with those it is used together with (`beside`) where it is the reader's own."""
    now = timezone.now()
    if beside and own and wish[0] < wish[1]:
        return _verdict_together([shown, *beside], person, wish, companion=companion)
    judged = admission(shown, person, *wish, now, companion=companion)
    problems = judged.problems + taken_problems(shown, *wish, station)
    last = wish[0]
    if not problems:
        last = last_change(wish[0], policy_of(shown).cancel_cutoff_minutes, now)
    return Verdict(
        *wish,
        in_words(problems, wish, person),
        None if problems else judged.quote,
        last,
        list(own_elsewhere(person, shown, *wish)) if own and not problems else [],
        wait_address(shown, *wish) if own and only_taken(problems) else "",
        0 if problems else rivals(shown, *wish),
    )


def _verdict_together(
    all_of_them: Sequence[Instrument],
    person: Person,
    wish: tuple[dt.datetime, dt.datetime],
    *,
    companion: bool,
) -> Verdict:
    now = timezone.now()
    judged = judged_together(all_of_them, person, Interval(*wish), now, companion=companion)
    cutoffs = [policy_of(one).cancel_cutoff_minutes for one in all_of_them]
    return Verdict(
        *wish,
        in_words(judged.problems, wish, person),
        None if judged.problems else judged.quote,
        min(last_change(wish[0], cutoff, now) for cutoff in cutoffs),
        together=judged,
    )
