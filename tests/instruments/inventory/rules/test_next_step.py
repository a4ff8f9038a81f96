"""What to do next for an instrument, the most pressing first."""

from __future__ import annotations

import pytest

from instruments.inventory.rules.next_step import Keeping, NextStep, next_step

ALL = ("internal", "member")
READY = Keeping(has_steward=True, is_opened=True, priced=frozenset(ALL))


@pytest.mark.parametrize(
    ("keeping", "state", "charged", "missing", "step"),
    [
        (Keeping(), "retired", ALL, ("model",), NextStep.NOTHING),
        (Keeping(), "under_repair", ALL, ("model",), NextStep.REPAIR),
        (Keeping(), "in_service", ALL, (), NextStep.STEWARD),
        (Keeping(has_steward=True), "in_service", ALL, (), NextStep.OPENING),
        (Keeping(True, True, frozenset({"internal"})), "in_service", ALL, ("model",), NextStep.PRICES),
        (Keeping(True, True, frozenset({"internal"})), "in_service", ("internal",), (), NextStep.NOTHING),
        (Keeping(has_steward=True), "in_service", (), ("model",), NextStep.RECORD),
        (READY, "suspended", ALL, ("model",), NextStep.RECORD),
        (READY, "in_service", ALL, (), NextStep.NOTHING),
    ],
)
def test_next_step(keeping, state, charged, missing, step):
    """One step only, and none for what is retired or in order."""
    assert next_step(keeping, state=state, charged=charged, missing=missing) is step
