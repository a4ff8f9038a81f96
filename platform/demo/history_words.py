"""The history's verbs about the demonstration, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "demo.booking.written": _("booking of the demonstration written"),
    "demo.network.seeded": _("demonstration network made"),
}
