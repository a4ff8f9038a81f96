"""The admin of the evaluations app, gathered from its capabilities for Django."""

from evaluations.results.admin import AwardAdmin, ResultAdmin, SnapshotAdmin
from evaluations.schemes.admin import SchemeAdmin
from evaluations.steps.admin.rounds import RoundAdmin

__all__ = ["AwardAdmin", "ResultAdmin", "RoundAdmin", "SchemeAdmin", "SnapshotAdmin"]
