"""The pages of the catalogue and of the comparison."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from instruments.availability.queries import keeping
from instruments.catalogue.forms.catalogue import PageFilter
from instruments.catalogue.written import country, maker, marked, weekday_initial
from instruments.inventory.actions.search import reindex
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory
from tests.markup import tight

SIGNED_IN = 4

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
    said = ["衍射", "3月4日 周三", "1 小时", three.unit.name_zh]
    assert [word in chip.label for chip, word in zip(chips, said, strict=True)] == [True] * 4
    assert [chip.url.split("?")[1].count("&") for chip in chips] == [2, 2, 2, 2]
    assert "unit=" not in chips[3].url
    assert "minutes=" not in chips[2].url
    (state,) = client.get(address, {"state": "under_repair"}).context["chips"]
    assert (state.label, state.url) == (str(InstrumentState.UNDER_REPAIR.label), address)
    window = "free_from=2026-03-04T08:00:00%2B08:00&free_to=2026-03-05T08:00:00%2B08:00"
    chip = client.get(f"{address}?{window}").context["chips"][0]
    assert ("03-04 08:00" in chip.label, chip.url) == (True, address)


def test_wrong_parameters_are_named(client, three):
    """The page stays up and says which one, by the label people read; the other choices and what was typed stay."""
    long = "衍" * 101
    answer = client.get(
        reverse("instruments:catalogue"), {"colour": "red", "page": "x", "q": long, "unit": three.unit.code}
    )
    assert answer.status_code == 200
    labels = PageFilter.base_filters
    told = {problem.field: problem.message for problem in answer.context["problems"]}
    assert set(told) == {"colour", str(labels["page"].label), str(labels["q"].label)}
    assert "100" in told[str(labels["q"].label)]
    assert [chip.label for chip in answer.context["chips"]] == [three.unit.name_zh]
    assert f'value="{long}"' in answer.content.decode()


def test_nothing_found_offers_a_way_on(client, three):
    """No row, and the one choice to take away with what comes back; without any such a link to everything."""
    address = reverse("instruments:catalogue")
    answer = client.get(address, {"q": "核磁共振", "unit": three.unit.code})
    assert codes(answer) == []
    way = answer.context["way_out"]
    assert (way.label, way.url, way.count) == ("“核磁共振”", f"{address}?unit={three.unit.code}", 2)
    alone = client.get(address, {"q": "核磁共振", "min_value": "999999999"})
    assert (codes(alone), alone.context["way_out"]) == ([], None)


def test_nothing_found_offers_near_words(client, three, django_assert_max_num_queries):
    """Parts of what was looked for, then names that share most; each finds what it says, under other choices too."""
    address = reverse("instruments:catalogue")
    client.get(address)
    with django_assert_max_num_queries(12):
        answer = client.get(address, {"q": "粉末衍射儀。", "unit": three.unit.code})
    words = [chip.label for chip in answer.context["near_words"]]
    assert codes(answer) == []
    assert words
    for chip in answer.context["near_words"]:
        found = client.get(chip.url)
        assert chip.label.endswith(f" ({len(codes(found))})")
        assert f"unit={three.unit.code}" in chip.url
        assert chip.url.replace("&", "&amp;") in answer.content.decode()
    alone = client.get(address, {"q": "冷冻扫描电镜"})
    assert alone.context["near_words"]
    assert alone.context["way_out"] is None
    nothing = client.get(address, {"q": "qqqqq"})
    assert (nothing.context["near_words"], nothing.context["way_out"].label) == ([], "“qqqqq”")


def test_the_results_come_alone_for_a_swap(client, three):
    """With the target named results and, beside them, facets with new counts are sent; caches know that it matters."""
    answer = client.get(
        reverse("instruments:catalogue"),
        {"q": "扫描"},
        headers={"HX-Request": "true", "HX-Target": "results"},
    )
    html = tight(answer.content.decode())
    assert "<html" not in html
    assert html.count('<div id="facets" hx-swap-oob="true">') == 1
    assert 'id="sharing_mode-external" value="external"><span>' in html
    assert html.split('id="sharing_mode-external"')[1].split("<em>")[1].startswith("1<")
    assert "HX-Target" in answer.headers["Vary"]
    assert "hx-swap-oob" not in client.get(reverse("instruments:catalogue")).content.decode()


def test_who_cannot_book_is_offered_no_booking(client, three, member):
    """One kept for its own unit: no price and no way to the form for visitors and others, both for its own people."""
    Instrument.objects.filter(code="SEM-1").update(sharing_mode=SharingMode.INTERNAL)
    kept = Instrument.objects.get(code="SEM-1")
    address, form = reverse("instruments:catalogue"), reverse("instruments:instrument", args=["SEM-1"])
    for person, may in ((None, False), (member, False), (PersonFactory(home_unit=kept.unit), True)):
        client.logout()
        if person is not None:
            client.force_login(person)
        for query in ({"q": "扫描"}, {"q": "扫描", "view": "table"}):
            html = client.get(address, query).content.decode()
            assert (f"{form}?start=" in html) is may
            assert ("¥" in html.split('id="results"')[1]) is may
        assert (
            f"{form}?start=" in client.get(reverse("instruments:compare"), {"code": "SEM-1"}).content.decode()
        ) is may


def test_the_button_carries_the_day_and_the_length(client, three):
    """Wednesday, four hours: the form of the instrument opens with just that."""
    html = client.get(
        reverse("instruments:catalogue"), {"day": "2026-03-04", "minutes": "240"}
    ).content.decode()
    form = reverse("instruments:instrument", args=["XRD-1"])
    start, end = "2026-03-04T00%3A00%3A00%2B00%3A00", "2026-03-04T04%3A00%3A00%2B00%3A00"
    assert f'href="{form}?start={start}&amp;end={end}#book"' in html
    form_page = client.get(form, {"start": "2026-03-04T00:00:00+00:00", "end": "2026-03-04T04:00:00+00:00"})
    assert form_page.context["form"].initial["day"] == dt.date(2026, 3, 4)


def test_a_full_day_cannot_be_chosen(client):
    """Closed at the weekend: Saturday and Sunday twice, and the address without script is the same form."""
    make_instrument(code="W-1", workdays=(8, 20))
    answer = client.get(reverse("instruments:catalogue"))
    assert [day.count for day in answer.context["calendar"]] == [1, 1, 1, 1, 1, 0, 0] * 2
    assert tight(answer.content.decode()).count("disabled>") == 4


def test_makers_and_countries_in_the_readers_language():
    """Both names where both are known, the reader's first."""
    for language, both, one, place in (
        ("zh-hans", "元素（Elementar）", "华为", "德国"),
        ("en", "Elementar (元素)", "华为", "Germany"),
    ):
        with translation.override(language):
            assert (maker("元素（Elementar）"), maker("华为")) == (both, one)
            assert country("德国") == (place if language == "en" else country("德国"))
            assert country("瓦坎达") == "瓦坎达"


