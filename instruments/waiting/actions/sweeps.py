"""Actions room: what time alone brings about on wait lists; the system acts, so every step may run twice."""

from __future__ import annotations

import datetime as dt
import logging

from changes import Work, perform
from changes.errors import Refusal
from instruments.availability.queries.free_times import free_times
from instruments.availability.queries.keeping import current
from instruments.availability.rules.bits import positions
from instruments.waiting.actions.offering import ENTRIES, end_wish, offer_on
from instruments.waiting.enums import WaitState
from instruments.waiting.events import WaitExpired
from instruments.waiting.models import WaitEntry
from instruments.waiting.queries.lines import places_of
from instruments.waiting.rules.offers import wish_of
from notices.wording import both_names

logger = logging.getLogger(__name__)


def end_wishes(now: dt.datetime) -> int:
    """End the wishes for which no time can come free any more, and tell their people; return how many."""
    rows = WaitEntry.objects.filter(state=WaitState.WAITING, last_start__lte=now)
    return sum(perform(None, _end, pk, now) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


def offer_waiting(now: dt.datetime) -> int:
    """Offer what is free and waited for without any change having freed it; return how many offers were made.

    The horizon has moved on, a limit of the person counts no more, a rule of the unit or the network is another one.
    """
    rows = list(WaitEntry.objects.filter(state=WaitState.WAITING, last_start__gt=now).order_by("pk"))
    if not rows:
        return 0
    kept, wanted, places = current(now), places_of([entry.pk for entry in rows]), set[int]()
    known = kept.index.attributes
    for entry in rows:
        wish = wish_of(entry.window, entry.minutes, [], any_hour=entry.any_hour or entry.is_slot)
        if wish is not None:
            free = free_times(kept, wish, now).any & known.places(wanted[entry.pk])
            places |= {known.pks[position] for position in positions(free)}
    return sum(_offered(place) for place in sorted(places))


def _offered(place: int) -> int:
    try:
        return len(perform(None, offer_on, place))
    except Refusal as refusal:
        # One that cannot be offered must not keep the others from theirs.
        logger.warning("Nothing could be offered on instrument %s: %s", place, refusal)
        return 0


def _end(work: Work, pk: int, now: dt.datetime) -> int:
    found = work.lock(ENTRIES.filter(state=WaitState.WAITING, last_start__lte=now), [pk], skip_locked=True)
    for entry in found.values():
        work.tell(
            [entry.person],
            "wait_over",
            {"what": both_names(entry.named), "start": entry.start, "end": entry.end},
            link="/me/waiting/",
        )
        end_wish(work.by(None, now), entry, WaitState.EXPIRED, WaitExpired)
    return len(found)
