"""What the department's desk, the judges' pages and the steps refuse, and that nothing comes of it."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from unittest import mock

import pytest
import time_machine
from django.http import Http404
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from evaluations.entries.actions import give_score, withdraw_all_values
from evaluations.entries.errors import ValueRefused
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.entries.queries.waiting import scores_missing
from evaluations.enums import ObjectKind
from evaluations.errors import Blocked, WrongRoundState
from evaluations.results.actions import scoring_runs
from evaluations.results.actions.scoring_runs import abandon_scoring, request_scoring
from evaluations.results.models import ScoringRun
from evaluations.rounds.actions import RoundData, change_round
from evaluations.rounds.errors import InvalidRound
from evaluations.rounds.guarded import managed_round_for, round_for, scored_round_for, unit_in_round_for
from evaluations.rounds.models import Round
from evaluations.snapshots import actions as snapshots
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot
from evaluations.snapshots.models import MetricSnapshot
from evaluations.steps.actions.correction import NewTerms, change_terms, remind_late
from evaluations.steps.actions.opening import open_round
from evaluations.steps.admin.dashboard import dashboard
from instruments.inventory.models import Instrument
from members.models import NetworkRole
from members.permissions import forget_roles
from notices.models import Notice
from tests.evaluations.walking import AFTER_DEADLINE, scored, snapshot_of
from tests.factories.evaluations import DATA_END, DATA_START, DEFINITION, RoundFactory, SchemeFactory
from tests.factories.members import LONG_AGO, PersonFactory, make_officer

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    """A browser in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def desk(story) -> Client:
    """The officer's browser."""
    return client_of(story.officer)


@pytest.fixture
def single(story) -> Round:
    """A collecting round that judges single instruments."""
    definition = copy.deepcopy(DEFINITION) | {"object_kind": "instrument"}
    definition.pop("award_rule")
    scheme = SchemeFactory(code="single", object_kind=ObjectKind.INSTRUMENT, definition=definition)
    round_ = RoundFactory(scheme=scheme, budget=0, collecting_until=None)
    return perform(story.officer, open_round, round_)


def page(name: str, *args) -> str:
    """An address of the rounds' admin."""
    return reverse(f"admin:evaluations_round_{name}", args=args)


def test_the_page_of_a_round_is_only_read(story, desk):
    """Nothing is posted to it, and what is no number names no round."""
    assert desk.post(page("change", story.round.pk), {"year": "1999"}).status_code == 405
    assert desk.get(page("change", "first")).status_code == 404
    assert desk.get(page("change", story.round.pk + 1)).status_code == 404
    assert desk.get(page("act", story.round.pk, "burn")).status_code == 404
    assert Round.objects.get().year == 2025


def test_without_a_snapshot_there_is_nothing_to_check(story, desk, django_capture_on_commit_callbacks):
    """With one there is."""
    assert desk.get(page("check", story.round.pk)).status_code == 404
    snapshot_of(story, django_capture_on_commit_callbacks)
    assert desk.get(page("check", story.round.pk)).status_code == 200


def test_the_page_of_a_round_of_single_instruments_counts_them(
    story, single, desk, django_capture_on_commit_callbacks
):
    """Nothing is simulated for them, no awards are shown: how many were judged is."""
    Round.objects.filter(pk=single.pk).update(state="scored")
    answer = desk.get(page("change", single.pk))
    assert (answer.context["judged"], answer.context["table"]) == (0, None)


def test_terms_that_do_not_fit_stand_beside_their_field(story, desk):
    """The form of new terms comes back, and the round is as it was."""
    past = {"scheme": story.round.scheme_id, "budget": "5", "collecting_until": "2026-01-15", "reason": "r"}
    with time_machine.travel("2026-02-01T02:00:00Z"):
        answer = desk.post(page("act", story.round.pk, "terms"), past)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "collecting_until": ["This day has passed. Choose today or a later day."]
    }
    kept = Round.objects.get()
    assert (kept.budget, kept.collecting_until) == (Decimal("10000.01"), dt.date(2026, 3, 31))


