"""The history's verbs about reports, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "reporting.refused": _("refused (reports)"),
    "reporting.run.cancelled": _("report cancelled"),
    "reporting.run.done": _("report made"),
    "reporting.run.downloaded": _("report downloaded"),
    "reporting.run.failed": _("report failed"),
    "reporting.run.requested": _("report asked for"),
}
