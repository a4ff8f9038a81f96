"""The department's desk: who may enter, every step a confirmed POST, what is refused, and what it shows."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.results.models import Award
from evaluations.rounds.models import Round
from evaluations.schemes.models import Scheme
from evaluations.snapshots.models import MetricSnapshot
from evaluations.steps.queries.progress import next_verb, progress_of
from notices.models import Announcement
from tests.evaluations.walking import AFTER_DEADLINE, final, scored, snapshot_of
from tests.factories.evaluations import DEFINITION
from tests.factories.members import AdminFactory, PersonFactory, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(story) -> Client:
    """The officer's browser, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(story.officer)
    return client


def page(round_: Round) -> str:
    """Address of the page of steps."""
    return reverse("admin:evaluations_round_change", args=[round_.pk])


def act(round_: Round, verb: str) -> str:
    """Address of one act."""
    return reverse("admin:evaluations_round_act", args=[round_.pk, verb])


def test_only_officers_walk_rounds(story, desk):
    """Staff without the role, people without staff and visitors: no page, no act."""
    assert desk.get(page(story.round)).status_code == 200
    clerk = Client()
    clerk.force_login(PersonFactory(is_staff=True))
    assert clerk.get(page(story.round)).status_code == 302
    assert clerk.post(act(story.round, "snapshot")).status_code == 302
    assert clerk.get(reverse("admin:login")).status_code == 403
    for person in (None, make_officer()):
        other = Client()
        if person is not None:
            other.force_login(person)
        assert other.get(page(story.round)).status_code == 302
    admin = Client()
    admin.force_login(AdminFactory())
    assert admin.get(page(story.round)).status_code == 200
    assert not MetricSnapshot.objects.exists()


def test_every_list_and_object_opens(story, desk, django_capture_on_commit_callbacks):
    """Each page of the app answers, from the dashboard to the last row."""
    final(story, django_capture_on_commit_callbacks)
    award = Award.objects.first()
    assert award is not None
    announcement = Announcement.objects.first()
    assert announcement is not None
    for name, args in (
        ("index", []),
        ("evaluations_round_changelist", []),
        ("evaluations_round_add", []),
        ("evaluations_scheme_changelist", []),
        ("evaluations_scheme_add", []),
        ("evaluations_scheme_change", [story.round.scheme_id]),
        ("evaluations_metricsnapshot_changelist", []),
        ("evaluations_metricsnapshot_change", [story.round.snapshot_id]),
        ("evaluations_result_changelist", []),
        ("evaluations_award_changelist", []),
        ("evaluations_award_change", [award.pk]),
        ("audit_entry_changelist", []),
        ("background_heartbeat_changelist", []),
        ("notices_announcement_changelist", []),
        ("notices_announcement_change", [announcement.pk]),
        ("reporting_reportrun_changelist", []),
    ):
        answer = desk.get(reverse(f"admin:{name}", args=args))
        assert answer.status_code == 200, name
    assert desk.get(reverse("admin:evaluations_round_delete", args=[story.round.pk])).status_code == 403
    search = reverse("admin:audit_entry_changelist") + f"?q=evaluations.round+{story.round.pk}"
    assert "evaluations.round.finalised" in desk.get(search).content.decode()


def test_walk_through_the_buttons(desk, story, django_capture_on_commit_callbacks):
    """GET asks, POST does: snapshot, score, publicise, final, each the page's one primary button."""
    body = desk.get(page(story.round)).content.decode()
    assert "Take the snapshot" in body
    ask = desk.get(act(story.round, "snapshot"))
    assert ask.status_code == 200
    assert not MetricSnapshot.objects.exists()
    with time_machine.travel(AFTER_DEADLINE, tick=True):
        with django_capture_on_commit_callbacks(execute=True):
            assert desk.post(act(story.round, "snapshot")).status_code == 302
        assert "Score, grade and award" in desk.get(page(story.round)).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            assert desk.post(act(story.round, "score")).status_code == 302
        body = desk.get(page(story.round)).content.decode()
        for said in ("¥10,000.01", "¥6,746.01", "84.50", "48.00", "36.50", "¥0.00", "Publicise the results"):
            assert said in body, said
        short = desk.post(act(story.round, "publicise"), {"first": "2026-05-11", "last": "2026-05-14"})
        assert short.status_code == 422
        assert "at least 5 working days; these are 4" in short.content.decode()
        long = {"first": "2026-05-11", "last": "2026-05-15"}
        assert desk.post(act(story.round, "publicise"), long).status_code == 302
        assert desk.post(act(story.round, "finalise")).status_code == 302
        story.round.refresh_from_db()
        assert story.round.state == "publicised"
    with time_machine.travel("2026-05-16T02:00:00Z"):  # Saturday
        desk.force_login(story.officer)
        assert desk.post(act(story.round, "finalise")).status_code == 302
    story.round.refresh_from_db()
    assert story.round.state == "final"
    desk.force_login(story.officer)
    body = desk.get(page(story.round)).content.decode()
    assert story.round.digest in body
    check = desk.get(reverse("admin:evaluations_round_check", args=[story.round.pk])).content.decode()
    assert "digest and all scores agree" in check