def test_who_loses_the_right_between_the_page_and_the_step_takes_none(story, desk):
    """It is asked for again under the lock."""

    def and_then_the_role_ends(person, _pk):
        NetworkRole.objects.filter(person=story.officer).update(valid_to=LONG_AGO + dt.timedelta(days=1))
        forget_roles(person)
        return story.round

    with mock.patch("evaluations.steps.admin.rounds.managed_round_for", and_then_the_role_ends):
        assert desk.post(page("act", story.round.pk, "snapshot")).status_code == 403
    assert not MetricSnapshot.objects.exists()


def test_a_round_that_is_not_there_and_one_that_may_not_be_seen(story):
    """The same 404 for both; who asked for the second is on record."""
    stranger, manager = PersonFactory(), story.managers["AAA"]
    for missing in (
        lambda: round_for(stranger, 1999),
        lambda: unit_in_round_for(manager, 1999, "AAA"),
        lambda: unit_in_round_for(manager, 2025, "NONE"),
        lambda: scored_round_for(story.expert, 1999),
        lambda: managed_round_for(story.officer, story.round.pk + 1),
    ):
        with pytest.raises(Http404):
            missing()
    assert not Entry.objects.filter(verb__endswith=".refused").exists()
    for forbidden in (
        lambda: unit_in_round_for(stranger, 2025, "AAA"),
        lambda: scored_round_for(stranger, 2025),
        lambda: managed_round_for(stranger, story.round.pk),
    ):
        with pytest.raises(Http404):
            forbidden()
    assert Entry.objects.filter(verb__endswith=".refused", actor=stranger).count() == 3
    assert unit_in_round_for(manager, 2025, "AAA").unit == story.units["AAA"]
    assert scored_round_for(story.expert, 2025) == story.round
    assert managed_round_for(story.officer, story.round.pk) == story.round


def test_nothing_is_scored_by_hand_once_the_round_is_scored(
    story, single, django_capture_on_commit_callbacks
):
    """The pages of the judges are closed, also to what is sent to them."""
    before = list(GivenScore.objects.order_by("pk").values())
    scored(story, django_capture_on_commit_callbacks)
    Round.objects.filter(pk=single.pk).update(state="scored")
    judge = client_of(story.expert)
    for name in ("give", "give_instruments"):
        answer = judge.post(reverse(f"evaluations:{name}", args=[2025]), {"score:AAA": "1"})
        assert "evaluations/entries/give_closed.html" in [one.name for one in answer.templates]
        assert "nothing" not in answer.context
    assert list(GivenScore.objects.order_by("pk").values()) == before


def by_hand_never() -> dict:
    """The small scheme with its given indicator reported instead."""
    definition = copy.deepcopy(DEFINITION)
    effect = definition["indicators"][1]["children"][1]
    effect |= {"source": "reported", "function": {"kind": "per_count", "points_each": "5"}}
    return definition


def test_a_scheme_that_leaves_nothing_to_judgement_has_no_judges(story):
    """Their pages say so, and nothing waits for them."""
    units = SchemeFactory(code="counted", definition=by_hand_never())
    instruments = by_hand_never() | {"object_kind": "instrument"}
    instruments.pop("award_rule")
    machines = SchemeFactory(code="counted_single", object_kind="instrument", definition=instruments)
    for scheme in (units, machines):
        round_ = RoundFactory(year=2024, scheme=scheme, state="collecting")
        assert scores_missing(round_, story.expert, []) == 0
    judge = client_of(story.expert)
    for name in ("give", "give_instruments"):
        assert judge.get(reverse(f"evaluations:{name}", args=[2024])).context["nothing"] is True


