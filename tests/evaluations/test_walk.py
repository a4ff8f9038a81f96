"""The whole walk of a round with numbers worked by hand, its refusals, and what the database refuses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from evaluations.actions.publication import finalise_round, publicise_round
from evaluations.actions.rounds import RoundData, change_round, create_round, open_round, reopen_round
from evaluations.actions.schemes import SchemeData, change_scheme, load_presets, new_scheme_version
from evaluations.actions.scoring import score_round
from evaluations.actions.snapshot import request_snapshot, stale_snapshots, take_snapshot
from evaluations.actions.values import give_score, report_value
from evaluations.errors import (
    Blocked,
    ConflictOfInterest,
    InvalidRound,
    InvalidScheme,
    ReasonMissing,
    SchemeLocked,
    ValueRefused,
    WrongState,
)
from evaluations.models import Award, IndicatorScore, MetricSnapshot, Result, Round, Scheme, SnapshotRow
from evaluations.queries.blockers import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT, blockers
from evaluations.queries.verification import differences, verification
from members.errors import NotAllowed
from notices.models import Announcement, Notice
from safeguards.triggers import REGISTER, install
from tests.factories.evaluations import DATA_END, DATA_START, DEFINITION, SchemeFactory, Story, make_story

pytestmark = pytest.mark.django_db

AFTER_DEADLINE = dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 5, 11)  # Monday
FRIDAY = dt.date(2026, 5, 15)  # Friday of the same week: five working days
BEFORE_PUBLICITY = dt.datetime(2026, 5, 10, 2, tzinfo=dt.UTC)
LAST_DAY = dt.datetime(2026, 5, 15, 15, 59, tzinfo=dt.UTC)  # 23:59 in Shanghai
DAY_AFTER = dt.datetime(2026, 5, 15, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai


@pytest.fixture
def story() -> Story:
    """The small round, collecting, every value entered."""
    return make_story()


def snapshot_of(story: Story, capture) -> MetricSnapshot:
    """Ask for a snapshot and let the background take it at once."""
    with capture(execute=True):
        snapshot = request_snapshot(story.round, actor=story.officer)
    story.round.refresh_from_db()
    return MetricSnapshot.objects.get(pk=snapshot.pk)


def scored(story: Story, capture) -> Round:
    """Take the snapshot and score."""
    snapshot_of(story, capture)
    story.round = score_round(story.round, actor=story.officer, now=AFTER_DEADLINE)
    return story.round


def final(story: Story, capture) -> Round:
    """Walk to the end."""
    scored(story, capture)
    publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    story.round = finalise_round(story.round, actor=story.officer, now=DAY_AFTER)
    return story.round


def test_snapshot_holds_every_registered_instrument(story, django_capture_on_commit_callbacks):
    """All five have a row; the one below 300,000 yuan is out of scope; hours are those of the usage."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    rows = {row.instrument_code: row for row in snapshot.rows.all()}
    assert (snapshot.state, snapshot.done, snapshot.total) == ("done", 5, 5)
    assert {code: row.in_scope for code, row in rows.items()} == {
        "AAA-1": True, "AAA-2": True, "BBB-1": True, "CCC-1": True, "AAA-CHEAP": False,
    }  # fmt: skip
    assert rows["AAA-1"].external_hours == Decimal("100.00")
    assert (rows["CCC-1"].effective_hours, rows["CCC-1"].external_hours) == (
        Decimal("70.00"),
        Decimal("0.00"),
    )
    assert story.round.snapshot == snapshot


