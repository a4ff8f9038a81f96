"""The round's pages: the table as a file, the wait in publicity, what scoring waits for, scores for instruments."""

from __future__ import annotations

import copy
import csv
import io
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from changes import perform
from evaluations.entries.models import GivenScore
from evaluations.enums import ObjectKind
from evaluations.results.queries.awards import share_of_rest
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.actions import request_snapshot
from evaluations.steps.actions.opening import open_round
from evaluations.steps.actions.publication import publicise_round
from evaluations.steps.queries.progress import progress_of
from tests.evaluations.walking import BEFORE_PUBLICITY, FRIDAY, MONDAY, final, scored
from tests.factories.evaluations import DATA_END, DATA_START, DEFINITION, SchemeFactory
from tests.markup import tight

pytestmark = pytest.mark.django_db


def client_of(person=None) -> Client:
    """A browser in English."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


def lines(answer) -> list[list[str]]:
    """The rows of a CSV answer."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def page_of(story) -> str:
    """Address of the round's page in the admin."""
    return reverse("admin:evaluations_round_change", args=[story.round.pk])


def test_published_table_as_a_file(story, django_capture_on_commit_callbacks):
    """The public reads totals, officers the first-level scores too; a name that looks like a formula is harmless."""
    story.units["AAA"].name_en = "=cmd()"
    story.units["AAA"].save()
    path = reverse("evaluations:table", args=[2025])
    assert client_of().get(path).status_code == 404
    final(story, django_capture_on_commit_callbacks)
    answer = client_of().get(path)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = lines(answer)
    assert rows[0] == ["Rank", "Unit code", "Unit", "League or city", "Score", "Grade", "Subsidy (yuan)"]
    assert [row[:3] + row[4:] for row in rows[1:3]] == [
        ["1", "AAA", "'=cmd()", "84.50", "Excellent", "6746.01"],
        ["2", "BBB", story.units["BBB"].name_en or story.units["BBB"].name_zh, "81.00", "Good", "3254.00"],
    ]
    assert rows[3][-1] == ""
    assert lines(client_of(story.officer).get(path))[1][4:7] == ["48.00", "36.50", "84.50"]


def test_publicity_is_a_calm_wait(story, django_capture_on_commit_callbacks):
    """On Wednesday: day 3 of 5, no red block, no blocker counted; the Monday after, the last step is offered."""
    scored(story, django_capture_on_commit_callbacks)
    story.round = perform(
        story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY
    )
    with time_machine.travel("2026-05-13T02:00:00Z", tick=False):  # Wednesday
        stand = progress_of(story.round)
        assert stand.window is not None
        assert (stand.window.day, stand.window.days, stand.days_left) == (3, 5, 3)
        assert [step.state for step in stand.steps][-2:] == ["wait", "todo"]
        assert stand.place == 5
        body = client_of(story.officer).get(page_of(story)).content.decode()
        assert "Day 3 of 5 of the publicity, which ends on 15 May 2026." in body
        assert "Deal with" not in body
        assert "st blocked" not in body
        public = client_of().get(reverse("evaluations:round", args=[2025])).content.decode()
        assert "in publicity from 11 May 2026 to 15 May 2026 (5 working days)" in public
        assert "3 working days are left to object." in public
    with time_machine.travel("2026-05-18T02:00:00Z", tick=False):
        stand = progress_of(story.round)
        assert (stand.window, stand.hard) == (None, ())
        assert "Make final and seal" in client_of(story.officer).get(page_of(story)).content.decode()


def test_a_snapshot_under_way_is_waited_for(story):
    """It stops the next step, but there is nothing to deal with: no red block, no blocker counted."""
    assert not progress_of(story.round).working
    perform(story.officer, request_snapshot, story.round)
    stand = progress_of(story.round)
    assert ([blocker.code for blocker in stand.hard], stand.working) == (["snapshot_running"], True)
    body = client_of(story.officer).get(page_of(story)).content.decode()
    assert "It is being worked out; until then nothing is to be done." in body
    assert "See how far it is" in body
    assert "Deal with" not in body
    assert 'class="cell bad"' not in body


def test_what_scoring_waits_for_is_said_before_the_snapshot(story):
    """Tasks of CCC, the score of BBB, and both of two more units are missing; one step is current."""
    GivenScore.objects.filter(unit=story.units["BBB"]).delete()
    body = client_of(story.officer).get(page_of(story)).content.decode()
    assert "“Tasks supported”: 3 of 5 have not reported." in body
    assert "“Effect”: 3 of 5 are not scored yet." in body
    assert reverse("evaluations:give", args=[2025]) + "?indicator=effect" in body
    assert body.count('aria-current="step"') == 1
    assert [step.state for step in progress_of(story.round).steps][:4] == ["done", "now", "open", "open"]


def test_officer_reads_how_far_collecting_is(story):
    """Two of five active units have reported everything; the two without instruments count until the snapshot."""
    body = client_of(story.officer).get(reverse("evaluations:round", args=[2025])).content.decode()
    assert "2025: collecting, 2 of 5 units complete" in body
    assert "0 excellent" not in body


def test_ranking_by_grade(story, django_capture_on_commit_callbacks):
    """The chip shows one grade only; nonsense shows all."""
    final(story, django_capture_on_commit_callbacks)
    desk = client_of(story.officer)
    link = reverse("evaluations:unit", args=[2025, "BBB"])
    assert link in desk.get(page_of(story)).content.decode()
    assert link not in desk.get(page_of(story), {"grade": "excellent"}).content.decode()
    assert link in desk.get(page_of(story), {"grade": "nonsense"}).content.decode()


