"""A round by one of the schemes that ship, collecting."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from django.urls import reverse

from changes import perform
from evaluations.enums import ObjectKind
from evaluations.rounds.actions import RoundData, create_round
from evaluations.schemes.actions import load_presets
from evaluations.schemes.queries.schemes import definition_of
from evaluations.steps.actions.opening import open_round
from tests.factories.evaluations import DATA_END, DATA_START, make_story


@pytest.fixture
def first(request):
    """A collecting round by one of the presets, nothing reported, with the page of one object."""
    story = make_story(collecting=False)
    perform(None, load_presets)
    scheme = next(one for one in story.round.scheme.__class__.objects.all() if one.code == request.param)
    data = RoundData(2024, scheme, DATA_START, DATA_END, Decimal(100))
    round_ = perform(story.officer, open_round, perform(story.officer, create_round, data))
    single = round_.kind == ObjectKind.INSTRUMENT
    name = "evaluations:instrument_result" if single else "evaluations:unit"
    place = reverse(name, args=[2024, "AAA", *(["AAA-1"] if single else [])])
    return dataclasses.replace(story, round=round_), place, definition_of(scheme)
