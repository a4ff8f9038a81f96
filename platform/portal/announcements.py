"""Announcements: what the department tells everybody on the home page, written, changed and taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes import Work, unchanged
from members.permissions import require
from notices.models import Announcement

LAST_MOMENT = dt.time(23, 59, 59)


@dataclass(frozen=True)
class AnnouncementData:
    """What an announcement says, in both languages; `last_day`, in local time, is included."""

    kind: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    link: str
    published_at: dt.datetime
    last_day: dt.date | None


def write_announcement(
    work: Work, data: AnnouncementData, *, row: Announcement | None = None, seen: int | None = None
) -> Announcement:
    """Write a new announcement, or change one. Officers only. Raises NotAllowed, StaleVersion, ValidationError."""
    require(work.actor, "announce")
    held = Announcement() if row is None else work.lock_one(Announcement.objects.all(), row.pk)
    unchanged(held, seen)
    before = {**held.__dict__}
    held.kind, held.link, held.published_at = data.kind, data.link, data.published_at
    held.title_zh, held.title_en, held.body_zh, held.body_en = (
        text.strip() for text in (data.title_zh, data.title_en, data.body_zh, data.body_en)
    )
    held.deadline = (
        None
        if data.last_day is None
        else timezone.make_aware(dt.datetime.combine(data.last_day, LAST_MOMENT))
    )
    if data.last_day is not None and data.last_day < timezone.localdate(data.published_at):
        raise ValidationError({"last_day": [_("The last day lies before the publication.")]})
    held.full_clean()
    changed = sorted(
        name for name, value in held.__dict__.items() if name[0] != "_" and before[name] != value
    )
    if row is not None and not changed:
        return held
    if row is not None:
        held.version += 1
    held.save()
    verb = "notices.announcement.created" if row is None else "notices.announcement.changed"
    work.record(verb, held, after={"title_zh": held.title_zh, "changed": changed})
    return held


def delete_announcement(work: Work, row: Announcement, *, seen: int | None = None) -> None:
    """Take an announcement back; its titles stay on record. Officers only. Raises NotAllowed, StaleVersion."""
    require(work.actor, "announce")
    held = work.lock_one(Announcement.objects.all(), row.pk)
    unchanged(held, seen)
    # Named now, for a deleted row has no key any more.
    target = f"{held._meta.label_lower}:{held.pk}"
    held.delete()
    work.record(
        "notices.announcement.deleted", target, before={"title_zh": held.title_zh, "title_en": held.title_en}
    )
