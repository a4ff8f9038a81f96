"""The data period: instruments count as they were when it ended, and nobody is judged by a part of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.utils.translation import override

from changes import perform
from evaluations.errors import Blocked
from evaluations.results.actions.scoring import score_round
from evaluations.rounds.blocking import PUBLICISE, SCORE
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.usage_then import usage_as_of
from evaluations.steps.actions.publication import publicise_round
from evaluations.steps.queries.blockers import blockers
from instruments.inventory.actions.instruments import (
    InstrumentData,
    change_instrument,
    change_state,
    create_instrument,
)
from instruments.inventory.enums import InstrumentState
from instruments.usage.actions.ending import void_usage
from instruments.usage.actions.usage import correct_usage
from instruments.usage.models import UsageRecord
from members.actions.organisations import merge_organisation
from members.models import Organisation
from tests.evaluations.walking import AFTER_DEADLINE, BEFORE_PUBLICITY, FRIDAY, MONDAY, scored, snapshot_of
from tests.factories.evaluations import add_usage
from tests.factories.instruments import ApplicationFieldFactory, InstrumentFactory
from tests.factories.members import OrganisationFactory, make_officer

pytestmark = pytest.mark.django_db

BEFORE_YEAR = dt.datetime(2024, 12, 30, 2, tzinfo=dt.UTC)
IN_YEAR = dt.datetime(2025, 7, 1, 2, tzinfo=dt.UTC)
LATER_IN_YEAR = dt.datetime(2025, 9, 1, 2, tzinfo=dt.UTC)
AFTER_YEAR = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC)
SNAPSHOT_AT = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
LAST_SECOND = dt.datetime(2025, 12, 31, 15, 59, 59, tzinfo=dt.UTC)  # 23:59:59 in Shanghai
MIDNIGHT = dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC)


def put(instrument, state, story, at):
    """Change the state of an instrument at a moment."""
    with time_machine.travel(at, tick=False):
        perform(story.officer, change_state, instrument, state, note="n")


def edit(instrument, story, at, **changes):
    """Change the record of an instrument at a moment."""
    instrument.refresh_from_db()
    with time_machine.travel(at, tick=False):
        perform(
            story.officer,
            change_instrument,
            instrument,
            replace(data_of(instrument), **changes),
            seen=instrument.version,
        )


def data_of(instrument) -> InstrumentData:
    """The record as it is."""
    return InstrumentData(
        unit=instrument.unit,
        code=instrument.code,
        inner_id=instrument.inner_id,
        name_zh=instrument.name_zh,
        instrument_class=instrument.instrument_class,
        fields=tuple(link.field for link in instrument.field_links.all()) or (ApplicationFieldFactory(),),
        funding=("own",),
        original_value=instrument.original_value,
        started_on=instrument.started_on,
        region=instrument.region,
        sharing_mode=instrument.sharing_mode,
        equipment_kind=instrument.equipment_kind,
        joined_on=instrument.joined_on,
    )


def rows_at(story, capture, at=SNAPSHOT_AT):
    """The rows of a snapshot taken at a moment, by code."""
    with time_machine.travel(at, tick=False):
        snapshot = snapshot_of(story, capture)
    return {row.instrument_code: row for row in snapshot.rows.all()}


def codes(found):
    """Their codes, with the hard ones marked."""
    return [(blocker.code, blocker.hard) for blocker in found]


def test_retiring_or_hiding_idle_instruments_after_the_year_changes_nothing(
    story, django_capture_on_commit_callbacks
):
    """Retired, no longer shared, below the threshold, of another kind: all after 31 December."""
    one, two, three = (story.instruments[code] for code in ("AAA-1", "AAA-2", "CCC-1"))
    put(three, InstrumentState.RETIRED, story, AFTER_YEAR)
    edit(two, story, AFTER_YEAR, sharing_mode="not_shared", equipment_kind="special")
    edit(one, story, AFTER_YEAR, original_value=Decimal("299999.99"), joined_on=dt.date(2026, 1, 2))
    rows = rows_at(story, django_capture_on_commit_callbacks)
    assert sorted(rows) == ["AAA-1", "AAA-2", "AAA-CHEAP", "BBB-1", "CCC-1"]
    assert (rows["AAA-2"].sharing_mode, rows["AAA-2"].equipment_kind) == ("external", "general")
    first = rows["AAA-1"]
    assert first.in_scope
    assert (first.original_value, first.joined_on) != (Decimal("299999.99"), dt.date(2026, 1, 2))
    with override("en"):
        warned = blockers(story.round, SCORE, now=AFTER_DEADLINE)
    change = next(blocker for blocker in warned if blocker.code == "changed_after_period")
    assert not change.hard
    assert change.values["count"] == 3
    assert "CCC-1: state In service → Retired (5 Jan 2026)" in change.values["changes"]
    assert "AAA-2: sharing mode Shared externally → Not shared" in change.values["changes"]
    assert "¥299,999.99" in change.values["changes"]


def test_only_what_was_retired_the_whole_year_is_left_out(story, django_capture_on_commit_callbacks):
    """Retired before it and since: out. Retired within it, or back in it for a while: in."""
    instruments = story.instruments
    for code in ("CCC-1", "BBB-1"):
        put(instruments[code], InstrumentState.RETIRED, story, BEFORE_YEAR)
    put(instruments["AAA-CHEAP"], InstrumentState.RETIRED, story, BEFORE_YEAR)
    put(instruments["AAA-2"], InstrumentState.RETIRED, story, IN_YEAR)
    extra, back = (InstrumentFactory(unit=story.units["AAA"], code=code) for code in ("AAA-IDLE", "AAA-BACK"))
    put(extra, InstrumentState.RETIRED, story, BEFORE_YEAR)
    put(extra, InstrumentState.IN_SERVICE, story, AFTER_YEAR)
    put(back, InstrumentState.RETIRED, story, BEFORE_YEAR)
    put(back, InstrumentState.IN_SERVICE, story, IN_YEAR)
    put(back, InstrumentState.RETIRED, story, LATER_IN_YEAR)
    rows = rows_at(story, django_capture_on_commit_callbacks)
    # BBB-1, CCC-1 and AAA-CHEAP were retired all year, but have hours in it; AAA-IDLE has none.
    assert sorted(rows) == ["AAA-1", "AAA-2", "AAA-BACK", "AAA-CHEAP", "BBB-1", "CCC-1"]


def test_an_instrument_entered_later_is_named(story, django_capture_on_commit_callbacks):
    """It counts from the day it names, and the department is told."""
    with time_machine.travel(AFTER_YEAR, tick=False):
        late = perform(
            story.officer,
            create_instrument,
            replace(
                data_of(story.instruments["AAA-1"]),
                code="AAA-LATE",
                inner_id="late",
                joined_on=dt.date(2025, 6, 1),
            ),
        )
    edit(late, story, SNAPSHOT_AT - dt.timedelta(days=1), sharing_mode="not_shared")
    rows = rows_at(story, django_capture_on_commit_callbacks)
    assert rows["AAA-LATE"].sharing_mode == "external"
    entered = [
        b for b in blockers(story.round, SCORE, now=AFTER_DEADLINE) if b.code == "entered_after_period"
    ]
    assert [(b.values, b.hard) for b in entered] == [({"count": 1, "codes": "AAA-LATE"}, False)]


@pytest.mark.parametrize(("started", "refused"), [(IN_YEAR, True), (LAST_SECOND, True), (MIDNIGHT, False)])
def test_a_part_of_the_year_is_never_scored(story, django_capture_on_commit_callbacks, started, refused):
    """A snapshot begun before the last day is over cannot be scored, nor publicised."""
    scored(story, django_capture_on_commit_callbacks)
    with time_machine.travel(started, tick=False):
        early = MetricSnapshot.objects.create(
            round=story.round, number=9, requested_by=story.officer, state="done"
        )
    round_ = story.round
    round_.snapshot = early
    round_.save()
    found = blockers(round_, PUBLICISE, now=BEFORE_PUBLICITY, window=(MONDAY, FRIDAY))
    assert [b for b in codes(found) if b[1]] == ([("snapshot_too_early", True)] if refused else [])
    if not refused:
        return
    with pytest.raises(Blocked):
        perform(story.officer, publicise_round, round_, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    round_.state = "collecting"
    round_.save()
    with pytest.raises(Blocked) as blocked:
        perform(story.officer, score_round, round_, now=AFTER_DEADLINE)
    assert "snapshot_too_early" in [blocker.code for blocker in blocked.value.blockers]
    round_.refresh_from_db()
    assert round_.state == "collecting"


def test_hours_entered_after_the_snapshot_are_counted_in_a_warning(story, django_capture_on_commit_callbacks):
    """How many records, and how many hours, would count in a new snapshot."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    late = dt.datetime(2025, 11, 3, 1, tzinfo=dt.UTC)
    for day, hours in ((0, "2.5"), (1, "4")):
        start = late + dt.timedelta(days=day)
        add_usage(
            story.instruments["AAA-1"],
            Decimal(hours),
            start=start,
            end=start + dt.timedelta(hours=4),
            recorded_at=snapshot.started_at + dt.timedelta(microseconds=1),
        )
    after = {"recorded_at": snapshot.started_at + dt.timedelta(microseconds=1)}
    begin, end, instant = story.round.data_start, story.round.data_end, dt.timedelta(microseconds=1)
    for start in (begin - instant, end):
        # Neither what begins before the period nor what begins with the next one is of it.
        add_usage(story.instruments["AAA-2"], Decimal(32), start=start, end=start + instant, **after)
    found = [b for b in blockers(story.round, SCORE, now=AFTER_DEADLINE) if b.code == "usage_after_snapshot"]
    assert [(b.values, b.hard) for b in found] == [({"count": 2, "hours": "6.50"}, False)]
    for start in (begin, end - instant):
        add_usage(story.instruments["AAA-1"], Decimal(1), start=start, end=start + instant, **after)
    found = [b for b in blockers(story.round, SCORE, now=AFTER_DEADLINE) if b.code == "usage_after_snapshot"]
    assert [(b.values, b.hard) for b in found] == [({"count": 4, "hours": "8.50"}, False)]
    with override("en"):
        assert str(found[0]).startswith("4 usage records of the data period, of 8.50 h, were entered")
    snapshot_of(story, django_capture_on_commit_callbacks)
    assert "usage_after_snapshot" not in dict(codes(blockers(story.round, SCORE, now=AFTER_DEADLINE)))


