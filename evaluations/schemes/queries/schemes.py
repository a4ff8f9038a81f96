"""Schemes as the arithmetic reads them, and the list of those a round may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from evaluations.schemes.models import Scheme
from evaluations.scoring.definition import GIVEN, Indicator, ReportedField, SchemeDefinition, reported_fields
from evaluations.scoring.parsing import parse_scheme


@dataclass(frozen=True)
class AskedField:
    """One number a unit is asked for: the indicator it serves and the key it is stored under."""

    indicator: Indicator
    field: ReportedField


def definition_of(scheme: Scheme) -> SchemeDefinition:
    """Parse the stored definition. Raises SchemeProblems, which names every problem."""
    return parse_scheme(scheme.definition)


def asked_fields(definition: SchemeDefinition) -> Iterator[AskedField]:
    """Every number the units report themselves, in reading order."""
    for indicator in definition.leaves():
        for field in reported_fields(indicator):
            yield AskedField(indicator, field)


def given_indicators(definition: SchemeDefinition) -> tuple[Indicator, ...]:
    """The indicators scored by the department or its experts."""
    return tuple(indicator for indicator in definition.leaves() if indicator.source == GIVEN)


def newest_schemes() -> QuerySet[Scheme]:
    """All schemes, each code's newest version first."""
    return Scheme.objects.order_by("code", "-version")
