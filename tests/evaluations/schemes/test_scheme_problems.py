"""The translated sentences of scheme problems are those of the reader, code by code."""

from __future__ import annotations

from django.utils import translation

from evaluations.schemes.forms.scheme_problems import SENTENCES, problem_sentence
from evaluations.scoring import problems


def test_every_problem_has_its_sentence():
    """Same codes, same English words."""
    with translation.override("en"):
        assert {code: str(sentence) for code, sentence in SENTENCES.items()} == problems.SENTENCES
        assert problem_sentence("too_long", {"limit": "5"}) == "must have at most 5 characters"
