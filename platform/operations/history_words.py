"""The history's verbs about operating the site, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "operations.network.restored": _("network restored from a back-up"),
}
