"""The notices about upkeep, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "fault_reported": (
        _("Fault of %(instrument)s: %(severity)s"),
        _("%(actor)s reports a fault of %(instrument)s (%(severity)s): %(words)s"),
    ),
    "fault_acknowledged": (
        _("Your report is acknowledged: %(instrument)s"),
        _("%(actor)s has taken up the fault of %(instrument)s that you reported: %(words)s"),
    ),
    "upkeep_due": (
        _("Falls due on %(day)s: %(title)s, %(instrument)s"),
        _(
            "%(kind)s of %(instrument)s falls due on %(day)s: %(title)s. Plan a time for it, and record it when done."
        ),
    ),
    "upkeep_overdue": (
        _("Overdue since %(day)s: %(title)s, %(instrument)s"),
        _("%(kind)s of %(instrument)s was due on %(day)s and is not recorded as done: %(title)s."),
    ),
    "fault_ended": (
        _("The fault you reported has ended: %(instrument)s"),
        _(
            "The fault of %(instrument)s that you reported now stands as “%(state)s”, says %(actor)s: %(outcome)s"
        ),
    ),
}
TOPICS = {
    Topic.FAULTS: ("fault_acknowledged", "fault_ended"),
    Topic.UPKEEP: ("upkeep_due", "upkeep_overdue"),
}
"""A new fault is told at once."""