def test_hours_that_left_after_the_snapshot_are_counted_in_a_warning(
    story, django_capture_on_commit_callbacks
):
    """Voided, or corrected to a day after the period: they still count in the snapshot, and behind its figures."""
    instrument, manager = story.instruments["AAA-1"], story.managers["AAA"]
    start = dt.datetime(2025, 11, 3, 1, tzinfo=dt.UTC)
    for day, hours in ((0, "2.5"), (1, "4"), (2, "3")):
        begun = start + dt.timedelta(days=day)
        add_usage(instrument, Decimal(hours), start=begun, end=begun + dt.timedelta(hours=4))
    voided, moved, mended = UsageRecord.objects.filter(start__gte=start).order_by("start")
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    behind = usage_as_of(snapshot.started_at).count()
    perform(manager, void_usage, voided, reason="重复")
    away = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
    perform(
        manager,
        correct_usage,
        moved,
        reason="日期有误",
        start=away,
        end=away + dt.timedelta(hours=4),
    )
    perform(manager, correct_usage, mended, reason="样品数有误", samples=4, because="x")
    found = {b.code: b.values for b in blockers(story.round, SCORE, now=AFTER_DEADLINE)}
    assert found["usage_gone_after_snapshot"] == {"count": 2, "hours": "6.50"}
    assert found["usage_after_snapshot"] == {"count": 1, "hours": "3.00"}
    assert usage_as_of(snapshot.started_at).count() == behind
    snapshot_of(story, django_capture_on_commit_callbacks)
    assert "usage_gone_after_snapshot" not in dict(codes(blockers(story.round, SCORE, now=AFTER_DEADLINE)))