def test_the_same_score_again_is_no_change(story):
    """Nothing is written, nothing enters the history."""
    entries = Entry.objects.count()
    row = GivenScore.objects.get(given_by=story.expert, unit=story.units["AAA"])
    again = perform(story.expert, give_score, story.round, story.units["AAA"], "effect", Decimal(18))
    assert (again.pk, Entry.objects.count()) == (row.pk, entries)


def test_a_score_is_given_to_what_the_round_judges(story, single):
    """Units in the one, instruments in the other; nothing is stored of a mistake."""
    before = GivenScore.objects.count()
    aaa, bbb = story.units["AAA"], story.units["BBB"]
    machine = story.instruments["AAA-1"]
    for round_, unit, instrument in (
        (story.round, aaa, machine),
        (single, aaa, None),
        (single, bbb, machine),
    ):
        with pytest.raises(ValueRefused):
            perform(story.expert, give_score, round_, unit, "effect", Decimal(1), instrument=instrument)
    assert GivenScore.objects.count() == before


def test_values_stay_once_a_round_no_longer_collects(story, django_capture_on_commit_callbacks):
    """What was judged is evidence."""
    scored(story, django_capture_on_commit_callbacks)
    kept = ReportedValue.objects.count()
    with pytest.raises(WrongRoundState):
        perform(story.officer, withdraw_all_values, story.round.pk, story.units["AAA"].pk)
    assert ReportedValue.objects.count() == kept


