"""Schemes as the arithmetic reads them, and the list of those a round may use."""

from __future__ import annotations

from django.db.models import QuerySet

from evaluations.schemes.models import Scheme
from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.parsing import parse_scheme


def definition_of(scheme: Scheme) -> SchemeDefinition:
    """Parse the stored definition. Raises SchemeProblems, which names every problem."""
    return parse_scheme(scheme.definition)


def newest_schemes() -> QuerySet[Scheme]:
    """All schemes, each code's newest version first."""
    return Scheme.objects.order_by("code", "-version")
