"""Refusals of upkeep."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, Refusal, filled


class WrongFaultState(Conflict):
    """The fault has come to its end, or was acknowledged already."""

    code = "wrong_fault_state"
    message = _("Somebody has already taken this step. Look at where the fault stands now.")


class StandsAlready(Conflict):
    """The instrument stands still by another break-down, which can be changed."""

    code = "stands_already"
    message = _("This instrument is stopped already. Change that break-down instead.")


class BreakdownOver(Conflict):
    """The break-down is over."""

    code = "breakdown_over"
    message = _("This break-down is over.")


class NoWayOut(Conflict):
    """A booking cannot be moved where it was to go; `booking` is its key, `why` what stands against it."""

    code = "no_way_out"

    def __init__(self, booking: UUID, why: Refusal) -> None:
        self.booking, self.why = booking, why
        super().__init__(filled(_("A booking cannot be moved there: %(why)s"), {"why": str(why)}))


class PlanOver(Conflict):
    """The plan was ended."""

    code = "plan_over"
    message = _("This plan was ended.")
