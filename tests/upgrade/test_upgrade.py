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


SERVED = """
rows = model('instruments.UsageRecord').objects.select_related('served')
named = rows.filter(user_kind='external').exclude(user_unit='')
print(named.filter(served=None).count(), rows.exclude(user_name='').filter(folded_user='').count())
organisations = model('members.Organisation').objects
print(organisations.exclude(unit=None).count(), organisations.exclude(merged_into=None).count())
units = dict(model('members.MemberUnit').objects.values_list('name_zh', 'pk'))
members = [row for row in rows if row.user_unit in units]
others = [row for row in named if row.user_unit not in units]
print(sum(row.served.unit_id != units[row.user_unit] for row in members), len(members) > 0)
wrong = [row for row in others if (row.served.private_to_id, row.served.name_zh) != (row.unit_id, row.user_unit)]
print(len(wrong), len(others) > 0)
"""


def test_every_use_names_who_was_served(upgraded):
    """No record is lost; each named outside user has an organisation: a member unit, or the name a unit typed."""
    found = upgraded.ask("print(model('instruments.UsageRecord').objects.count())" + SERVED)
    assert found.splitlines()[-5:] == ["538", "0 0", "5 0", "0 True", "0 True"]
