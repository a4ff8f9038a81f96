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


def test_every_use_names_who_was_served(upgraded):
    """All 538 records are there as they were typed; each named outside user has an organisation, each unit is one."""
    found = upgraded.ask(
        "rows = model('instruments.UsageRecord').objects\n"
        "named = rows.filter(user_kind='external').exclude(user_unit='')\n"
        "print(rows.count(), named.filter(served=None).count(), "
        "named.exclude(folded_user='').count() == named.count())\n"
        "organisations = model('members.Organisation').objects\n"
        "print(organisations.filter(unit__isnull=False).count(), "
        "organisations.filter(merged_into__isnull=False).count())\n"
        "units = {name: pk for pk, name in model('members.MemberUnit').objects.values_list('pk', 'name_zh')}\n"
        "wrong = [r for r in rows.select_related('served') "
        "if r.user_unit in units and r.served.unit_id != units[r.user_unit]]\n"
        "other = [r for r in named.select_related('served') "
        "if r.user_unit not in units and r.served.private_to_id != r.unit_id]\n"
        "print(len(wrong), len(other), rows.filter(served__unit__isnull=False).count() > 0)"
    )
    assert found.splitlines()[-3:] == ["538 0 True", "5 0", "0 0 True"]


def test_facts_and_weeks_have_their_dates(upgraded):
    """Every instrument and unit has facts that end in what it is; the weeks hold from always, as they did."""
    found = upgraded.ask(
        "last = {}\n"
        "for row in model('instruments.InstrumentFacts').objects.order_by('valid_from'):\n"
        "    last[row.instrument_id] = row\n"
        "machines = list(model('instruments.Instrument').objects.all())\n"
        "names = ('name_zh', 'state', 'sharing_mode', 'original_value', 'equipment_kind', 'joined_on')\n"
        "same = all(getattr(last[m.pk], n) == getattr(m, n) for m in machines for n in names)\n"
        "units = {row.unit_id for row in model('members.UnitFacts').objects.all()}\n"
        "weeks = set(model('instruments.OpeningPeriod').objects.values_list('valid_from', 'valid_to'))\n"
        "print(len(last), same, len(units), sorted(str(day) for day, end in weeks if end is None))"
    )
    assert found.splitlines()[-1] == "41 True 5 ['1992-01-01']"
