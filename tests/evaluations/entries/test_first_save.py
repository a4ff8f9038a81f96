"""The first save of everything a scheme asks, by the page, for every scheme that ships; and what a page refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from evaluations.scoring import presets
from evaluations.scoring.definition import Bands, Choice, YesNo, asked_fields

pytestmark = pytest.mark.django_db
CODES = [preset.code for preset in presets.load_presets()]


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def answer(asked) -> str:
    """A number that the field takes: 2, or what the function offers."""
    function = asked.indicator.function
    if isinstance(function, YesNo):
        return "1"
    if isinstance(function, Choice):
        return f"{function.options[0].value:f}"
    if isinstance(function, Bands):
        return "1"
    return "2"


@pytest.mark.parametrize("first", CODES, indirect=True)
def test_the_first_save_keeps_every_value(first):
    """Once a ratio whose numbers were never reported was a server error, for everybody and always."""
    story, place, definition = first
    asked = list(asked_fields(definition))
    assert asked
    client = client_of(story.managers["AAA"])
    form = client.get(place).context["form"]
    sent = dict.fromkeys(form.fields, "") | {one.field.key: answer(one) for one in asked}
    sent |= {f"initial-{name}": str(form[name].initial or "") for name in form.fields}
    assert client.post(place, sent).status_code == 302
    assert dict(story.round.reported_values.values_list("indicator", "value")) == {
        one.field.key: Decimal(answer(one)) for one in asked
    }


@pytest.mark.parametrize("first", ["moe_2000"], indirect=True)
def test_a_count_is_refused_in_words_and_at_the_top(first):
    story, place, _definition = first
    client = client_of(story.managers["AAA"])
    refused = client.post(place, {"core_papers": "1.5"})
    assert refused.status_code == 422
    assert refused.context["form"].errors["core_papers"] == ["Enter a whole number: this counts things."]
    body = refused.text
    assert "decimal place" not in body
    top = body.index('class="form-errors"')
    assert top < body.index("page-head")
    assert 'href="#id_core_papers"' in body[top : top + 900]
    assert not story.round.reported_values.exists()
