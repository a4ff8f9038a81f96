"""Corrections: publicity withdrawn, terms changed while collecting, late units reminded, a unit that was not judged."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from evaluations.entries.actions import give_score, report_value
from evaluations.errors import Blocked, WrongRoundState
from evaluations.results.actions.scoring import score_round
from evaluations.results.models import Award, Result
from evaluations.rounds.errors import InvalidRound, ReasonMissing
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import request_snapshot
from evaluations.steps.actions.correction import NewTerms, change_terms, remind_late, withdraw_publicity
from evaluations.steps.actions.opening import reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.errors import AlreadyReminded
from notices.models import Announcement, Notice
from tests.evaluations.walking import (
    AFTER_DEADLINE,
    BEFORE_PUBLICITY,
    DAY_AFTER,
    FRIDAY,
    MONDAY,
    final,
    scored,
    snapshot_of,
)
from tests.factories.evaluations import DEFINITION, RoundFactory, SchemeFactory
from tests.factories.members import UnitFactory, make_manager

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 3, 31)


def client_of(person) -> Client:
    """A browser in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def public(story, django_capture_on_commit_callbacks) -> Round:
    """The round in publicity from Monday to Friday."""
    scored(story, django_capture_on_commit_callbacks)
    story.round = perform(
        story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY
    )
    return story.round


def second_version(definition=None, version: int = 2):
    """Another version of the small scheme."""
    return SchemeFactory(version=version, definition=definition or DEFINITION)


def test_withdrawn_publicity_hides_the_results_and_tells_everybody(story, public):
    """Back to scored: the public page is gone, the managers and the public are told, results stay."""
    path, manager = reverse("evaluations:round", args=[2025]), story.managers["AAA"]
    assert Client().get(path).status_code == 200
    with time_machine.travel("2026-05-12T02:00:00Z", tick=False):
        round_ = perform(story.officer, withdraw_publicity, public, reason="异议成立")
    assert (round_.state, round_.publicity_start, round_.publicity_end) == ("scored", None, None)
    assert round_.results.count() == 3
    assert Client().get(path).status_code == 410
    body = client_of(manager).get(reverse("evaluations:unit", args=[2025, "AAA"])).content.decode()
    assert "84.50" not in body
    assert Notice.objects.filter(kind="evaluation_withdrawn").count() == 3
    assert Notice.objects.filter(kind="evaluation_withdrawn", person=manager).exists()
    first, second = Announcement.objects.order_by("pk")
    assert first.deadline == dt.datetime(2026, 5, 12, 2, tzinfo=dt.UTC)
    assert "撤回" in second.title_zh
    entry = Entry.objects.get(verb="evaluations.round.publicity_withdrawn")
    assert entry.after == {"state": "scored", "reason": "异议成立"}
    assert entry.before["publicity_end"] == "2026-05-15"


