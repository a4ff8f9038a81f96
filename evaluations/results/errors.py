"""Refusals about results."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Refusal


class NotTied(Refusal):
    """An order was given for objects among which a quota does not choose."""

    code = "not_tied"
    message = _("Name exactly those who are equal in every score at the last place of a quota, each once.")
