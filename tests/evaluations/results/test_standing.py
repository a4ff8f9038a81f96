"""Where a result stands: distance in points, and places that are taken."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.results.models import Result
from evaluations.results.queries.standing import Stand, stand_of
from evaluations.schemes.queries.schemes import definition_of
from tests.evaluations.walking import final, scored

pytestmark = pytest.mark.django_db


def stand(story, code: str) -> Stand:
    """Where that unit stands."""
    return stand_of(Result.objects.get(unit__code=code), definition_of(story.round.scheme))


def test_distance_to_the_better_grade(story, django_capture_on_commit_callbacks):
    """AAA 84.50 is at the top; BBB 81.00 reaches 80 but the one place went with 84.50; CCC lacks 30 to 40."""
    scored(story, django_capture_on_commit_callbacks)
    best = stand(story, "AAA")
    assert (best.better, best.above, best.quota_full, best.judged) == (None, Decimal("4.50"), False, 3)
    second = stand(story, "BBB")
    assert (second.better, second.gap, second.places) == ("excellent", 0, 1)
    assert (second.last_place, second.place_gap) == (Decimal("84.50"), Decimal("3.50"))
    assert second.above == Decimal("21.00")
    last = stand(story, "CCC")
    assert (last.better, last.gap, last.quota_full, last.above) == ("pass", Decimal("30.00"), False, None)
    # The line begins at 0 (a ten below 10): 40, 60 and 80 stand at 40, 60 and 80 percent of it.
    assert [(cut.grade, cut.at) for cut in last.gauge.cuts] == [("pass", 40), ("good", 60), ("excellent", 80)]
    assert last.gauge.at == 10


def test_a_rule_is_named_before_points(story, django_capture_on_commit_callbacks):
    """Who fails by a rule is not told how many points are missing."""
    final_round = scored(story, django_capture_on_commit_callbacks)
    Result.objects.filter(round=final_round, unit__code="AAA").update(
        grade="fail", grade_reason={"key": "fail_rule", "rule": "x", "value": "1"}
    )
    assert stand(story, "AAA").by_rule


def test_page_says_how_far_it_is(story, django_capture_on_commit_callbacks):
    """The sentences of the panel, and the largest losses as links into the table."""
    final(story, django_capture_on_commit_callbacks)
    client = Client(headers={"accept-language": "en"})
    client.force_login(story.managers["BBB"])
    body = client.get(reverse("evaluations:unit", args=[2025, "BBB"])).content.decode()
    for said in ("rank 2 of 3", "3.50 points short", "its 1 place is taken", 'href="#score-tasks"', "−15.00"):
        assert said in body, said
