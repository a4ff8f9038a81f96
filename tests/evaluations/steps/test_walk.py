"""The whole walk of a round with numbers worked by hand, and its refusals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from evaluations.entries.actions import give_score, report_value
from evaluations.errors import Blocked, WrongRoundState
from evaluations.results.actions.scoring import score_round
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.results.queries.explanation import mean_points
from evaluations.results.queries.results import ranked_table
from evaluations.results.queries.verification import verification
from evaluations.rounds.actions import RoundData, change_round, create_round
from evaluations.rounds.blocking import OPEN, PUBLICISE, SCORE
from evaluations.rounds.errors import InvalidRound, ReasonMissing
from evaluations.rounds.models import Round
from evaluations.schemes.actions import new_scheme_version
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.actions import request_snapshot
from evaluations.snapshots.models import MetricSnapshot
from evaluations.steps.actions.opening import open_round, reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.queries.blockers import blockers
from notices.models import Announcement, Notice
from tests.evaluations.walking import (
    AFTER_DEADLINE,
    BEFORE_PUBLICITY,
    DAY_AFTER,
    FRIDAY,
    LAST_DAY,
    MONDAY,
    final,
    scored,
    snapshot_of,
)
from tests.factories.evaluations import DATA_END, DATA_START, SchemeFactory, make_story

pytestmark = pytest.mark.django_db


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
    last, first = Announcement.objects.all()
    assert (first.title_zh, last.title_zh) == (
        "2025年度大型科研仪器开放共享评价拟定结果公示",
        "2025年度大型科研仪器开放共享评价结果公布",
    )
    assert first.title_en == "Proposed results of the 2025 evaluation of open sharing, for public comment"
    begins, ends = round_.publicity_start, round_.publicity_end
    assert f"公示期为{begins.year}年{begins.month}月{begins.day}日至" in first.body_zh
    assert f"to {ends.day} {ends:%b} {ends.year}, in writing" in first.body_en
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
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with pytest.raises(Blocked) as refused:
        perform(story.officer, finalise_round, story.round, now=LAST_DAY)
    assert [blocker.code for blocker in refused.value.blockers] == ["publicity_runs"]
    story.round.refresh_from_db()
    assert (story.round.state, story.round.digest) == ("publicised", "")
    assert perform(story.officer, finalise_round, story.round, now=DAY_AFTER).state == "final"


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
        perform(story.officer, publicise_round, story.round, first=first, last=last, now=BEFORE_PUBLICITY)
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
        ("unreported", True), ("score_missing", True), ("unmerged_names", False),
    ]  # fmt: skip
    late = blockers(story.round, SCORE, now=AFTER_DEADLINE)
    assert [(b.code, b.hard) for b in late] == [
        ("score_missing", True),
        ("unmerged_names", False),
        ("unreported", False),
    ]
    assert all("%(" not in str(b) for b in late)
    with pytest.raises(Blocked):
        perform(story.officer, score_round, story.round, now=AFTER_DEADLINE)
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
        perform(story.officer, open_round, story.round)
    assert Scheme.objects.get().locked_at is None


def test_steps_out_of_order_are_refused(story, django_capture_on_commit_callbacks):
    """Each action names the state it needs."""
    with pytest.raises(WrongRoundState):
        perform(story.officer, open_round, story.round)
    with pytest.raises(WrongRoundState):
        perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with pytest.raises(WrongRoundState):
        perform(story.officer, finalise_round, story.round)
    with pytest.raises(WrongRoundState):
        perform(story.officer, reopen_round, story.round, reason="x")
    scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongRoundState):
        perform(story.officer, request_snapshot, story.round)
    with pytest.raises(WrongRoundState):
        perform(story.managers["AAA"], report_value, story.round, story.units["AAA"], "tasks", Decimal(1))
    with pytest.raises(WrongRoundState):
        perform(story.officer, give_score, story.round, story.units["AAA"], "effect", Decimal(1), note="r")
    with pytest.raises(ValueError, match="no step"):
        blockers(story.round, "dance")


def test_reopen_drops_results_and_scoring_again_gives_the_same(story, django_capture_on_commit_callbacks):
    """The step back needs a reason; the second scoring equals the first."""
    scored(story, django_capture_on_commit_callbacks)
    before = list(Award.objects.values_list("unit__code", "amount"))
    with pytest.raises(ReasonMissing):
        perform(story.officer, reopen_round, story.round, reason="  ")
    perform(story.officer, reopen_round, story.round, reason="数据更正")
    assert not Result.objects.exists()
    assert not Award.objects.exists()
    perform(story.officer, score_round, story.round, now=AFTER_DEADLINE)
    assert list(Award.objects.values_list("unit__code", "amount")) == before


def test_nobody_but_officers_walks(story):
    """Experts, managers and strangers are refused, and the refusal is on record."""
    for person in (story.expert, story.managers["AAA"]):
        with pytest.raises(NotAllowed):
            perform(person, request_snapshot, story.round)
        with pytest.raises(NotAllowed):
            perform(person, score_round, story.round)
        with pytest.raises(NotAllowed):
            perform(person, new_scheme_version, story.round.scheme)
    assert Entry.objects.filter(verb="evaluations.refused").count() == 6
    assert not MetricSnapshot.objects.exists()


def test_drafts_are_checked():
    """A second round of a year, a period that ends before it begins, a budget in parts of a fen."""
    story = make_story(collecting=False)
    good = RoundData(2026, SchemeFactory(), DATA_START, DATA_END, Decimal("5.00"))
    created = perform(story.officer, create_round, good)
    assert (created.state, created.kind) == ("draft", "unit")
    bad = RoundData(2025, SchemeFactory(), DATA_END, DATA_START, Decimal("5.001"))
    with pytest.raises(InvalidRound) as refused:
        perform(story.officer, change_round, created, bad)
    assert set(refused.value.fields) == {"year", "data_end", "budget"}
    created.refresh_from_db()
    assert created.year == 2026


def test_money_left_because_nobody_is_eligible_says_so(story, django_capture_on_commit_callbacks):
    """No grade with an award was given, so nobody is at any cap."""
    scored(story, django_capture_on_commit_callbacks)
    Award.objects.all().delete()
    with override("en"):
        (left,) = blockers(story.round, PUBLICISE, now=BEFORE_PUBLICITY, window=(MONDAY, FRIDAY))
        assert str(left) == (
            "¥10,000.01 of the budget is given to nobody, because no grade that gets an award was given."
        )
    assert (left.code, left.hard) == ("budget_left", False)


def test_means_are_rounded_half_up(story, django_capture_on_commit_callbacks):
    """0.01 and 0.00 points have a mean of 0.005: half up 0.01, to the even digit 0.00."""
    scored(story, django_capture_on_commit_callbacks)
    rows = IndicatorScore.objects.filter(indicator="tasks")
    Result.objects.filter(unit__code="CCC").delete()
    rows.filter(result__unit__code="AAA").update(points=Decimal("0.01"))
    rows.filter(result__unit__code="BBB").update(points=Decimal("0.00"))
    assert mean_points(story.round.pk)["tasks"] == Decimal("0.01")
    group = IndicatorScore.objects.filter(indicator="sharing")
    group.filter(result__unit__code="AAA").update(points=Decimal("0.01"))
    group.filter(result__unit__code="BBB").update(points=Decimal("0.00"))
    table = ranked_table(story.round, definition_of(story.round.scheme))
    assert table.means[0] == Decimal("0.01")
