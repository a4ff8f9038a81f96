"""Pages: who sees what, the explanation, filling in, and how many queries a page takes."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.enums import ObjectKind
from evaluations.results.actions.scoring import score_round
from evaluations.rounds.models import Round
from evaluations.schemes.models import Scheme
from evaluations.snapshots.models import MetricSnapshot
from tests.evaluations.walking import AFTER_DEADLINE, final, scored, snapshot_of
from tests.factories.evaluations import DATA_END, DATA_START
from tests.factories.instruments import InstrumentFactory
from tests.factories.members import AdminFactory, PersonFactory, UnitFactory, make_manager

pytestmark = pytest.mark.django_db


def client_of(person=None) -> Client:
    """A browser, signed in as that person."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


def get(path: str, person=None):
    """Open a page in English."""
    return client_of(person).get(path)


def test_round_is_public_only_from_publicity_on(story, django_capture_on_commit_callbacks):
    """Before that only the department sees it; missing and forbidden look the same."""
    path = reverse("evaluations:round", args=[2025])
    scored(story, django_capture_on_commit_callbacks)
    for person in (None, story.managers["AAA"], story.expert):
        assert get(path, person).status_code == 404
    assert get(path, story.officer).status_code == 200
    assert get(reverse("evaluations:round", args=[1999])).status_code == 404


def test_published_round_tells_grades_scores_and_the_rule(story, django_capture_on_commit_callbacks):
    """Everybody reads totals, awards, the scheme in words, the window and the digest; groups stay inside."""
    round_ = final(story, django_capture_on_commit_callbacks)
    body = get(reverse("evaluations:round", args=[2025])).content.decode()
    for said in (
        "84.50",
        "81.00",
        "10.00",
        "¥6,746.01",
        "¥10,000.01",
        round_.digest,
        "60 × value ÷ 100.00 h",
    ):
        assert said in body, said
    assert "48.00" not in body
    assert "quota 1 / 1" in body
    index = get(reverse("evaluations:index")).content.decode()
    assert "Year 2025" in index


def test_unit_page_is_for_its_people_and_the_department(story, django_capture_on_commit_callbacks):
    """A stranger, another unit and an expert get 404, a visitor the log-in, whether the unit exists or not."""
    final(story, django_capture_on_commit_callbacks)
    path = reverse("evaluations:unit", args=[2025, "AAA"])
    assert get(path).status_code == 302
    assert get(reverse("evaluations:unit", args=[2025, "NONE"])).status_code == 302
    for person in (story.managers["BBB"], story.expert, PersonFactory()):
        assert get(path, person).status_code == 404
        assert get(reverse("evaluations:rows", args=[2025, "AAA", "external"]), person).status_code == 404
    for person in (story.managers["AAA"], story.officer, AdminFactory()):
        assert get(path, person).status_code == 200


def test_every_score_is_explained_with_numbers(story, django_capture_on_commit_callbacks):
    """Rule, numbers put in, losses; and the rows page sums to the input."""
    final(story, django_capture_on_commit_callbacks)
    manager = story.managers["AAA"]
    body = get(reverse("evaluations:unit", args=[2025, "AAA"]), manager).content.decode()
    for said in (
        "160.00 h ÷ 2 instruments = 80.00 h",
        "60 × min(1, 80.00 h ÷ 100.00 h) = 48.00",
        "min(20, 4 ÷ 1 × 5) = 20.00",
        "20 × 16.5 ÷ 20 = 16.50, where 16.5 is the mean of 2 scores",
        "−12.00",
        "subsidy ¥6,746.01",
        "84.50 points reach the cut-off of 80.",
    ):
        assert said in body, said
    rows = get(reverse("evaluations:rows", args=[2025, "AAA", "external"]), manager).content.decode()
    for said in ("100.00 h", "60.00 h", "160.00 h", "no, out of scope", "to the last digit"):
        assert said in rows, said
    entered = get(reverse("evaluations:rows", args=[2025, "AAA", "effect"]), manager).content.decode()
    assert "Score 2" in entered
    assert "18" in entered
    assert get(reverse("evaluations:rows", args=[2025, "AAA", "sharing"]), manager).status_code == 404
    other = get(reverse("evaluations:unit", args=[2025, "BBB"]), story.managers["BBB"]).content.decode()
    assert "quota of 1 was full" in other
    failed = get(reverse("evaluations:unit", args=[2025, "CCC"]), story.managers["CCC"]).content.decode()
    assert "No value was entered, so 0 points." in failed


def test_unit_waits_while_the_round_is_scored(story, django_capture_on_commit_callbacks):
    """Scored but not public: the unit reads that it must wait, no number."""
    scored(story, django_capture_on_commit_callbacks)
    body = get(reverse("evaluations:unit", args=[2025, "AAA"]), story.managers["AAA"]).content.decode()
    assert "is being scored" in body
    assert "84.50" not in body
    assert (
        get(reverse("evaluations:rows", args=[2025, "AAA", "external"]), story.managers["AAA"]).status_code
        == 404
    )


def test_manager_reports_on_the_page(story):
    """A number with evidence is saved; a bad one comes back beside its field and nothing is saved."""
    path = reverse("evaluations:unit", args=[2025, "CCC"])
    client = client_of(story.managers["CCC"])
    assert client.get(path).status_code == 200
    assert client.post(path, {"tasks": "2", "evidence:tasks": "两项"}).status_code == 302
    value = ReportedValue.objects.get(unit=story.units["CCC"])
    assert (value.value, value.evidence) == (Decimal("2.0000"), "两项")
    answer = client.post(path, {"tasks": "-1"})
    assert answer.status_code == 422
    value.refresh_from_db()
    assert value.value == Decimal("2.0000")
    assert client_of(story.managers["AAA"]).post(path, {"tasks": "9"}).status_code == 404


