"""Rows of the evaluations app, gathered from its capabilities for Django; nobody else imports them from here."""

from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.results.models import Award, IndicatorScore, Result, ScoringRun, TieDecision
from evaluations.rounds.models import Round, RoundStep
from evaluations.schemes.models import Scheme
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit

__all__ = [
    "Award",
    "GivenScore",
    "IndicatorScore",
    "MetricSnapshot",
    "ReportedValue",
    "Result",
    "Round",
    "RoundStep",
    "Scheme",
    "ScoringRun",
    "SnapshotRow",
    "SnapshotUnit",
    "TieDecision",
]
