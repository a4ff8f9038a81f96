"""Every verb of the history and every kind of notice that evaluations know, each asserted by name."""

from __future__ import annotations

from decimal import Decimal
from unittest import mock

import pytest

from audit.models import Entry
from changes import Recorded, perform
from evaluations.entries.actions import give_score, report_value, withdraw_score, withdraw_value
from evaluations.entries.errors import ConflictOfInterest
from evaluations.results.actions import scoring_runs
from evaluations.results.actions.scoring_runs import abandon_scoring, request_scoring, work_out
from evaluations.results.actions.ties import decide_tie
from evaluations.rounds.actions import RoundData, change_round, create_round
from evaluations.rounds.models import Round, RoundStep
from evaluations.rounds.queries import DONE
from evaluations.schemes.actions import SchemeData, change_scheme, create_scheme
from evaluations.snapshots import actions as snapshots
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot, take_snapshot
from evaluations.steps.actions.correction import NewTerms, change_terms, remind_late, withdraw_publicity
from evaluations.steps.actions.opening import open_round, reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from notices.kinds import registered
from notices.models import Notice
from tests.evaluations.walking import AFTER_DEADLINE, BEFORE_PUBLICITY, DAY_AFTER, FRIDAY, MONDAY
from tests.factories.evaluations import make_story

pytestmark = pytest.mark.django_db
WHAT_ENDS = {"evaluation_values_withdrawn", "evaluation_expert_gone"}
"""Told when a unit or an expert goes: see `entries/test_units_and_experts_end.py`."""
WINDOW = {"first": MONDAY, "last": FRIDAY, "now": BEFORE_PUBLICITY}


@pytest.fixture(autouse=True)
def _in_hand():
    """Background work is called by its name here."""
    with mock.patch.object(snapshots, "send"), mock.patch.object(scoring_runs, "send"):
        yield


class Desk:
    """An officer at work, and the verbs that came of it."""

    def __init__(self):
        self.story = make_story(collecting=False)
        self.round = self.story.round
        self.seen: list[str] = []

    def do(self, action, *args, **kwargs):
        return self.by(self.story.officer, action, *args, **kwargs)

    def by(self, person, action, *args, **kwargs):
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        done = perform(person, action, *args, **kwargs)
        self.seen = list(Entry.objects.filter(pk__gt=newest).order_by("pk").values_list("verb", flat=True))
        self.round = Round.objects.select_related("scheme", "snapshot").get(pk=self.round.pk)
        return done

    def told(self) -> dict[str, set[str]]:
        """Kinds of notice so far, and who got each."""
        found: dict[str, set[str]] = {}
        names = {person.pk: code for code, person in self.story.managers.items()}
        for kind, person in Notice.objects.values_list("kind", "person"):
            found.setdefault(kind, set()).add(names[person])
        return found


