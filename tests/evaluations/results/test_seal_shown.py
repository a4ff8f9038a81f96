"""What the public was told of a round beside its results, term by term: the database keeps each while it is public."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from changes import perform
from evaluations.results.models import TieDecision
from evaluations.rounds.models import Round
from evaluations.steps.actions.publication import publicise_round
from tests.evaluations.walking import BEFORE_PUBLICITY, FRIDAY, MONDAY, scored
from tests.factories.evaluations import SchemeFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
SHOWN = "the results are publicised"


@pytest.fixture
def public(story, django_capture_on_commit_callbacks):
    """The small round with its results shown, and the officer who decided between two equals."""
    round_ = scored(story, django_capture_on_commit_callbacks)
    TieDecision.objects.create(round=round_, order=["AAA", "BBB"], reason="lot", decided_by=story.officer)
    return perform(story.officer, publicise_round, round_, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)


def other_terms(round_: Round) -> dict[str, object]:
    """Another value of each term."""
    return {
        "scheme_id": SchemeFactory(version=2).pk,
        "snapshot_id": round_.snapshots.create(number=9, requested_by_id=round_.snapshot.requested_by_id).pk,
        "budget": round_.budget + 1,
        "data_start": round_.data_start - DAY,
        "data_end": round_.data_end + DAY,
        "publicity_start": MONDAY - DAY,
        "publicity_end": FRIDAY + DAY,
    }


@pytest.mark.parametrize(
    "step", [{}, {"state": "final", "digest": "x"}], ids=["shown", "on the way to final"]
)
@pytest.mark.parametrize(
    "term",
    ["scheme_id", "snapshot_id", "budget", "data_start", "data_end", "publicity_start", "publicity_end"],
)
def test_what_stands_while_publicised_is_each_term_by_itself(public, term, step):
    """Whoever changes one, at once or together with the last step, is refused; the same round once scored again."""
    rows, change = Round.objects.filter(pk=public.pk), {term: other_terms(public)[term]}
    with pytest.raises(IntegrityError, match=SHOWN), transaction.atomic():
        rows.update(**change, **step)
    assert rows.update(state="scored", **change) == 1


@pytest.mark.parametrize("term", ["snapshot_id", "publicity_start", "publicity_end"])
def test_what_stands_while_publicised_is_not_emptied(public, term):
    """Nothing is another value too."""
    with pytest.raises(IntegrityError, match=SHOWN), transaction.atomic():
        Round.objects.filter(pk=public.pk).update(**{term: None})


def test_what_stands_while_publicised_is_the_order_of_equals(public):
    """None is changed, taken away or added."""
    tie = TieDecision.objects.get()
    for act in (
        lambda: TieDecision.objects.update(reason="x"),
        lambda: TieDecision.objects.all().order_by("pk")._raw_delete("default"),
        lambda: TieDecision.objects.create(
            round=public, order=["BBB", "AAA"], reason="y", decided_by=tie.decided_by
        ),
    ):
        with pytest.raises(IntegrityError, match=SHOWN), transaction.atomic():
            act()
    assert list(TieDecision.objects.values_list("order", "reason")) == [(["AAA", "BBB"], "lot")]