def test_what_is_over_is_not_given_up(story, django_capture_on_commit_callbacks):
    """A snapshot that is taken and a scoring that is done stay as they are."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongRoundState):
        perform(story.officer, abandon_snapshot, snapshot)
    with mock.patch.object(scoring_runs, "send"):
        run = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
    assert scoring_runs.work_out(run.pk) is True
    with pytest.raises(WrongRoundState):
        perform(story.officer, abandon_scoring, run)
    assert (MetricSnapshot.objects.get().state, ScoringRun.objects.get().state) == ("done", "done")


def test_the_button_gives_up_the_scoring_that_waits(story, desk, django_capture_on_commit_callbacks):
    """And the snapshot where that is what waits; where nothing does, it says so."""
    with mock.patch("evaluations.snapshots.actions.send"):
        perform(story.officer, request_snapshot, story.round)
    assert desk.post(page("act", story.round.pk, "abandon")).status_code == 302
    assert MetricSnapshot.objects.get().state == "abandoned"
    snapshot_of(story, django_capture_on_commit_callbacks)
    with mock.patch.object(scoring_runs, "send"):
        run = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
    assert desk.post(page("act", story.round.pk, "abandon")).status_code == 302
    assert ScoringRun.objects.get().state == "abandoned"
    assert scoring_runs.work_out(run.pk) is False
    answer = desk.post(page("act", story.round.pk, "abandon"), follow=True)
    assert "The round has moved on" in answer.text
    assert list(MetricSnapshot.objects.order_by("pk").values_list("state", flat=True)) == [
        "abandoned",
        "done",
    ]


@pytest.mark.parametrize("kind", ["snapshot", "scoring"])
def test_a_fault_after_it_was_given_up_leaves_it_given_up(story, kind, django_capture_on_commit_callbacks):
    """Nobody is told of a failure of what nobody waits for."""
    if kind == "snapshot":
        with mock.patch.object(snapshots, "send"):
            row = perform(story.officer, request_snapshot, story.round)
        room, work, give_up, at = snapshots, snapshots.take_snapshot, abandon_snapshot, "cut_of"
    else:
        snapshot_of(story, django_capture_on_commit_callbacks)
        with mock.patch.object(scoring_runs, "send"):
            row = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
        room, work, give_up, at = scoring_runs, scoring_runs.work_out, abandon_scoring, "outcome_of"

    def fail(*_args):
        perform(story.officer, give_up, row)
        raise RuntimeError("broken")

    with mock.patch.object(room, at, fail):
        assert work(row.pk) is False
    row.refresh_from_db()
    assert (row.state, row.error) == ("abandoned", "")
    assert not Entry.objects.filter(verb__endswith="_failed").exists()


@pytest.mark.parametrize("kind", ["snapshot", "scoring"])
def test_a_worker_told_to_stop_gives_back_what_it_holds(story, kind, django_capture_on_commit_callbacks):
    """It is rung for anew; what waits anyway, or is on its last attempt, is not."""
    room = snapshots if kind == "snapshot" else scoring_runs
    if kind == "scoring":
        snapshot_of(story, django_capture_on_commit_callbacks)
    with mock.patch.object(room, "send") as sent:
        row = (
            perform(story.officer, request_snapshot, story.round)
            if kind == "snapshot"
            else perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
        )
        rows = type(row).objects.filter(pk=row.pk)
        assert room.give_back(row.pk) is False
        rows.update(state="running", attempts=2)
        assert room.give_back(row.pk) is True
        assert (rows.get().state, sent.call_args.args) == ("queued", (row.pk,))
        rows.update(state="running", attempts=3)
        sent.reset_mock()
        assert room.give_back(row.pk) is False
        assert (rows.get().state, sent.call_count) == ("running", 0)


def test_terms_of_a_round_under_way_are_no_draft_s(story):
    """They change with a reason alone; and a year before this century is none."""
    data = RoundData(2024, story.round.scheme, DATA_START, DATA_END, Decimal(7), None)
    with pytest.raises(WrongRoundState):
        perform(story.officer, change_round, story.round, data)
    draft = RoundFactory(year=2024)
    with pytest.raises(InvalidRound) as refused:
        perform(
            story.officer,
            change_round,
            draft,
            RoundData(1999, draft.scheme, DATA_END, DATA_START, Decimal("1.001"), None),
        )
    assert set(refused.value.fields) == {"year", "data_end", "budget"}
    assert sorted(Round.objects.values_list("year", "budget")) == [
        (2024, Decimal("10000.01")),
        (2025, Decimal("10000.01")),
    ]


def test_new_terms_are_checked_as_those_of_a_draft(story):
    """A budget to the fen, and a version of the scheme that can be read."""
    with pytest.raises(InvalidRound) as refused:
        perform(
            story.officer,
            change_terms,
            story.round,
            NewTerms(story.round.scheme, Decimal("1.001"), story.round.collecting_until),
            reason="r",
        )
    assert set(refused.value.fields) == {"budget"}
    broken = SchemeFactory(code="small", version=2, definition={"object_kind": "unit"})
    with pytest.raises(InvalidRound) as refused:
        perform(
            story.officer,
            change_terms,
            story.round,
            NewTerms(broken, Decimal(1), story.round.collecting_until),
            reason="r",
        )
    assert set(refused.value.fields) == {"scheme"}
    kept = Round.objects.get()
    assert (kept.budget, kept.scheme.version) == (Decimal("10000.01"), 1)


def test_nobody_is_reminded_of_a_round_that_is_scored(story, django_capture_on_commit_callbacks):
    """Nothing is open any more."""
    scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongRoundState):
        perform(story.officer, remind_late, story.round)
    assert not Notice.objects.filter(kind="evaluation_reminder").exists()


def test_an_empty_register_opens_no_round():
    """There would be nobody to judge."""
    draft, officer = RoundFactory(), make_officer()
    assert not Instrument.objects.exists()
    with pytest.raises(Blocked) as refused:
        perform(officer, open_round, draft)
    assert [blocker.code for blocker in refused.value.blockers] == ["no_instruments"]
    assert Round.objects.get().state == "draft"


def test_the_first_page_of_the_admin_tells_of_rounds_to_who_walks_them(story):
    """To nobody else; what else stands there stays."""

    def told(person):
        return dashboard(SimpleNamespace(user=person), {"else": 1})

    assert told(story.managers["AAA"]) == {"else": 1}
    found = told(story.officer)
    assert [round_ for round_, _progress in found.pop("running")] == [story.round]
    assert found == {"else": 1, "newest_final": None, "may_walk": True}