def test_step_back_needs_a_reason(desk, story, django_capture_on_commit_callbacks):
    """Without one the form comes back; with one the round collects again."""
    scored(story, django_capture_on_commit_callbacks)
    assert desk.post(act(story.round, "reopen"), {"reason": ""}).status_code == 422
    assert desk.post(act(story.round, "reopen"), {"reason": "更正"}).status_code == 302
    story.round.refresh_from_db()
    assert story.round.state == "collecting"
    assert desk.get(act(story.round, "dance")).status_code == 404


def test_blockers_stand_on_the_page_and_stop_the_step(desk, story, django_capture_on_commit_callbacks):
    """Missing scores: the button leads to them, and the POST is refused."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    story.round.given_scores.all().delete()
    body = desk.get(page(story.round)).content.decode()
    assert "Deal with" in body
    assert "is not scored yet for 3 of 3 objects" in body
    desk.post(act(story.round, "score"))
    story.round.refresh_from_db()
    assert story.round.state == "collecting"
    assert next_verb(story.round) == "score"
    assert [step.state for step in progress_of(story.round, now=AFTER_DEADLINE).steps] == [
        "done", "now", "open", "done", "blocked", "todo", "todo",
    ]  # fmt: skip


def test_progress_fragment_stops_when_done(desk, story, django_capture_on_commit_callbacks):
    """While it runs the fragment asks again; then it has the page loaded."""
    from evaluations.snapshots.actions import request_snapshot, take_snapshot

    snapshot = perform(story.officer, request_snapshot, story.round)
    path = reverse("admin:evaluations_round_progress", args=[story.round.pk])
    running = desk.get(path)
    assert "every 2s" in running.content.decode()
    assert "HX-Refresh" not in running
    take_snapshot(snapshot.pk)
    assert desk.get(path)["HX-Refresh"] == "true"
    assert desk.post(act(story.round, "abandon")).status_code == 302
    snapshot.refresh_from_db()
    assert snapshot.state == "done"


def test_draft_is_created_and_changed_by_form(desk, story):
    """The form writes through the actions; a second round of a year is named at its field."""
    terms = {
        "year": "2026", "scheme": str(story.round.scheme_id), "first_day": "2026-01-01", "last_day": "2026-12-31",
        "budget": "100.00", "collecting_until": "2027-02-28",
    }  # fmt: skip
    answer = desk.post(reverse("admin:evaluations_round_add"), terms)
    draft = Round.objects.get(year=2026)
    assert answer.status_code == 302
    assert answer["Location"] == page(draft)
    assert draft.data_end.isoformat() == "2026-12-31T16:00:00+00:00"
    path = reverse("admin:evaluations_round_terms", args=[draft.pk])
    assert desk.get(path).status_code == 200
    refused = desk.post(path, terms | {"year": "2025"})
    assert "already has a round" in refused.content.decode()
    assert desk.post(path, terms | {"budget": "250.00"}).status_code == 302
    draft.refresh_from_db()
    assert draft.budget == Decimal("250.00")
    assert desk.get(reverse("admin:evaluations_round_terms", args=[story.round.pk])).status_code == 302


def test_scheme_form_names_every_problem(desk, story):
    """Two mistakes, two messages with their places; a locked scheme is read-only; a new version is open."""
    bad = json.loads(json.dumps(DEFINITION))
    bad["object_kind"] = "cat"
    bad["indicators"][0]["points"] = "61"
    form = {"code": "new", "name_zh": "新", "name_en": "New", "note": "", "definition": json.dumps(bad)}
    body = desk.post(reverse("admin:evaluations_scheme_add"), form).content.decode()
    assert "object_kind: must be one of" in body
    assert "children add up to 60, not to 61" in body
    assert not Scheme.objects.filter(code="new").exists()
    good = form | {"definition": json.dumps(DEFINITION)}
    assert desk.post(reverse("admin:evaluations_scheme_add"), good).status_code == 302
    assert Scheme.objects.get(code="new").object_kind == "unit"
    locked = story.round.scheme_id
    path = reverse("admin:evaluations_scheme_change", args=[locked])
    assert "Make a new version instead" in desk.get(path).content.decode()
    assert desk.post(path, good).status_code == 403
    assert desk.post(reverse("admin:evaluations_scheme_version", args=[locked])).status_code == 302
    newer = Scheme.objects.get(code="small", version=2)
    changed = desk.post(
        reverse("admin:evaluations_scheme_change", args=[newer.pk]), good | {"name_zh": "改过"}
    )
    assert changed.status_code == 302
    newer.refresh_from_db()
    assert (newer.name_zh, newer.code) == ("改过", "small")


def test_report_is_asked_for(desk, story, django_capture_on_commit_callbacks):
    """The button makes a run and opens its page; an unknown format is refused in words."""
    scored(story, django_capture_on_commit_callbacks)
    answer = desk.post(reverse("admin:evaluations_round_report", args=[story.round.pk, "xlsx"]))
    assert answer.status_code == 302
    assert "/reports/" in answer["Location"]
    refused = desk.post(reverse("admin:evaluations_round_report", args=[story.round.pk, "doc"]))
    assert refused["Location"] == page(story.round)


def test_page_takes_a_constant_number_of_queries(desk, story, django_capture_on_commit_callbacks):
    """The page of a final round: measured once, held here."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    final(story, django_capture_on_commit_callbacks)
    desk.get(page(story.round))
    with CaptureQueriesContext(connection) as queries:
        desk.get(page(story.round))
    assert len(queries) <= 16
