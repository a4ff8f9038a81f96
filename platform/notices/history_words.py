"""The history's verbs about announcements, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "notices.announcement.changed": _("announcement changed"),
    "notices.announcement.created": _("announcement written"),
    "notices.announcement.deleted": _("announcement deleted"),
}
