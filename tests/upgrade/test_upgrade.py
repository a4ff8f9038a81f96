"""What the earlier release kept is there after the upgrade, and says the same."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.xdist_group("upgrade")

KEPT = {
    "members.MemberUnit": 5,
    "members.Person": 60,
    "members.UnitRole": 18,
    "instruments.Instrument": 41,
    "instruments.Booking": 157,
    "instruments.OpeningException": 203,
    "instruments.BookingPolicy": 41,
    "instruments.Rate": 164,
    "instruments.Stewardship": 73,
    "evaluations.SnapshotRow": 39,
    "evaluations.ReportedValue": 21,
    "evaluations.GivenScore": 30,
    "evaluations.Result": 5,
    "evaluations.IndicatorScore": 75,
    "evaluations.Round": 2,
}
"""Rows of the fixture that no later change of the platform adds to or takes from."""


def test_every_row_is_there(upgraded):
    found = upgraded.ask(
        f"import json; print(json.dumps({{name: model(name)._base_manager.count() for name in {list(KEPT)!r}}}))"
    )
    assert json.loads(found.splitlines()[-1]) == KEPT


def test_the_history_is_whole_and_nothing_of_it_is_lost(upgraded):
    upgraded.manage("verify_audit")
    found = upgraded.ask(
        "rows = model('audit.Entry').objects; "
        "print(rows.filter(verb='instruments.booking.completed').count(), rows.count() >= 171)"
    )
    assert found.splitlines()[-1] == "3 True"


def test_the_final_round_still_verifies(upgraded):
    assert "2025" in upgraded.manage("verify_round", "2025")
