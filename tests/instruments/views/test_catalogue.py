"""The pages of the catalogue and of the comparison."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from instruments.actions.search import reindex
from instruments.enums import SharingMode
from instruments.models import Instrument
from instruments.templatetags.catalogue import marked, weekday_initial
from tests.factories.instruments import make_instrument

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def three():
    """Two diffractometers, one of them with marks in its name, and a microscope of one unit."""
    first = make_instrument(code="XRD-1", name_zh="X射线衍射仪")
    make_instrument(code="XRD-2", name_zh="<b>衍射仪</b>", unit=first.unit)
    make_instrument(code="SEM-1", name_zh="扫描电镜")
    make_instrument(code="HID-1", name_zh="隐藏衍射仪", sharing_mode=SharingMode.NOT_SHARED)
    reindex(Instrument.objects.all())
    return first


def codes(answer):
    """The instruments of the page, in order."""
    return [card.instrument.code for card in answer.context["found"].cards]


def test_what_everybody_finds(client, three):
    """Three shared instruments; the hidden one is nowhere; words stand out, and nothing in a name is markup."""
    address = reverse("instruments:catalogue")
    assert codes(client.get(address)) == ["SEM-1", "XRD-1", "XRD-2"]
    answer = client.get(address, {"q": "衍射仪"})
    html = answer.content.decode()
    assert codes(answer) == ["XRD-1", "XRD-2"]
    assert "X射线<mark>衍射仪</mark>" in html
    assert "&lt;b&gt;<mark>衍射仪</mark>&lt;/b&gt;" in html


def test_marking_escapes():
    """Words are looked for whatever their case, and as they stand."""
    assert marked("Xevo TQ-S", ["tq-s"]) == "Xevo <mark>TQ-S</mark>"
    assert marked("a.b <i>", ["."]) == "a<mark>.</mark>b &lt;i&gt;"
    assert marked("a", []) == "a"


def test_a_weekday_in_one_sign():
    """Wednesday in both languages."""
    for language, sign in (("zh-hans", "三"), ("en", "W")):
        with translation.override(language):
            assert weekday_initial(dt.date(2026, 3, 4)) == sign


def test_empty_fields_leave_the_address(client, three):
    """A form sends its empty fields as well; the address that is kept holds what was chosen."""
    address = reverse("instruments:catalogue")
    answer = client.get(f"{address}?q=&day=&unit={three.unit.code}&minutes=")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}?unit={three.unit.code}")
    assert client.get(f"{address}?q=").headers["Location"] == address


def test_every_choice_is_a_chip_that_can_be_taken_back(client, three):
    """Words, day, length and unit: each chip's address lacks just its own choice."""
    address = reverse("instruments:catalogue")
    query = f"q=衍射&day=2026-03-04&minutes=60&unit={three.unit.code}&page=1"
    chips = client.get(f"{address}?{query}").context["chips"]
    said = ["衍射", "2026-03-04", "1 小时", three.unit.name_zh]
    assert [word in chip.label for chip, word in zip(chips, said, strict=True)] == [True] * 4
    assert [chip.url.split("?")[1].count("&") for chip in chips] == [2, 2, 2, 2]
    assert "unit=" not in chips[3].url
    assert "minutes=" not in chips[2].url
    window = "free_from=2026-03-04T08:00:00%2B08:00&free_to=2026-03-05T08:00:00%2B08:00"
    chip = client.get(f"{address}?{window}").context["chips"][0]
    assert ("03-04 08:00" in chip.label, chip.url) == (True, address)


def test_wrong_parameters_are_named(client, three):
    """The page stays up and says which one."""
    answer = client.get(reverse("instruments:catalogue"), {"colour": "red", "page": "x"})
    assert answer.status_code == 200
    assert [problem.field for problem in answer.context["problems"]] == ["colour", "page"]


def test_nothing_found_offers_a_way_on(client, three):
    """No row, and a link to everything."""
    answer = client.get(reverse("instruments:catalogue"), {"q": "核磁共振"})
    assert codes(answer) == []
    assert "0" in answer.context["headline"]


def test_the_results_come_alone_for_a_swap(client, three):
    """With the target named only the results are sent, and caches know that it matters."""
    answer = client.get(
        reverse("instruments:catalogue"), headers={"HX-Request": "true", "HX-Target": "results"}
    )
    assert "<html" not in answer.content.decode()
    assert "HX-Target" in answer.headers["Vary"]


def test_the_facets_stand_in_the_order_of_use(client, three):
    """Class, place, field, unit, sharing, value."""
    names = [facet.name for facet in client.get(reverse("instruments:catalogue")).context["facets"]]
    assert names == ["instrument_class", "region", "field", "unit", "sharing_mode", "value_band"]


def test_four_are_compared_and_a_fifth_is_refused_in_words(client):
    """The first four stay, in the order they were chosen."""
    made = [make_instrument(code=f"C-{number}").code for number in range(5)]
    answer = client.get(reverse("instruments:compare"), {"code": list(reversed(made))})
    assert [card.instrument.code for card in answer.context["cards"]] == ["C-4", "C-3", "C-2", "C-1"]
    assert len(list(answer.context["messages"])) == 1
    assert client.get(reverse("instruments:compare"), {"code": ["NO", "C-1"]}).context["cards"]
    assert client.get(reverse("instruments:compare")).status_code == 200


@pytest.mark.parametrize(
    "query", [{}, {"q": "衍射"}, {"day": "2026-03-04", "minutes": "60"}, {"view": "table"}]
)
def test_the_page_asks_little(client, three, member, django_assert_max_num_queries, query):
    """At most fifteen queries beside those of the session and the person."""
    client.force_login(member)
    with django_assert_max_num_queries(15 + 4):
        client.get(reverse("instruments:catalogue"), query)
    client.logout()
    with django_assert_max_num_queries(15):
        client.get(reverse("instruments:catalogue"), query)
