"""What rests on what is taken away, as a page asks about it: one by one, or all at once."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from changes.dependants import CANCEL, KEEP, OFFER, Dependant, chosen_for, only_choices, register
from display.hits import asked, asked_of_all, choices_in

WORDS = {KEEP: "keep it", OFFER: "offer others", CANCEL: "cancel it"}
ENDS = Dependant(kind="test", key="c", title="ends", choices=(CANCEL,))
FREE = [Dependant(kind="test", key=key, title=key, choices=(KEEP, CANCEL)) for key in "ab"]


@pytest.fixture(autouse=True)
def _words():
    """One kind for these tests."""
    register("test", lambda *_given: None, {}, WORDS)


@pytest.mark.parametrize(
    ("choices", "chosen"),
    [
        ({}, ["", "", ""]),
        ({"a": "keep", "c": "cancel"}, ["keep", "", "cancel"]),
        ({"all": "cancel"}, ["cancel", "cancel", ""]),
        ({"all": "cancel", "b": "keep"}, ["cancel", "keep", ""]),
        ({"all": "cancel", "a": "", "b": "sell"}, ["cancel", "", ""]),
        ({"all": "offer"}, ["", "", ""]),
    ],
)
def test_the_own_answer_goes_before_the_one_for_all(choices, chosen):
    """What leaves no choice takes no answer for all, and nothing takes one that it does not offer."""
    assert [chosen_for(one, choices) for one in (*FREE, ENDS)] == chosen


def test_nobody_there_keeps_what_can_be_kept():
    """The rest ends."""
    assert only_choices([*FREE, ENDS]) == {"a": "keep", "b": "keep", "c": "cancel"}


def test_one_question_for_all_where_two_leave_a_choice():
    """Otherwise it would save nothing."""
    with translation.override("en"):
        hits = asked([*FREE, ENDS], {})
        assert [(value, str(words)) for value, words in asked_of_all(hits)] == [
            ("keep", "keep"),
            ("cancel", "cancel or end"),
        ]
    assert asked_of_all(asked([FREE[0], ENDS], {})) == []


@pytest.mark.parametrize("admin", [False, True])
def test_what_was_answered_for_all_stands_at_each(admin):
    """In the page and in the admin alike; what is preselected has no empty answer."""
    sent = {"choice_all": "cancel", "choice_b": "keep", "version": "1"}
    assert choices_in(sent) == {"all": "cancel", "b": "keep"}
    hits = asked([*FREE, ENDS], sent)
    assert [hit.chosen for hit in hits] == ["cancel", "keep", ""]
    with translation.override("en"):
        page = (
            render_to_string("admin/hits.html", {"adminform": {"form": {"hits": hits}}})
            if admin
            else render_to_string("components/hits.html", {"hits": hits})
        )
    selects = page.split("<select")[1:]
    assert [part[: part.index(">")].split('name="')[1].split('"')[0] for part in selects] == [
        "choice_all",
        "choice_a",
        "choice_b",
        "choice_c",
    ]
    assert '<option value="cancel" selected>' in selects[1]
    assert '<option value="keep" selected>' in selects[2]
    assert '<option value="">' not in selects[3]
