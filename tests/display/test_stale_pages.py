"""A page that was overtaken: beside each field that differs stands what it now says."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from changes import StaleVersion
from display.versions import NEVER, differences, seen_in, show_meanwhile

GROUPS = [("Fruit", [("a", "Apple"), ("b", " Banana ")]), ("c", "Carrot")]


class Basket(forms.Form):
    """One field of each kind, with what is stored now."""

    one = forms.ChoiceField(choices=GROUPS, initial="c")
    some = forms.MultipleChoiceField(choices=GROUPS, initial=["a", "b", "x"], required=False)
    sure = forms.BooleanField(initial=True, required=False)
    at = forms.TimeField(initial=dt.time(9, 5), required=False)
    note = forms.CharField(initial=None, required=False)
    version = forms.IntegerField(initial=3, required=False)


SENT = {"one": "a", "at": "10:00", "note": "x", "version": "2"}


def basket() -> Basket:
    """As a browser sent it."""
    data = QueryDict(mutable=True)
    data.update(SENT)
    return Basket(data)


@pytest.fixture(autouse=True)
def _english():
    """Exact words are compared."""
    with translation.override("en"):
        yield


def test_each_stored_value_in_words():
    """Choices by their names, also those in groups; a choice that is gone by its key; yes and no; hours."""
    assert {bound.name: stored for bound, stored in differences(basket())} == {
        "one": "Carrot",
        "some": "Apple, Banana, x",
        "sure": "Yes",
        "at": "09:05",
        "note": "",
    }


@pytest.mark.parametrize(("found", "version"), [(4, "4"), (None, "2")])
def test_what_was_typed_stays_and_can_be_sent_again(found, version):
    """With the version of now, where there is one."""
    form = basket()
    show_meanwhile(form, StaleVersion(2, found), without={"note", "some"})
    assert form.errors == {
        "__all__": ["Someone has changed this in the meantime. Look at the new state and try again."],
        "one": ["It now says: Carrot"],
        "sure": ["It now says: Yes"],
        "at": ["It now says: 09:05"],
    }
    assert (form.data["version"], form.data["one"]) == (version, "a")


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ({}, None),
        ({"version": " "}, None),
        ({"version": " 12 "}, 12),
        ({"version": "٣"}, NEVER),
        ({"version": "x"}, NEVER),
        ({"version": "-1"}, NEVER),
        ({"version": "1" * 10}, NEVER),
    ],
)
def test_the_version_that_a_page_showed(sent, seen):
    """What is no number is no version that ever was."""
    assert seen_in(sent) == seen
