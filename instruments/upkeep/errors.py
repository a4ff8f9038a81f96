"""Refusals of upkeep."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict


class WrongFaultState(Conflict):
    """The fault has come to its end, or was acknowledged already."""

    code = "wrong_fault_state"
    message = _("Somebody has already taken this step. Look at where the fault stands now.")