def test_scores_ranks_grades_and_awards(story, django_capture_on_commit_callbacks):
    """The numbers of `make_story`, and awards that add up to 10,000.01.

    Base 1,000 + 500; rest 8,500.01 by 2 × 84.50 = 169 and 81 of 250: 574,600.676 and 275,400.324 fen; the spare
    fen goes to the larger remainder: 5,746.01 and 2,754.00.
    """
    scored(story, django_capture_on_commit_callbacks)
    assert list(Result.objects.order_by("rank").values_list("unit__code", "score", "rank", "grade")) == [
        ("AAA", Decimal("84.50"), 1, "excellent"),
        ("BBB", Decimal("81.00"), 2, "good"),
        ("CCC", Decimal("10.00"), 3, "fail"),
    ]
    points = IndicatorScore.objects.filter(result__unit__code="AAA").values_list("indicator", "points")
    assert list(points) == [
        ("sharing", Decimal("48.00")),
        ("external", Decimal("48.00")),
        ("organisation", Decimal("36.50")),
        ("tasks", Decimal("20.00")),
        ("effect", Decimal("16.50")),
    ]
    assert list(Award.objects.values_list("unit__code", "base", "performance", "amount")) == [
        ("AAA", Decimal("1000.00"), Decimal("5746.01"), Decimal("6746.01")),
        ("BBB", Decimal("500.00"), Decimal("2754.00"), Decimal("3254.00")),
    ]
    reason = Result.objects.get(unit__code="BBB").grade_reason
    assert (reason["key"], reason["wanted"], reason["quota"]) == ("quota_full", "excellent", 1)
    assert IndicatorScore.objects.get(result__unit__code="CCC", indicator="tasks").missing


def test_whole_walk_ends_sealed_and_told(story, django_capture_on_commit_callbacks):
    """After the last day the round is final, sealed, announced; managers are told; every step is on record."""
    round_ = final(story, django_capture_on_commit_callbacks)
    assert round_.state == "final"
    assert len(round_.digest) == 64
    assert verification(round_).passed
    assert Announcement.objects.count() == 2
    assert Notice.objects.filter(kind="evaluation_final").count() == 3
    verbs = list(
        Entry.objects.filter(target_type="evaluations.round")
        .order_by("sequence")
        .values_list("verb", flat=True)
    )
    steps = [verb for verb in verbs if verb.startswith("evaluations.round.")]
    assert steps == [
        "evaluations.round.opened",
        "evaluations.round.snapshot_requested",
        "evaluations.round.snapshot_done",
        "evaluations.round.scored",
        "evaluations.round.publicised",
        "evaluations.round.finalised",
    ]


def test_finalise_is_refused_until_the_publicity_is_over(story, django_capture_on_commit_callbacks):
    """On the last day, 23:59, nothing happens; a minute later it does."""
    scored(story, django_capture_on_commit_callbacks)
    publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with pytest.raises(Blocked) as refused:
        finalise_round(story.round, actor=story.officer, now=LAST_DAY)
    assert [blocker.code for blocker in refused.value.blockers] == ["publicity_runs"]
    story.round.refresh_from_db()
    assert (story.round.state, story.round.digest) == ("publicised", "")
    assert finalise_round(story.round, actor=story.officer, now=DAY_AFTER).state == "final"


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (MONDAY, dt.date(2026, 5, 14), "window_short"),
        (
            dt.date(2026, 5, 13),
            dt.date(2026, 5, 18),
            "window_short",
        ),  # Wednesday to Monday: four working days
        (dt.date(2026, 5, 9), FRIDAY, "window_past"),
        (FRIDAY, MONDAY, "window_order"),
    ],
)
def test_publicity_window_is_refused(story, django_capture_on_commit_callbacks, first, last, code):
    """Weekends do not count, and the window lies ahead."""
    scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(Blocked) as refused:
        publicise_round(story.round, actor=story.officer, first=first, last=last, now=BEFORE_PUBLICITY)
    assert [blocker.code for blocker in refused.value.blockers] == [code]
    story.round.refresh_from_db()
    assert story.round.state == "scored"
    assert not Announcement.objects.exists()


def test_scoring_waits_for_snapshot_reports_and_scores(django_capture_on_commit_callbacks):
    """Every blocker is named; before the deadline missing reports block, after it they warn."""
    story = make_story(entered=False)
    assert [b.code for b in blockers(story.round, SCORE)] == ["no_snapshot"]
    snapshot_of(story, django_capture_on_commit_callbacks)
    early = dt.datetime(2026, 3, 31, 2, tzinfo=dt.UTC)
    assert [(b.code, b.hard) for b in blockers(story.round, SCORE, now=early)] == [
        ("unreported", True), ("score_missing", True),
    ]  # fmt: skip
    late = blockers(story.round, SCORE, now=AFTER_DEADLINE)
    assert [(b.code, b.hard) for b in late] == [("score_missing", True), ("unreported", False)]
    assert all("%(" not in str(b) for b in late)
    with pytest.raises(Blocked):
        score_round(story.round, actor=story.officer, now=AFTER_DEADLINE)
    assert not Result.objects.exists()
    story.round.refresh_from_db()
    assert story.round.state == "collecting"


