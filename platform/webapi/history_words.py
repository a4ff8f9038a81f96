"""The history's verbs about the interface, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "webapi.refused": _("refused (interface)"),
    "webapi.token.issued": _("access token issued"),
    "webapi.token.revoked": _("access token revoked"),
}