def test_expert_gives_scores(story):
    """Own scores only; the own unit is barred; others have no way in."""
    path = reverse("evaluations:give", args=[2025])
    client = client_of(story.expert)
    assert client.get(path).status_code == 200
    assert client.post(path, {"score:BBB": "12.5", "note:BBB": "好"}).status_code == 302
    assert GivenScore.objects.get(unit=story.units["BBB"], given_by=story.expert).value == Decimal("12.5000")
    assert client.post(path, {"score:BBB": "21"}).status_code == 422
    assert client.get(path, {"indicator": "nothing"}).status_code == 404
    assert get(path, story.managers["AAA"]).status_code == 404
    story.expert.home_unit = story.units["AAA"]
    story.expert.save()
    assert "someone else must score it" in client.get(path).content.decode()


def test_queries_do_not_grow_with_units(story, django_capture_on_commit_callbacks, django_assert_num_queries):
    """The public page takes as many queries for 3 units as for 9."""
    for number in range(6):
        unit = UnitFactory(code=f"X{number:02d}", region=story.units["AAA"].region)
        InstrumentFactory(unit=unit, code=f"X{number:02d}-1")
        make_manager(unit)
        GivenScore.objects.create(
            round=story.round, unit=unit, indicator="effect", value=5, given_by=story.officer
        )
    final(story, django_capture_on_commit_callbacks)
    client = client_of()
    with django_assert_num_queries(6):  # round, grades, results, units as they were, their points, awards
        assert client.get(reverse("evaluations:round", args=[2025])).status_code == 200
    manager = client_of(story.managers["AAA"])
    manager.get(reverse("evaluations:unit", args=[2025, "AAA"]))
    with django_assert_num_queries(14):  # the unit as it was; the last ones: what the subsidy is a share of
        assert manager.get(reverse("evaluations:unit", args=[2025, "AAA"])).status_code == 200


def test_instrument_round_is_scored_and_explained(story, django_capture_on_commit_callbacks):
    """The Ministry's table judges single instruments; nobody gets money; the unit opens each calculation."""
    from evaluations.schemes.actions import load_presets
    from evaluations.snapshots.actions import request_snapshot
    from evaluations.steps.actions.opening import open_round

    perform(None, load_presets)
    scheme = Scheme.objects.get(code="moe_2000")
    round_ = Round.objects.create(
        year=2025,
        kind=ObjectKind.INSTRUMENT,
        scheme=scheme,
        data_start=DATA_START,
        data_end=DATA_END,
        budget=0,
    )
    round_ = perform(story.officer, open_round, round_)
    with django_capture_on_commit_callbacks(execute=True):
        perform(story.officer, request_snapshot, round_)
    round_.refresh_from_db()
    round_ = perform(story.officer, score_round, round_, now=AFTER_DEADLINE)
    assert round_.results.count() == 5
    assert not round_.awards.exists()
    cheap = round_.results.get(instrument__code="AAA-CHEAP")
    # 500 h of 1,400: 35.71 points of 100, × 0.35 = 12.50; income 300 yuan = 1.5 of 100, × 0.15 = 0.23
    hours = cheap.indicator_scores.get(indicator="hours")
    assert (hours.points, cheap.rank) == (Decimal("12.50"), 1)
    Round.objects.filter(pk=round_.pk).update(
        state="publicised", publicity_start="2026-05-11", publicity_end="2026-05-15"
    )
    assert get(reverse("evaluations:instrument_round", args=[2025])).status_code == 200
    manager = story.managers["AAA"]
    for name, args in (
        ("instrument_unit", [2025, "AAA"]),
        ("instrument_result", [2025, "AAA", "AAA-CHEAP"]),
        ("instrument_rows", [2025, "AAA", "AAA-CHEAP", "hours_of_quota"]),
    ):
        assert get(reverse(f"evaluations:{name}", args=args), manager).status_code == 200, name
        assert get(reverse(f"evaluations:{name}", args=args), story.managers["BBB"]).status_code == 404, name
    assert (
        get(reverse("evaluations:instrument_result", args=[2025, "AAA", "BBB-1"]), manager).status_code == 404
    )


def test_snapshot_fixture_is_the_rounds(story, django_capture_on_commit_callbacks):
    """The officer's page of a running round reads the newest snapshot."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    assert MetricSnapshot.objects.get() == snapshot


def test_reporting_page_says_what_is_missing_and_until_when(story):
    """CCC has reported nothing: one indicator, 20 points, days to the deadline; AAA has nothing left to do."""
    path = reverse("evaluations:unit", args=[2025, "CCC"])
    for day, said in (
        ("2026-03-30T02:00:00Z", "1 day left."),
        ("2026-03-31T02:00:00Z", "Today is the last day."),
        ("2026-04-01T02:00:00Z", "The last day has passed"),
    ):
        with time_machine.travel(day, tick=False):
            body = get(path, story.managers["CCC"]).content.decode()
        assert said in body, said
        assert "1 indicator is still missing, worth up to 20 points." in body
        assert 'href="#id_tasks"' in body
    done = get(reverse("evaluations:unit", args=[2025, "AAA"]), story.managers["AAA"]).content.decode()
    assert "Every value is reported." in done