def test_opening_is_blocked_without_budget():
    """A scheme that gives awards needs a budget."""
    story = make_story(collecting=False)
    Round.objects.update(budget=0)
    story.round.refresh_from_db()
    assert [b.code for b in blockers(story.round, OPEN) if b.hard] == ["no_budget"]
    with pytest.raises(Blocked):
        open_round(story.round, actor=story.officer)
    assert Scheme.objects.get().locked_at is None


def test_steps_out_of_order_are_refused(story, django_capture_on_commit_callbacks):
    """Each action names the state it needs."""
    with pytest.raises(WrongState):
        open_round(story.round, actor=story.officer)
    with pytest.raises(WrongState):
        publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with pytest.raises(WrongState):
        finalise_round(story.round, actor=story.officer)
    with pytest.raises(WrongState):
        reopen_round(story.round, actor=story.officer, reason="x")
    scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongState):
        request_snapshot(story.round, actor=story.officer)
    with pytest.raises(WrongState):
        report_value(story.round, story.units["AAA"], "tasks", Decimal(1), actor=story.managers["AAA"])
    with pytest.raises(WrongState):
        give_score(story.round, story.units["AAA"], "effect", Decimal(1), actor=story.officer)
    with pytest.raises(ValueError, match="no step"):
        blockers(story.round, "dance")


def test_reopen_drops_results_and_scoring_again_gives_the_same(story, django_capture_on_commit_callbacks):
    """The step back needs a reason; the second scoring equals the first."""
    scored(story, django_capture_on_commit_callbacks)
    before = list(Award.objects.values_list("unit__code", "amount"))
    with pytest.raises(ReasonMissing):
        reopen_round(story.round, actor=story.officer, reason="  ")
    reopen_round(story.round, actor=story.officer, reason="数据更正")
    assert not Result.objects.exists()
    assert not Award.objects.exists()
    score_round(story.round, actor=story.officer, now=AFTER_DEADLINE)
    assert list(Award.objects.values_list("unit__code", "amount")) == before


def test_nobody_but_officers_walks(story):
    """Experts, managers and strangers are refused, and the refusal is on record."""
    for person in (story.expert, story.managers["AAA"]):
        with pytest.raises(NotAllowed):
            request_snapshot(story.round, actor=person)
        with pytest.raises(NotAllowed):
            score_round(story.round, actor=person)
        with pytest.raises(NotAllowed):
            new_scheme_version(story.round.scheme, actor=person)
    assert Entry.objects.filter(verb="evaluations.refused").count() == 6
    assert not MetricSnapshot.objects.exists()


def test_values_are_checked(story):
    """Unknown keys, negative and too large numbers, foreign units, own units: refused, nothing changed."""
    unit, manager = story.units["AAA"], story.managers["AAA"]
    for key, value in (("effect", 1), ("nothing", 1), ("tasks", -1)):
        with pytest.raises(ValueRefused):
            report_value(story.round, unit, key, Decimal(value), actor=manager)
    with pytest.raises(ValueRefused):
        report_value(story.round, unit, "tasks", Decimal("1.00001"), actor=manager)
    with pytest.raises(ValueRefused):
        give_score(story.round, unit, "effect", Decimal(21), actor=story.officer)
    with pytest.raises(ValueRefused):
        give_score(story.round, unit, "tasks", Decimal(1), actor=story.officer)
    with pytest.raises(ValueRefused):
        report_value(
            story.round, unit, "tasks", Decimal(1), actor=manager, instrument=story.instruments["AAA-1"]
        )
    with pytest.raises(NotAllowed):
        report_value(story.round, story.units["BBB"], "tasks", Decimal(1), actor=manager)
    story.expert.home_unit = unit
    story.expert.save()
    with pytest.raises(ConflictOfInterest):
        give_score(story.round, unit, "effect", Decimal(1), actor=story.expert)
    assert story.round.reported_values.get(unit=unit).value == Decimal("4.0000")


