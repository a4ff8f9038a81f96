"""What is wrong with a scheme is said in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from evaluations.schemes.forms.schemes import problem_sentence
from evaluations.scoring.problems import SENTENCES


@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_has_a_chinese_sentence(code):
    """None falls back to English."""
    filled = dict.fromkeys(("limit", "name", "choices", "places", "sum", "points", "product", "source"), "5")
    filled |= dict.fromkeys(("most", "metric", "cap"), "5")
    with translation.override("zh-hans"):
        chinese = problem_sentence(code, filled)
    assert chinese != SENTENCES[code] % filled
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)


def test_the_numbers_stand_in_the_sentence():
    """In English as the code has them."""
    with translation.override("en"):
        assert problem_sentence("too_long", {"limit": "5"}) == "must have at most 5 characters"
