"""Two people at the same form of values: whoever saves second is told what the first one changed, and loses nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from evaluations.entries.actions import give_score, report_value, withdraw_value
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.results.views import collecting as reporting_page
from tests.factories.evaluations import make_story

pytestmark = pytest.mark.django_db
CHANGED = "Someone has changed this in the meantime. Look at the new state and try again."


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def as_shown(client: Client, place: str) -> dict[str, str]:
    """What a browser would send back of the page as it stands, hidden initial values and all."""
    form = client.get(place).context["form"]
    now = {name: "" if form[name].initial is None else str(form[name].initial) for name in form.fields}
    return now | {f"initial-{name}": value for name, value in now.items()}


@pytest.fixture
def reporting():
    """A collecting round, the address where unit AAA reports, its number and words as reported at first."""
    story = make_story()
    row = ReportedValue.objects.filter(unit=story.units["AAA"]).order_by("indicator").first()
    return story, reverse("evaluations:unit", args=[2025, "AAA"]), row


def stored(row):
    fresh = ReportedValue.objects.get(pk=row.pk)
    return fresh.value, fresh.evidence


def words_of(row) -> str:
    return f"evidence:{row.indicator.partition('.')[0]}"


def report(story, row, value, evidence):
    perform(
        story.officer, report_value, story.round, story.units["AAA"], row.indicator, value, evidence=evidence
    )


def test_a_number_changed_meanwhile_is_named_and_what_was_typed_stays(reporting):
    story, place, row = reporting
    client = client_of(story.managers["AAA"])
    mine = as_shown(client, place) | {row.indicator: "1"}
    report(story, row, Decimal(3), "officer's count")
    before = Entry.objects.count()
    answer = client.post(place, mine)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors["__all__"] == [CHANGED]
    assert form.errors[row.indicator] == [f"{story.officer} changed this meanwhile; it now says: 3"]
    assert form.errors[words_of(row)] == [
        f"{story.officer} changed this meanwhile; it now says: officer's count"
    ]
    assert form[row.indicator].value() == "1"
    assert stored(row) == (Decimal(3), "officer's count")
    assert Entry.objects.count() == before
    # The page shows what is stored now, so sending it once more is meant.
    assert f'name="initial-{row.indicator}" value="3"' in answer.text
    again = mine | {f"initial-{row.indicator}": "3", f"initial-{words_of(row)}": "officer's count"}
    assert client.post(place, again).status_code == 302
    assert stored(row)[0] == Decimal(1)


def test_words_and_their_number_are_one_thing(reporting):
    """Who changes the number alone would take the words along as they saw them."""
    story, place, row = reporting
    client = client_of(story.managers["AAA"])
    mine = as_shown(client, place) | {row.indicator: "1"}
    report(story, row, row.value, "better words")
    answer = client.post(place, mine)
    assert answer.status_code == 422
    assert row.indicator not in answer.context["form"].errors
    assert stored(row) == (row.value, "better words")


def test_a_number_withdrawn_meanwhile_is_not_changed_unseen(reporting):
    story, place, row = reporting
    client = client_of(story.managers["AAA"])
    mine = as_shown(client, place) | {row.indicator: "1"}
    perform(story.officer, withdraw_value, story.round, story.units["AAA"], row.indicator)
    answer = client.post(place, mine)
    assert answer.status_code == 422
    assert answer.context["form"].errors[row.indicator] == ["It now says: –"]
    assert not ReportedValue.objects.filter(unit=story.units["AAA"], indicator=row.indicator).exists()


@pytest.mark.parametrize("first", ["moe_2000"], indirect=True)
def test_what_others_changed_elsewhere_is_nobody_s_concern(first):
    """Somebody else's number of another indicator neither stops this one nor is undone by it."""
    story, place, _definition = first
    client = client_of(story.managers["AAA"])
    mine = as_shown(client, place)
    one, other = [group.numbers[0].name for group in client.get(place).context["form"].groups()][:2]
    assert client_of(story.officer).post(place, mine | {one: "2"}).status_code == 302
    assert client.post(place, mine | {other: "1"}).status_code == 302
    assert dict(ReportedValue.objects.values_list("indicator", "value")) == {one: 2, other: 1}


def test_the_values_are_compared_under_the_lock(reporting, monkeypatch):
    """A change that lands between the page's first look and the lock is seen all the same."""
    story, place, row = reporting
    client = client_of(story.managers["AAA"])
    mine = as_shown(client, place) | {row.indicator: "1"}
    real = reporting_page.values_now

    def late(work, *args, **options):
        ReportedValue.objects.filter(pk=row.pk).update(value=Decimal(5))
        return real(work, *args, **options)

    monkeypatch.setattr(reporting_page, "values_now", late)
    assert client.post(place, mine).status_code == 422


@pytest.mark.parametrize("hidden", ["x", "1e999", "\0", ""])
def test_a_hidden_number_that_is_none_is_no_fault_of_ours(reporting, hidden):
    story, place, row = reporting
    client = client_of(story.managers["AAA"])
    sent = as_shown(client, place) | {row.indicator: "1", f"initial-{row.indicator}": hidden}
    assert client.post(place, sent).status_code == 422
    assert stored(row) == (row.value, row.evidence)


def test_a_score_changed_in_another_tab_is_named():
    story = make_story()
    unit = story.units["BBB"]
    given = GivenScore.objects.get(unit=unit, given_by=story.officer)
    client = client_of(story.officer)
    place = reverse("evaluations:give", args=[2025]) + f"?indicator={given.indicator}"
    mine = as_shown(client, place) | {"score:BBB": "2"}
    perform(story.officer, give_score, story.round, unit, given.indicator, Decimal(7), note="on reflection")
    answer = client.post(place, mine)
    assert answer.status_code == 422
    assert answer.context["form"].errors["score:BBB"] == ["It now says: 7"]
    assert answer.context["form"].errors["note:BBB"] == ["It now says: on reflection"]
    given.refresh_from_db()
    assert (given.value, given.note) == (Decimal(7), "on reflection")
    # A score of the other unit goes through: nobody has touched it.
    other = as_shown(client, place) | {"score:CCC": "3", "note:CCC": "seen"}
    if "initial-score:CCC" in other:
        assert client.post(place, other).status_code == 302