def test_both_edges_of_the_day_of_joining(story, django_capture_on_commit_callbacks):
    """Who joined on the last day of the period is in, who joined on the day after is not."""
    last = story.round.data_last_day
    InstrumentFactory(unit=story.units["AAA"], code="AAA-LAST", joined_on=last)
    InstrumentFactory(unit=story.units["AAA"], code="AAA-NEXT", joined_on=last + dt.timedelta(days=1))
    rows = rows_at(story, django_capture_on_commit_callbacks)
    assert "AAA-LAST" in rows
    assert "AAA-NEXT" not in rows


def test_both_edges_of_the_period_of_usage(story, django_capture_on_commit_callbacks):
    """A use that begins with the period counts in it, one that begins with the next counts in that."""
    machine = InstrumentFactory(unit=story.units["AAA"], code="AAA-EDGE")
    for start in (story.round.data_start, story.round.data_end):
        add_usage(machine, Decimal(3), start=start, end=start + dt.timedelta(hours=3))
    row = rows_at(story, django_capture_on_commit_callbacks)["AAA-EDGE"]
    assert (row.effective_hours, row.records, row.external_records) == (Decimal("3.00"), 1, 1)


def test_names_that_nobody_merged_are_told_before_scoring(story, django_capture_on_commit_callbacks):
    """With unit and hours, as a warning; a member unit's name is none; after the merge there is nothing to tell."""
    officer = make_officer()
    snapshot_of(story, django_capture_on_commit_callbacks)

    def told():
        with override("en"):
            found = blockers(story.round, SCORE, now=AFTER_DEADLINE)
        return [blocker for blocker in found if blocker.code == "unmerged_names"]

    typed = Organisation.objects.filter(private_to__isnull=False)
    names = {(row.private_to.code, row.name_zh) for row in typed.select_related("private_to")}
    assert names
    (warning,) = told()
    assert not warning.hard
    assert warning.values["count"] == len(names)
    for unit, name in names:
        assert f"{unit}: {name} (" in warning.values["names"]
    goal = OrganisationFactory()
    for row in typed:
        perform(officer, merge_organisation, row, goal)
    assert told() == []
