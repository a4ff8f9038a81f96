"""Admin room: the department's desk for schemes, rounds and their evidence."""

from evaluations.admin.evidence import AwardAdmin, ResultAdmin, SnapshotAdmin
from evaluations.admin.rounds import RoundAdmin
from evaluations.admin.schemes import SchemeAdmin

__all__ = ["AwardAdmin", "ResultAdmin", "RoundAdmin", "SchemeAdmin", "SnapshotAdmin"]
