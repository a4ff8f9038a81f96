"""The whole story through the API: from a search to the award and the report that says so."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pypdf
import pytest
import time_machine

from changes import perform
from evaluations.entries.actions import give_score, report_value
from evaluations.results.actions.scoring import score_round
from evaluations.rounds.actions import RoundData, create_round
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import request_snapshot
from evaluations.steps.actions.opening import open_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from instruments.usage.models import UsageRecord
from tests.api.calling import Caller
from tests.flows.network import BUDGET, Network, at, make_network

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


@pytest.fixture
def network() -> Network:
    """The two units, made on a Monday morning."""
    with time_machine.travel(at(MONDAY), tick=False):
        return make_network()


def use_instruments(network: Network) -> None:
    """The enterprise uses the diffractometer with approval; the insider uses the microscope of their own unit."""
    steward = Caller(network.steward)
    enterprise, insider = Caller(network.enterprise), Caller(network.insider)
    found = enterprise.get("instruments/", {"q": "衍射"}).json()
    assert [row["code"] for row in found["results"]] == ["ALPHA-XRD"]
    free = enterprise.get(
        "instruments/ALPHA-XRD/availability/",
        {"start": f"{TUESDAY}T10:00:00+08:00", "end": f"{TUESDAY}T12:00:00+08:00", "minutes": 120},
    ).json()
    slot = free["free"][0]
    assert (slot["start"], slot["end"]) == (f"{TUESDAY}T10:00:00+08:00", f"{TUESDAY}T12:00:00+08:00")
    asked = enterprise.post(
        "bookings/",
        {"instrument": "ALPHA-XRD", "purpose": "物相分析", "start": slot["start"], "end": slot["end"]},
    ).json()
    assert (asked["state"], asked["price"]) == ("requested", "480.00")
    xrd = f"bookings/{asked['id']}"
    assert steward.post(f"{xrd}/approve/").json()["state"] == "confirmed"
    own = insider.post(
        "bookings/",
        {
            "instrument": "BETA-SEM",
            "purpose": "形貌观察",
            "start": f"{TUESDAY}T13:00:00+08:00",
            "end": f"{TUESDAY}T17:00:00+08:00",
        },
    ).json()
    assert (own["state"], own["category"], own["price"]) == ("confirmed", "internal", "240.00")
    sem = f"bookings/{own['id']}"
    with time_machine.travel(at(TUESDAY, "10:00"), tick=False):
        assert enterprise.post(f"{xrd}/check-in/").json()["state"] == "in_use"
    with time_machine.travel(at(TUESDAY, "12:00"), tick=False):
        out = steward.post(f"{xrd}/check-out/", {"effective_hours": "1.50", "samples": 3})
        assert out.json()["state"] == "completed"
    with time_machine.travel(at(TUESDAY, "13:00"), tick=False):
        assert insider.post(f"{sem}/check-in/").json()["state"] == "in_use"
    with time_machine.travel(at(TUESDAY, "17:00"), tick=False):
        assert insider.post(f"{sem}/check-out/").json()["state"] == "completed"


def judge_the_year(network: Network, capture) -> Round:
    """The department walks the round of 2026 from its draft to its seal; the units report, the officer scores."""
    officer = network.officer
    with time_machine.travel(at("2027-01-04"), tick=False):
        terms = RoundData(
            2026,
            network.scheme,
            at("2026-01-01", "00:00"),
            at("2027-01-01", "00:00"),
            BUDGET,
            dt.date(2027, 3, 31),
        )
        round_ = perform(officer, open_round, perform(officer, create_round, terms))
        for code, unit in network.units.items():
            perform(network.managers[code], report_value, round_, unit, "tasks", Decimal(3))
            perform(officer, give_score, round_, unit, "effect", Decimal(30), note="r")
        with capture(execute=True):
            perform(officer, request_snapshot, round_)
    with time_machine.travel(at("2027-04-01"), tick=False):
        perform(officer, score_round, round_)
    with time_machine.travel(at("2027-05-09"), tick=False):
        perform(officer, publicise_round, round_, first=dt.date(2027, 5, 10), last=dt.date(2027, 5, 14))
    with time_machine.travel(at("2027-05-15"), tick=False):
        return perform(officer, finalise_round, round_)


def report(caller: Caller, parameters: dict, capture) -> bytes:
    """Ask for the annual report, wait for it, fetch its file."""
    with capture(execute=True):
        asked = caller.post("report-runs/", {"kind": "annual_evaluation", "parameters": parameters})
    assert asked.status_code == 202, asked.content
    run = caller.get(f"report-runs/{asked.json()['id']}/").json()
    assert (run["state"], run["error"]) == ("done", "")
    content = caller.get(f"report-runs/{run['id']}/file/").getvalue()
    assert len(content) == run["file"]["size"]
    return content


def test_year_of_two_units_from_search_to_report(network, django_capture_on_commit_callbacks):
    """Two uses, one judged year, worked by hand.

    Use: the enterprise pays 2 h × 240.00 = 480.00 yuan for its booked time; 1.50 h count, external. The insider
    uses the microscope of their own unit for 4.00 h, internal, at 4 h × 60.00 = 240.00 yuan.
    Scores: ALPHA 1.50 h ÷ 1 instrument = 1.50 h of 3 h × 40 = 20.00; 3 tasks × 10 = 30.00; given 30.00:
    80.00, excellent (from 80, one place). BETA 0.00 h = 0.00; 30.00; 30.00: 60.00, good (from 60).
    Awards: base sums 1,000 + 500 leave 8,500.01 yuan, shared 2 × 80 : 1 × 60 = 160 : 60. ALPHA 6,181.8254…, BETA
    2,318.1845…: rounded down 6,181.82 + 2,318.18, and the last fen goes to the larger remainder, ALPHA.
    ALPHA 1,000 + 6,181.83 = 7,181.83; BETA 500 + 2,318.18 = 2,818.18; together 10,000.01, the budget.
    """
    with time_machine.travel(at(MONDAY), tick=False):
        use_instruments(network)
    used = UsageRecord.objects.order_by("instrument__code").values_list(
        "instrument__code", "effective_hours", "user_kind", "samples", "income"
    )
    assert list(used) == [
        ("ALPHA-XRD", Decimal("1.50"), "external", 3, Decimal("480.00")),
        ("BETA-SEM", Decimal("4.00"), "internal", 0, Decimal("240.00")),
    ]

    round_ = judge_the_year(network, django_capture_on_commit_callbacks)

    with time_machine.travel(at("2027-05-16"), tick=False):
        shown = Caller().get("evaluations/2026/").json()
        assert (shown["state"], shown["budget"], shown["digest"]) == ("final", "10000.01", round_.digest)
        results = Caller().get("evaluations/2026/results/").json()["results"]
        assert [(r["unit"], r["score"], r["rank"], r["grade"], r["award"]) for r in results] == [
            ("ALPHA", "80.00", 1, "excellent", "7181.83"),
            ("BETA", "60.00", 2, "good", "2818.18"),
        ]

        officer = Caller(network.officer)
        capture = django_capture_on_commit_callbacks
        pdf = pypdf.PdfReader(io.BytesIO(report(officer, {"year": 2026, "format": "pdf"}, capture)))
        text = "".join("".join(page.extract_text() for page in pdf.pages).split())
        for figure in (
            "80.00",
            "60.00",
            "7,181.83",
            "2,818.18",
            "10,000.01",
            "5.50",
            "阿尔法大学",
            round_.digest,
        ):
            assert figure in text, figure

        xlsx = report(officer, {"year": 2026, "format": "xlsx"}, capture)
        book = openpyxl.load_workbook(io.BytesIO(xlsx))
        cells = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
        assert cells["各单位得分、名次与等级"][1:3] == [
            (1, "阿尔法大学", "呼和浩特市", 20, 60, 80, "优秀"),
            (2, "贝塔研究院", "呼和浩特市", 0, 60, 60, "良好"),
        ]
        assert cells["各单位后补助"][1:] == [
            ("阿尔法大学", "优秀", 80, 1000, 6181.83, 7181.83),
            ("贝塔研究院", "良好", 60, 500, 2318.18, 2818.18),
            ("合计", None, None, 1500, 8500.01, 10000.01),
        ]
        assert cells["各单位机时与收入"][1:] == [
            ("阿尔法大学", 1, 1.5, 1.5, 1, 1.5, 1.5, 480),
            ("贝塔研究院", 1, 4, 0, 0, 4, 0, 240),
            ("合计", 2, 5.5, 1.5, 0.272727, 2.75, 0.75, 720),
        ]