def test_reporting_twice_writes_once(story):
    """The same content again changes nothing and leaves no entry."""
    count = Entry.objects.count()
    report_value(story.round, story.units["AAA"], "tasks", Decimal(4), actor=story.managers["AAA"])
    assert Entry.objects.count() == count
    report_value(story.round, story.units["AAA"], "tasks", Decimal(3), actor=story.managers["AAA"])
    assert Entry.objects.count() == count + 1


def test_snapshot_run_twice_gives_the_same_rows(story):
    """A second delivery finds nothing to do; a stale one is taken over and finishes what is missing."""
    snapshot = request_snapshot(story.round, actor=story.officer)
    assert take_snapshot(snapshot.pk) is True
    rows = list(SnapshotRow.objects.order_by("pk").values())
    assert take_snapshot(snapshot.pk) is False
    assert list(SnapshotRow.objects.order_by("pk").values()) == rows
    assert Entry.objects.filter(verb="evaluations.round.snapshot_done").count() == 1


def test_snapshot_left_half_done_is_finished(story, monkeypatch):
    """A worker dies after its first chunk; the sweeper's second run completes without a double row."""
    monkeypatch.setattr("evaluations.actions.snapshot.CHUNK", 2)
    snapshot = request_snapshot(story.round, actor=story.officer)
    calls = {"n": 0}

    def dies(*args):
        calls["n"] += 1
        if calls["n"] == 2:
            raise RuntimeError("killed")
        return original(*args)

    from evaluations.actions import snapshot as module

    original = module._rows
    monkeypatch.setattr(module, "_rows", dies)
    with pytest.raises(RuntimeError):
        take_snapshot(snapshot.pk)
    monkeypatch.setattr(module, "_rows", original)
    assert SnapshotRow.objects.count() == 2
    assert take_snapshot(snapshot.pk) is False  # the claim is fresh: somebody may still be at work
    now = dt.datetime.now(dt.UTC)
    assert stale_snapshots(now) == []
    MetricSnapshot.objects.filter(pk=snapshot.pk).update(heartbeat_at=now - dt.timedelta(minutes=5))
    assert stale_snapshots(now) == [snapshot.pk]
    assert take_snapshot(snapshot.pk) is True
    snapshot.refresh_from_db()
    assert (snapshot.done, SnapshotRow.objects.count(), snapshot.state) == (5, 5, "done")


def test_second_snapshot_is_refused_while_one_runs(story):
    """One at a time."""
    request_snapshot(story.round, actor=story.officer)
    assert [b.code for b in blockers(story.round, SNAPSHOT)] == ["snapshot_running"]
    with pytest.raises(Blocked):
        request_snapshot(story.round, actor=story.officer)
    assert [b.code for b in blockers(story.round, SCORE)] == ["snapshot_running"]


STATEMENTS = [
    "UPDATE evaluations_round SET budget = 1",
    "UPDATE evaluations_round SET state = 'scored'",
    "DELETE FROM evaluations_round",
    "UPDATE evaluations_result SET score = 99",
    "DELETE FROM evaluations_indicatorscore",
    "UPDATE evaluations_indicatorscore SET points = 0",
    "DELETE FROM evaluations_award",
    "UPDATE evaluations_award SET amount = 1",
    (
        "INSERT INTO evaluations_award (round_id, unit_id, base, performance, amount, weight, capped) "
        "SELECT round_id, unit_id + 1000, 0, 0, 1, 0, capped FROM evaluations_award"
    ),
    "UPDATE evaluations_givenscore SET value = 1",
    "DELETE FROM evaluations_reportedvalue",
    "UPDATE evaluations_snapshotrow SET external_hours = 9",
    "DELETE FROM evaluations_snapshotrow",
    "UPDATE evaluations_metricsnapshot SET digest = 'x'",
    "UPDATE evaluations_scheme SET definition = '{}'",
    "DELETE FROM evaluations_scheme",
]


def test_database_refuses_any_change_after_final(story, django_capture_on_commit_callbacks):
    """Raw SQL past the application meets the triggers."""
    final(story, django_capture_on_commit_callbacks)
    for statement in STATEMENTS:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verification(Round.objects.get()).passed


