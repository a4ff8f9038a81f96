"""Actions room: makes and ends the addresses of calendars."""

from __future__ import annotations

import datetime as dt
import secrets

from changes import Work
from instruments.calendars.models import CalendarFeed
from instruments.calendars.permissions import Followed, followed_by
from instruments.inventory.models import Instrument
from members.locks import lock_person
from members.models import MemberUnit
from members.permissions import require
from webapi.tokens import digest_of

USE_NOTED_EVERY = dt.timedelta(hours=1)


def make_feed(work: Work, followed: Followed) -> str:
    """Make an address for whoever acts and return its secret, shown this once; one from before ends.

    Raises NotAllowed.
    """
    person = lock_person(work, work.actor.pk)
    require(work.actor, "follow_calendar", followed)
    target = followed.target
    about = {
        "kind": followed.kind,
        "instrument": target if isinstance(target, Instrument) else None,
        "unit": target if isinstance(target, MemberUnit) else None,
    }
    live = CalendarFeed.objects.filter(person=person, ended_at=None, **about).values_list("pk", flat=True)
    for row in work.lock(CalendarFeed.objects.all(), list(live)).values():
        _end(work, row)
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        person=person,
        digest=digest_of(secret),
        access=person.get_session_auth_hash(),
        created_at=work.now,
        **about,
    )
    work.record("instruments.calendar.made", feed, after=_facts(feed))
    return secret


def end_feed(work: Work, feed: CalendarFeed) -> None:
    """End an address at once, as its owner; ending it again changes nothing. Raises DoesNotExist for another's."""
    row = work.lock_one(CalendarFeed.objects.filter(person=work.actor), feed.pk)
    if row.ended_at is None:
        _end(work, row)


def note_use(feed: CalendarFeed, now: dt.datetime) -> None:
    """Note that a program has fetched it; once an hour is enough to see whether it is in use."""
    if feed.last_used_at is None or now - feed.last_used_at >= USE_NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)


def _end(work: Work, feed: CalendarFeed) -> None:
    feed.ended_at = work.now
    feed.save(update_fields=["ended_at"])
    after = {**_facts(feed), "ended_at": feed.ended_at}
    work.record("instruments.calendar.ended", feed, before={"ended_at": None}, after=after)


def _facts(feed: CalendarFeed) -> dict[str, object]:
    followed = followed_by(feed)
    return {"kind": feed.kind, "about": None if followed.target is None else followed.target.code}