def test_one_of_the_compared_can_be_taken_away(client):
    """Its link holds the others; the slot is the one its own page offers first."""
    for code in ("C-1", "C-2"):
        make_instrument(code=code)
    answer = client.get(reverse("instruments:compare"), {"code": ["C-1", "C-2"]})
    assert [column.without for column in answer.context["columns"]] == ["code=C-2", "code=C-1"]
    page = client.get(reverse("instruments:instrument", args=["C-1"]))
    slot, offered = answer.context["cards"][0].slot, page.context["slots"][0]
    assert (slot.start, slot.end) == (offered.start, offered.end)


def test_the_facets_stand_in_the_order_of_use(client, three):
    """Time, price, approval, class, place, field, unit, sharing, value."""
    names = [facet.name for facet in client.get(reverse("instruments:catalogue")).context["facets"]]
    own = ["instrument_class", "region", "field", "unit", "sharing_mode", "value_band"]
    assert names == ["free", "max_price", "at_once", *own]


def test_four_are_compared_and_a_fifth_is_refused_in_words(client):
    """The first four stay, in the order they were chosen."""
    made = [make_instrument(code=f"C-{number}").code for number in range(5)]
    answer = client.get(reverse("instruments:compare"), {"code": list(reversed(made))})
    assert [card.instrument.code for card in answer.context["cards"]] == ["C-4", "C-3", "C-2", "C-1"]
    assert len(list(answer.context["messages"])) == 1
    assert client.get(reverse("instruments:compare"), {"code": ["NO", "C-1"]}).context["cards"]
    assert client.get(reverse("instruments:compare")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "衍射"},
        {"q": "没有", "unit": "NO"},
        {"ordering": "price"},
        {"day": "2026-03-04", "minutes": "60"},
        {"view": "table"},
    ],
)
def test_the_page_asks_little(client, three, member, django_assert_max_num_queries, query):
    """At most fifteen queries beside those of the session and the person, once the index of free time is there."""
    keeping.current(timezone.now())
    client.force_login(member)
    with django_assert_max_num_queries(15 + 4):
        client.get(reverse("instruments:catalogue"), query)
    client.logout()
    with django_assert_max_num_queries(15):
        client.get(reverse("instruments:catalogue"), query)


@pytest.mark.parametrize("rows", [1, 3])
def test_comparing_asks_the_same_for_one_as_for_three(client, member, django_assert_num_queries, rows):
    """Rows, rates, weeks, exceptions, bookings; signed in four more for session, person, roles and notices."""
    made = [make_instrument(code=f"C-{number}").code for number in range(rows)]
    with django_assert_num_queries(4):
        client.get(reverse("instruments:compare"), {"code": made})
    client.force_login(member)
    with django_assert_num_queries(4 + SIGNED_IN):
        client.get(reverse("instruments:compare"), {"code": made})