def drop_guard(name: str, table: str) -> None:
    """Take one trigger away, as an intruder with the keys of the database would."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER {name}" if connection.vendor == "sqlite" else f"DROP TRIGGER {name} ON {table}"
        )


@pytest.mark.parametrize(
    ("trigger", "table", "statement", "field"),
    [
        ("award_final_update", "evaluations_award", "UPDATE evaluations_award SET amount = 1", "award"),
        ("result_final_update", "evaluations_result", "UPDATE evaluations_result SET score = 1", "score"),
        (
            "snapshotrow_immutable_update",
            "evaluations_snapshotrow",
            "UPDATE evaluations_snapshotrow SET external_hours = 1",
            "external.points",
        ),
    ],
)
def test_verification_sees_tampering(
    story, django_capture_on_commit_callbacks, trigger, table, statement, field
):
    """With the guard gone a change goes through, and digest, recomputation and command all say so."""
    round_ = final(story, django_capture_on_commit_callbacks)
    out = StringIO()
    call_command("verify_round", "2025", stdout=out)
    assert round_.digest in out.getvalue()
    drop_guard(trigger, table)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    install()
    check = verification(Round.objects.get())
    assert not check.digest_fits
    assert field in {difference.field for difference in check.differences}
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_round", "2025", stdout=StringIO(), stderr=err)
    assert "AAA" in err.getvalue()
    assert "digest" in err.getvalue()


def test_finalise_refuses_results_that_differ(story, django_capture_on_commit_callbacks):
    """Before the end everything is worked out once more."""
    scored(story, django_capture_on_commit_callbacks)
    publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    Award.objects.filter(unit__code="BBB").update(amount=Decimal("3254.01"))
    assert [(d.place, d.field) for d in differences(story.round)] == [("BBB", "award")]
    with pytest.raises(Blocked) as refused:
        finalise_round(story.round, actor=story.officer, now=DAY_AFTER)
    assert [blocker.code for blocker in refused.value.blockers] == ["differs"]
    assert blockers(story.round, FINALISE, now=DAY_AFTER) == []


def test_tie_at_the_quota_is_a_warning(story, django_capture_on_commit_callbacks):
    """Two equal units and one place: the department is told before it publicises."""
    scored(story, django_capture_on_commit_callbacks)
    Result.objects.filter(unit__code="BBB").update(
        grade_reason={"key": "quota_full", "wanted": "excellent", "quota": 1, "tied_with": "AAA"}
    )
    found = blockers(story.round, PUBLICISE, now=BEFORE_PUBLICITY, window=(MONDAY, FRIDAY))
    assert [(b.code, b.hard) for b in found] == [("tied_at_quota", False)]


def test_scheme_is_locked_once_a_round_uses_it(story):
    """A change is a new version."""
    scheme = story.round.scheme
    scheme.refresh_from_db()
    data = SchemeData("small", "改", "Changed", "", DEFINITION)
    with pytest.raises(SchemeLocked):
        change_scheme(scheme, data, actor=story.officer)
    newer = new_scheme_version(scheme, actor=story.officer)
    assert (newer.version, newer.locked_at) == (2, None)
    changed = change_scheme(newer, data, actor=story.officer)
    assert changed.name_zh == "改"
    with pytest.raises(InvalidScheme) as refused:
        change_scheme(newer, SchemeData("small", "x", "x", "", {"object_kind": "cat"}), actor=story.officer)
    assert ("object_kind", "not_a_choice") in {(path, code) for path, code, _ in refused.value.problems}


def test_drafts_are_checked():
    """A second round of a year, a period that ends before it begins, a budget in parts of a fen."""
    story = make_story(collecting=False)
    good = RoundData(2026, SchemeFactory(), DATA_START, DATA_END, Decimal("5.00"))
    created = create_round(good, actor=story.officer)
    assert (created.state, created.kind) == ("draft", "unit")
    bad = RoundData(2025, SchemeFactory(), DATA_END, DATA_START, Decimal("5.001"))
    with pytest.raises(InvalidRound) as refused:
        change_round(created, bad, actor=story.officer)
    assert set(refused.value.fields) == {"year", "data_end", "budget"}
    created.refresh_from_db()
    assert created.year == 2026


def test_presets_load_once():
    """Two presets, no double at the second run."""
    assert {scheme.code for scheme in load_presets()} == {"inner_mongolia_example", "moe_2000"}
    assert load_presets() == []
    assert set(REGISTER)