def test_subsidy_with_its_numbers(story, django_capture_on_commit_callbacks):
    """Rest 8,500.01; weights 2 × 84.5 and 81: AAA gets 8,500.01 × 169 ÷ 250 = 5,746.01."""
    final(story, django_capture_on_commit_callbacks)
    award = story.round.awards.get(unit=story.units["AAA"])
    result = story.round.results.select_related("round").get(unit=story.units["AAA"])
    rule = definition_of(story.round.scheme).award_rule
    assert rule is not None
    rest = share_of_rest(award, result, rule)
    assert rest is not None
    assert (rest.rest, rest.weights, rest.weight) == (Decimal("8500.01"), "250", "169")
    with override("en"):
        assert [(str(name), number) for name, number in rest.factors] == [
            ("weight of the grade", "2"),
            ("score", "84.5"),
        ]
    assert (rest.budget, rest.bases, rest.at_cap, rest.left) == (
        Decimal("10000.01"),
        Decimal("1500.00"),
        Decimal(0),
        Decimal(0),
    )
    answer = client_of(story.managers["AAA"]).get(reverse("evaluations:unit", args=[2025, "AAA"]))
    body = tight(answer.content.decode())
    assert "¥8,500.01 × 169 ÷ 250 = ¥5,746.01" in body
    assert "weight of the grade 2 × score 84.5 =<b>169</b>" in body
    assert "budget ¥10,000.01 − base sums ¥1,500.00 =<b>¥8,500.01</b>" in body


@pytest.fixture
def single(story) -> Round:
    """A collecting round that judges single instruments, with one indicator by hand."""
    definition = copy.deepcopy(DEFINITION) | {"object_kind": "instrument"}
    definition.pop("award_rule")
    scheme = SchemeFactory(code="single", object_kind=ObjectKind.INSTRUMENT, definition=definition)
    round_ = Round.objects.create(
        year=2025,
        kind=ObjectKind.INSTRUMENT,
        scheme=scheme,
        data_start=DATA_START,
        data_end=DATA_END,
        budget=0,
    )
    return perform(story.officer, open_round, round_)


def test_scores_for_single_instruments(story, single, django_capture_on_commit_callbacks):
    """One unit's instruments a page, linked from the index; scope from the snapshot on; own unit barred; withdrawn."""
    expert = client_of(story.expert)
    path = reverse("evaluations:give_instruments", args=[2025])
    assert path in expert.get(reverse("evaluations:index")).content.decode()
    body = expert.get(path).content.decode()
    assert "score:AAA-CHEAP" in body
    assert "score:BBB-1" not in body
    with django_capture_on_commit_callbacks(execute=True):
        perform(story.officer, request_snapshot, single)
    body = expert.get(path, {"unit": "AAA"}).content.decode()
    assert "score:AAA-1" in body
    assert "score:AAA-CHEAP" not in body
    where = f"{path}?indicator=effect&unit=AAA"
    assert expert.post(where, {"score:AAA-1": "12.5", "note:AAA-1": "好"}).status_code == 302
    given = GivenScore.objects.get(round=single)
    assert (given.instrument, given.value, given.unit) == (
        story.instruments["AAA-1"],
        Decimal("12.5000"),
        story.units["AAA"],
    )
    assert expert.post(where, {"score:AAA-2": "21"}).status_code == 422
    assert expert.post(where, {"initial-score:AAA-1": "12.5", "score:AAA-1": ""}).status_code == 302
    assert not GivenScore.objects.filter(round=single).exists()
    assert expert.get(path, {"unit": "NONE"}).status_code == 404
    assert expert.get(path, {"indicator": "tasks"}).status_code == 404
    assert client_of(story.managers["AAA"]).get(path).status_code == 404
    story.expert.home_unit = story.units["AAA"]
    story.expert.save()
    assert "someone else must score it" in expert.get(path).content.decode()
    assert expert.post(where, {"score:AAA-1": "1"}).status_code == 302
    assert not GivenScore.objects.filter(round=single).exists()


def test_cockpit_of_a_single_instrument(story, single):
    """AAA-1 alone: 100 h external are 60.00, 4 tasks bring 20.00: exactly 80; the rows are its own."""
    client = client_of(story.managers["AAA"])
    path = reverse("evaluations:instrument_result", args=[2025, "AAA", "AAA-1"])
    body = client.get(path).content.decode()
    for said in ("20.00 points short of the line of “Excellent”", "60 × min(1, 100.00 h ÷ 100.00 h) = 60.00"):
        assert said in body, said
    assert client.post(path, {"tasks": "4"}).status_code == 302
    assert "0.00 points above the line of “Excellent”" in client.get(path).content.decode()
    rows = client.get(reverse("evaluations:instrument_rows", args=[2025, "AAA", "AAA-1", "external"]))
    assert "AAA-1" in rows.content.decode()
    assert "AAA-2" not in rows.content.decode()
    cheap = reverse("evaluations:instrument_result", args=[2025, "AAA", "AAA-CHEAP"])
    assert "nothing here is judged" in client.get(cheap).content.decode()


def test_single_instruments_have_no_annual_report(story, single):
    """The year's other report is not made by mistake: it is said that there is none."""
    desk = client_of(story.officer)
    answer = desk.post(reverse("admin:evaluations_round_report", args=[single.pk, "pdf"]), follow=True)
    assert "There is no annual report for single instruments." in answer.content.decode()


def test_judge_reads_what_the_unit_reported(story):
    """The evidence stands beside the score; of a unit that reported nothing there is none."""
    body = client_of(story.expert).get(reverse("evaluations:give", args=[2025])).content.decode()
    assert body.count("1 value reported, with evidence") == 2
    assert "<dt>Tasks supported</dt><dd>4" in tight(body)