def test_upheld_objection_is_corrected_and_publicised_anew(story, public):
    """CCC's 2 tasks were left out: withdrawn to collecting, reported, scored: 10.00 + 10.00 = 20.00; a new window."""
    round_ = perform(story.officer, withdraw_publicity, public, reason="漏报", to_collecting=True)
    assert (round_.state, round_.scored_at) == ("collecting", None)
    assert not Result.objects.exists()
    assert not Award.objects.exists()
    perform(story.officer, report_value, round_, story.units["CCC"], "tasks", Decimal(2))
    round_ = perform(story.officer, score_round, round_, now=AFTER_DEADLINE)
    assert round_.results.get(unit=story.units["CCC"]).score == Decimal("20.00")
    with pytest.raises(WrongRoundState):
        perform(story.officer, finalise_round, round_, now=DAY_AFTER)
    round_ = perform(story.officer, publicise_round, round_, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    assert perform(story.officer, finalise_round, round_, now=DAY_AFTER).state == "final"


def test_publicity_is_never_withdrawn_once_final(story, django_capture_on_commit_callbacks):
    """The action refuses by state, the database by itself; nothing changes."""
    round_ = final(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongRoundState):
        perform(story.officer, withdraw_publicity, round_, reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(state="scored")
    round_.refresh_from_db()
    assert (round_.state, round_.results.count()) == ("final", 3)


def test_withdrawal_needs_right_reason_and_publicity(story, public):
    """A manager may not; blanks are no reason; nothing changes."""
    with pytest.raises(NotAllowed):
        perform(story.managers["AAA"], withdraw_publicity, public, reason="x")
    with pytest.raises(ReasonMissing):
        perform(story.officer, withdraw_publicity, public, reason="  ")
    public.refresh_from_db()
    assert public.state == "publicised"
    perform(story.officer, withdraw_publicity, public, reason="x")
    with pytest.raises(WrongRoundState):
        perform(story.officer, withdraw_publicity, public, reason="x")


def test_withdrawal_by_the_admin_page(story, public):
    """The link on the page, the question, the reason, the step."""
    desk = client_of(story.officer)
    act = reverse("admin:evaluations_round_act", args=[public.pk, "withdraw"])
    assert act in desk.get(reverse("admin:evaluations_round_change", args=[public.pk])).content.decode()
    assert "loses sight of the results" in desk.get(act).content.decode()
    assert desk.post(act, {"back_to": "collecting", "reason": ""}).status_code == 422
    assert desk.post(act, {"back_to": "collecting", "reason": "异议成立"}).status_code == 302
    public.refresh_from_db()
    assert public.state == "collecting"


def test_terms_change_while_collecting(story, django_capture_on_commit_callbacks):
    """Version 2 and another budget: audited with the reason, managers told, the old snapshot counts no longer."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    newer = second_version()
    round_ = perform(
        story.officer, change_terms, story.round, NewTerms(newer, Decimal("20000"), UNTIL), reason="预算增加"
    )
    assert (round_.scheme, round_.budget, round_.snapshot) == (newer, Decimal("20000"), None)
    newer.refresh_from_db()
    assert newer.locked_at is not None
    entry = Entry.objects.filter(verb="evaluations.round.changed").get()
    assert (entry.before["version"], entry.after["version"], entry.after["reason"]) == (1, 2, "预算增加")
    assert Notice.objects.filter(kind="evaluation_terms_changed").count() == 3
    snapshot_of(story, django_capture_on_commit_callbacks)
    scored_round = perform(story.officer, score_round, story.round, now=AFTER_DEADLINE)
    assert sum(award.amount for award in scored_round.awards.all()) == Decimal("20000.00")


def test_budget_alone_keeps_the_snapshot(story, django_capture_on_commit_callbacks):
    """The same version: the evidence stays; the same terms again change nothing."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    terms = NewTerms(story.round.scheme, Decimal("1.00"), UNTIL)
    round_ = perform(story.officer, change_terms, story.round, terms, reason="r")
    assert round_.snapshot == snapshot
    perform(story.officer, change_terms, story.round, terms, reason="r")
    assert Entry.objects.filter(verb="evaluations.round.changed").count() == 1


def test_terms_that_do_not_fit_are_refused(story, django_capture_on_commit_callbacks):
    """Another scheme, a scale below scores given, a running snapshot, a scored round: nothing changes."""
    other = SchemeFactory(code="other")
    narrow = copy.deepcopy(DEFINITION)
    narrow["indicators"][1]["children"][1]["function"] = {"kind": "given", "scale": "15.5"}
    too_narrow = second_version(narrow)
    for scheme in (other, too_narrow):
        with pytest.raises(InvalidRound) as refused:
            perform(story.officer, change_terms, story.round, NewTerms(scheme, Decimal(1), UNTIL), reason="r")
        assert set(refused.value.fields) == {"scheme"}
    assert "AAA: effect, BBB: effect" in str(refused.value.fields["scheme"][0])
    with pytest.raises(NotAllowed):
        perform(
            story.expert,
            change_terms,
            story.round,
            NewTerms(story.round.scheme, Decimal(1), UNTIL),
            reason="r",
        )
    perform(story.officer, request_snapshot, story.round)
    with pytest.raises(Blocked):
        perform(
            story.officer,
            change_terms,
            story.round,
            NewTerms(story.round.scheme, Decimal(1), UNTIL),
            reason="r",
        )
    story.round.refresh_from_db()
    assert (story.round.scheme.version, story.round.budget) == (1, Decimal("10000.01"))


def test_simulators_advice_can_be_followed(story, django_capture_on_commit_callbacks):
    """Scored: step back, choose version 2 by the page, score anew. Final: no such advice."""
    scored(story, django_capture_on_commit_callbacks)
    desk = client_of(story.officer)
    page = reverse("admin:evaluations_round_change", args=[story.round.pk])
    assert "To apply other terms: step back to collecting" in desk.get(page).content.decode()
    perform(story.officer, reopen_round, story.round, reason="r")
    newer = second_version()
    act = reverse("admin:evaluations_round_act", args=[story.round.pk, "terms"])
    assert act in desk.get(page).content.decode()
    sent = {"scheme": newer.pk, "budget": "9000", "collecting_until": "2026-03-31", "reason": "调整"}
    assert desk.post(act, sent | {"reason": ""}).status_code == 422
    assert desk.post(act, sent).status_code == 302
    story.round.refresh_from_db()
    assert (story.round.scheme, story.round.budget) == (newer, Decimal("9000.00"))
    final(story, django_capture_on_commit_callbacks)
    body = desk.get(page).content.decode()
    assert "step back to collecting, make" not in body
    assert "The round is final: what is tried here" in body


def test_late_units_are_reminded_once_a_day(story):
    """Only CCC lacks a value; a second time on that day is refused, on the next day it works."""
    with time_machine.travel("2026-03-01T02:00:00Z", tick=False):
        assert perform(story.officer, remind_late, story.round) == 1
        with pytest.raises(AlreadyReminded):
            perform(story.officer, remind_late, story.round)
    notice = Notice.objects.get(kind="evaluation_reminder")
    assert notice.person == story.managers["CCC"]
    with time_machine.travel("2026-03-02T02:00:00Z", tick=False):
        assert perform(story.officer, remind_late, story.round) == 1
    assert Entry.objects.filter(verb="evaluations.round.reminded").count() == 2
    with pytest.raises(NotAllowed):
        perform(story.expert, remind_late, story.round)


def test_unit_that_was_not_judged_reads_why(story, django_capture_on_commit_callbacks):
    """NEW had no instrument in the snapshot: its page says so instead of being missing; CHEAP says its scope."""
    new = UnitFactory(code="NEW", region=story.units["AAA"].region)
    manager = make_manager(new)
    perform(story.officer, give_score, story.round, new, "effect", Decimal(1), note="r")
    final(story, django_capture_on_commit_callbacks)
    answer = client_of(manager).get(reverse("evaluations:newest", args=["NEW"]), follow=True)
    assert answer.status_code == 200
    assert "The unit was not judged in 2025" in answer.content.decode()
    assert "holds no instrument of the unit" in answer.content.decode()
    assert client_of(manager).get(reverse("evaluations:unit", args=[2025, "AAA"])).status_code == 404


def test_new_round_begins_with_the_first_free_year(story):
    """2025 is taken, so the form proposes 2026 in May 2026, and 2027 once that is taken too."""
    desk = client_of(story.officer)
    with time_machine.travel("2026-05-11T02:00:00Z", tick=False):
        desk = client_of(story.officer)
        body = desk.get(reverse("admin:evaluations_round_add")).content.decode()
        assert 'name="year" value="2026"' in body
        RoundFactory(year=2026, scheme=story.round.scheme)
        body = desk.get(reverse("admin:evaluations_round_add")).content.decode()
        assert 'name="year" value="2027"' in body
