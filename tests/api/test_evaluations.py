"""Rounds and results as programs read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evaluations.enums import ObjectKind, RoundState
from evaluations.results.models import Award, Result
from evaluations.rounds.models import Round
from evaluations.schemes.enums import Grade
from tests.api.calling import Caller, is_problem
from tests.factories.evaluations import RoundFactory, SchemeFactory
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db


def made(state=RoundState.FINAL, year=2025):
    """A round with one excellent unit with an award and one that fails."""
    round_ = RoundFactory(year=year, state=RoundState.SCORED)
    best, last = UnitFactory(), UnitFactory()
    Result.objects.create(round=round_, unit=best, score=Decimal("84.50"), rank=1, grade=Grade.EXCELLENT)
    Result.objects.create(round=round_, unit=last, score=Decimal("10.00"), rank=2, grade=Grade.FAIL)
    Award.objects.create(round=round_, unit=best, amount=round_.budget)
    digest = "d" * 64 if state == RoundState.FINAL else ""
    Round.objects.filter(pk=round_.pk).update(state=state, digest=digest)
    round_.refresh_from_db()
    return round_, best, last


def test_final_round_is_public_to_the_last_digit():
    """Round and results as the contract names them."""
    _round, best, last = made()
    expected = {
        "year": 2025,
        "kind": "unit",
        "scheme": "small",
        "scheme_version": 1,
        "state": "final",
        "budget": "10000.01",
        "digest": "d" * 64,
    }
    assert Caller().get("evaluations/").json()["results"] == [expected]
    assert Caller().get("evaluations/2025/").json() == expected
    body = Caller().get("evaluations/2025/results/").json()
    assert body["count"] == 2
    assert body["results"] == [
        {
            "unit": best.code,
            "instrument": None,
            "score": "84.50",
            "rank": 1,
            "grade": "excellent",
            "award": "10000.01",
        },
        {
            "unit": last.code,
            "instrument": None,
            "score": "10.00",
            "rank": 2,
            "grade": "fail",
            "award": "0.00",
        },
    ]


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.COLLECTING, RoundState.SCORED])
def test_unpublished_round_is_the_departments_own(state):
    """Hidden and missing are the same 404, for units too."""
    _round, best, _last = made(state)
    missing = Caller().get("evaluations/1999/")
    for who in (Caller(), Caller(PersonFactory()), Caller(make_manager(best))):
        assert who.get("evaluations/").json()["results"] == []
        for tail in ("", "results/"):
            answer = who.get(f"evaluations/2025/{tail}")
            assert is_problem(answer, 404)
            assert answer.content == missing.content
    officer = Caller(make_officer())
    assert officer.get("evaluations/2025/").json()["digest"] is None
    assert len(officer.get("evaluations/2025/results/").json()["results"]) == 2


def test_rounds_over_instruments_are_asked_for_by_kind():
    """They have no award of their own."""
    made()
    scheme = SchemeFactory(code="single", object_kind=ObjectKind.INSTRUMENT)
    RoundFactory(scheme=scheme, state=RoundState.PUBLICISED, publicity_start="2026-05-11")
    assert len(Caller().get("evaluations/").json()["results"]) == 1
    (row,) = Caller().get("evaluations/?kind=instrument").json()["results"]
    assert (row["scheme"], row["state"]) == ("single", "publicised")
    assert Caller().get("evaluations/2025/?kind=instrument").json() == row
    for query in ("kind=x", "state=final"):
        assert is_problem(Caller().get(f"evaluations/?{query}"), 400)


def test_results_ask_the_database_equally_often(django_assert_num_queries):
    """Round, count, page and awards."""
    made()
    round_ = RoundFactory(year=2024, state=RoundState.SCORED)
    Result.objects.create(round=round_, unit=UnitFactory(), score=1, rank=1, grade=Grade.FAIL)
    Round.objects.filter(pk=round_.pk).update(state=RoundState.PUBLICISED, publicity_start="2026-05-11")
    for year in (2024, 2025):
        with django_assert_num_queries(4):
            Caller().get(f"evaluations/{year}/results/")