def test_each_act_leaves_its_verb_and_tells_whom_it_concerns():
    """One round from its scheme to its end, with every step back on the way."""
    desk = Desk()
    story, unit = desk.story, desk.story.units["AAA"]
    definition = desk.round.scheme.definition
    everybody = {"AAA", "BBB", "CCC"}

    scheme = desk.do(create_scheme, SchemeData("other", "另", "Other", "", definition))
    assert desk.seen == ["evaluations.scheme.created"]
    desk.do(change_scheme, scheme, SchemeData("other", "改", "Other", "", definition))
    assert desk.seen == ["evaluations.scheme.changed"]
    data = RoundData(2031, scheme, desk.round.data_start, desk.round.data_end, Decimal(5))
    desk.do(create_round, data)
    assert desk.seen == ["evaluations.round.created"]
    desk.do(change_round, Round.objects.get(year=2031), RoundData(2032, *list(vars(data).values())[1:]))
    assert desk.seen == ["evaluations.round.changed"]

    desk.do(open_round, desk.round)
    assert (desk.seen, desk.told()) == (["evaluations.round.opened"], {"evaluation_opened": everybody})
    desk.by(story.managers["AAA"], report_value, desk.round, unit, "tasks", Decimal(4))
    assert desk.seen == ["evaluations.value.reported"]
    desk.by(story.managers["AAA"], withdraw_value, desk.round, unit, "tasks")
    assert desk.seen == ["evaluations.value.withdrawn"]
    desk.by(story.expert, give_score, desk.round, unit, "effect", Decimal(9))
    assert desk.seen == ["evaluations.score.given"]
    desk.by(story.expert, withdraw_score, desk.round, unit, "effect")
    assert desk.seen == ["evaluations.score.withdrawn"]
    desk.do(remind_late, desk.round)
    assert (desk.seen, desk.told()["evaluation_reminder"]) == (["evaluations.round.reminded"], everybody)
    terms = NewTerms(desk.round.scheme, Decimal(9000), desk.round.collecting_until)
    desk.do(change_terms, desk.round, terms, reason="r")
    assert (desk.seen, desk.told()["evaluation_terms_changed"]) == (["evaluations.round.changed"], everybody)
    for code in everybody:
        desk.by(story.expert, give_score, desk.round, story.units[code], "effect", Decimal(9))

    snapshot = desk.do(request_snapshot, desk.round)
    assert desk.seen == ["evaluations.round.snapshot_requested"]
    desk.do(abandon_snapshot, snapshot)
    assert desk.seen == ["evaluations.round.snapshot_abandoned"]
    broken = desk.do(request_snapshot, desk.round)
    with mock.patch.object(snapshots, "cut_of", side_effect=RuntimeError):
        take_snapshot(broken.pk)
    assert newest() == "evaluations.round.snapshot_failed"
    take_snapshot(desk.do(request_snapshot, desk.round).pk)
    assert newest() == "evaluations.round.snapshot_done"

    run = desk.do(request_scoring, desk.round, now=AFTER_DEADLINE)
    assert desk.seen == ["evaluations.round.scoring_requested"]
    desk.do(abandon_scoring, run)
    assert desk.seen == ["evaluations.round.scoring_abandoned"]
    broken = desk.do(request_scoring, desk.round, now=AFTER_DEADLINE)
    with mock.patch.object(scoring_runs, "outcome_of", side_effect=RuntimeError):
        work_out(broken.pk)
    assert newest() == "evaluations.round.scoring_failed"
    work_out(desk.do(request_scoring, desk.round, now=AFTER_DEADLINE).pk)
    assert newest() == "evaluations.round.scored"
    with mock.patch("evaluations.results.actions.ties.ties_of", return_value=[("AAA", "BBB")]):
        desk.do(decide_tie, desk.round, ("BBB", "AAA"), reason="r")
    assert desk.seen == ["evaluations.round.tie_decided"]
    desk.do(reopen_round, desk.round, reason="r", units=[unit])
    assert (desk.seen, desk.told()["evaluation_reopened_for"]) == (["evaluations.round.reopened"], {"AAA"})
    work_out(desk.do(request_scoring, desk.round, now=AFTER_DEADLINE).pk)

    desk.do(publicise_round, desk.round, **WINDOW)
    assert (desk.seen, desk.told()["evaluation_publicised"]) == (["evaluations.round.publicised"], everybody)
    desk.do(withdraw_publicity, desk.round, reason="r")
    assert desk.seen == ["evaluations.round.publicity_withdrawn"]
    assert desk.told()["evaluation_withdrawn"] == everybody
    with mock.patch("evaluations.steps.queries.blockers.open_ties", return_value=[]):
        desk.do(publicise_round, desk.round, **WINDOW)
    desk.do(finalise_round, desk.round, now=DAY_AFTER)
    assert (desk.seen, desk.told()["evaluation_final"]) == (["evaluations.round.finalised"], everybody)

    asserted = {
        entry for entry in Entry.objects.values_list("verb", flat=True) if entry.startswith("evaluations.")
    }
    assert asserted == verbs()
    assert set(desk.told()) | WHAT_ENDS == {kind for kind in registered() if kind.startswith("evaluation_")}
    assert set(RoundStep.objects.values_list("verb", flat=True)) == set(DONE)


def test_a_conflict_of_interest_is_on_record_whatever_becomes_of_the_form(story):
    story.expert.home_unit = story.units["AAA"]
    story.expert.save()
    with pytest.raises(ConflictOfInterest):
        perform(story.expert, give_score, story.round, story.units["AAA"], "effect", Decimal(1))
    entry = Entry.objects.get(verb="evaluations.refused")
    assert (entry.after["verb"], entry.after["reason"], entry.target_id) == (
        "give_score",
        "conflict_of_interest",
        str(story.units["AAA"].pk),
    )


def newest() -> str:
    return Entry.objects.order_by("pk").values_list("verb", flat=True).last()


def verbs() -> set[str]:
    """The verbs of all events of the app, found by their classes."""
    found, waiting = set(), [Recorded]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= {getattr(kind, "verb", "") for kind in kinds if kind.__module__.startswith("evaluations.")}
    return found - {""}
