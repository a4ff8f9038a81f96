"""Rows of the evaluations app."""

from evaluations.models.evidence import GivenScore, MetricSnapshot, ReportedValue, SnapshotRow
from evaluations.models.result import Award, IndicatorScore, Result, TieDecision
from evaluations.models.round import Round
from evaluations.models.scheme import Scheme

__all__ = [
    "Award",
    "GivenScore",
    "IndicatorScore",
    "MetricSnapshot",
    "ReportedValue",
    "Result",
    "Round",
    "Scheme",
    "SnapshotRow",
    "TieDecision",
]
