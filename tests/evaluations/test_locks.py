"""What is compared with what a page showed is read in the line of its round, so that nobody changes it meanwhile."""

from __future__ import annotations

import pytest

from evaluations.entries.actions import own_scores_now, values_now, withdraw_all_values
from evaluations.entries.models import GivenScore
from tests.lines import held, keys

pytestmark = pytest.mark.django_db


def test_values_and_scores_are_read_and_taken_back_in_the_line_of_the_round(story):
    unit = story.units["AAA"]
    indicator = GivenScore.objects.filter(given_by=story.officer)[0].indicator
    line = keys(story.round)
    assert held(story.officer, values_now, story.round, unit) == line
    assert held(story.officer, own_scores_now, story.round, indicator) == line
    assert held(None, withdraw_all_values, story.round.pk, unit.pk) == line
