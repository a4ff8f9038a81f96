"""Permissions room: who may follow which calendar, and whether it names people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instruments.calendars.enums import FeedKind
from instruments.calendars.models import CalendarFeed
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import is_custodian, sees_instrument, stewarded_by
from members.models import MemberUnit, Person
from members.permissions import Actor, declare, roles_of


@dataclass(frozen=True)
class Followed:
    """What a calendar is about."""

    kind: FeedKind
    target: Instrument | MemberUnit | None = None

    @property
    def on_record(self) -> Instrument | MemberUnit | str:
        """What the history names when the right is refused."""
        return self.target or f"instruments.calendar:{self.kind}"


def followed_by(feed: CalendarFeed) -> Followed:
    """What a subscription is about."""
    return Followed(FeedKind(feed.kind), feed.instrument or feed.unit)


def names_people(person: Actor, followed: Followed) -> bool:
    """Tell whether a calendar may say who uses what for which purpose; else it says that the time is taken."""
    target = followed.target
    if not isinstance(target, Instrument):
        return True
    roles = roles_of(person)
    return roles.is_officer or target.unit_id in roles.viewer_in or is_custodian(person, target)


def _follows(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, Followed) or not isinstance(person, Person) or not person.is_active:
        return False
    roles = roles_of(person)
    match obj.kind, obj.target:
        case FeedKind.MINE, None:
            return True
        case FeedKind.KEPT, None:
            return bool(stewarded_by(person))
        case FeedKind.INSTRUMENT, Instrument():
            return sees_instrument(person, obj.target)
        case FeedKind.UNIT, MemberUnit(pk=pk):
            return roles.is_officer or pk in roles.manager_of | roles.viewer_in
    return False


declare("instruments", {"follow_calendar": _follows})
