"""What to do next for an instrument, the most pressing first."""

from __future__ import annotations

import pytest

from instruments.inventory.rules.next_step import NextStep, Readiness, next_step

ALL = ("internal", "member")
READY = Readiness(has_steward=True, is_opened=True, priced=frozenset(ALL))


@pytest.mark.parametrize(
    ("readiness", "state", "charged", "missing", "step"),
    [
        (Readiness(), "retired", ALL, ("model",), NextStep.NOTHING),
        (Readiness(), "under_repair", ALL, ("model",), NextStep.REPAIR),
        (Readiness(), "in_service", ALL, (), NextStep.STEWARD),
        (Readiness(has_steward=True), "in_service", ALL, (), NextStep.OPENING),
        (Readiness(True, True, frozenset({"internal"})), "in_service", ALL, ("model",), NextStep.PRICES),
        (Readiness(True, True, frozenset({"internal"})), "in_service", ("internal",), (), NextStep.NOTHING),
        (Readiness(has_steward=True), "in_service", (), ("model",), NextStep.RECORD),
        (READY, "suspended", ALL, ("model",), NextStep.RECORD),
        (READY, "in_service", ALL, (), NextStep.NOTHING),
    ],
)
def test_next_step(readiness, state, charged, missing, step):
    """One step only, and none for what is retired or in order."""
    assert next_step(readiness, state=state, charged=charged, missing=missing) is step
