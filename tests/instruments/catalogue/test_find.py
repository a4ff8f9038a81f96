"""The finder: from words or a question to slots that can be booked, ranked, priced, with distances."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from changes import perform
from instruments.catalogue.rules.distance import kilometres
from instruments.catalogue.rules.questions import questions, techniques
from instruments.catalogue.views.find import SHOWN_FIRST
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.actions.search import reindex
from instruments.inventory.models import Instrument, InstrumentClass
from members.models import Region
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory, UnitFactory
from tests.instruments.moments import NOW, at

pytestmark = pytest.mark.django_db
FIND = "/find/"


@pytest.fixture(autouse=True)
def _monday():
    """Stand still at Monday 2 March 2026, 09:00 in Shanghai."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def three():
    """Two mass spectrometers in Hohhot and Baotou, one microscope in Hailar; the Baotou one asks no approval."""
    perform(None, load_reference)
    made = {}
    for code, region, class_code, name, policy in (
        ("MS-H", "150100", "010202", "电感耦合等离子体质谱仪", {"approval_required": True}),
        ("MS-B", "150200", "010202", "电感耦合等离子体质谱仪", {"approval_required": False}),
        ("EM-H", "150700", "010104", "扫描电子显微镜", {"approval_required": True}),
    ):
        unit = UnitFactory(region=Region.objects.get(code=region))
        made[code] = make_instrument(
            code=code,
            unit=unit,
            name_zh=name,
            name_en="",
            workdays=(8, 20),
            policy=policy,
            instrument_class=InstrumentClass.objects.get(code=class_code),
        )
    reindex(Instrument.objects.all())
    return made


def found(answer) -> list[str]:
    """The codes of what is offered, in order."""
    return [offer.card.instrument.code for offer in answer.context["answer"].offers]


def test_a_distance_worked_by_hand():
    """Along a meridian one degree is 6371 π / 180 = 111.19 km; across the equator's quarter 10,007.5."""
    zero = (Decimal(0), Decimal(0))
    assert kilometres(zero, (Decimal(0), Decimal(1))) == 111
    assert kilometres(zero, (Decimal(90), Decimal(0))) == 10_008
    assert kilometres(zero, zero) == 0


def test_a_question_leads_to_techniques_and_these_to_slots(client, three):
    """The words of a question name no instrument; its techniques do, each with what it cannot do."""
    answer = client.get(FIND, {"q": "稀土 杂质"}, headers={"accept-language": "zh-hans"})
    question, ways = answer.context["answer"].questions[0]
    assert question.code == "rare-earth-impurity"
    counted = {way.technique.code: way.free for way in ways}
    assert counted["icp-ms"] == 2
    page = answer.content.decode()
    assert ways[0].technique.cannot in page
    assert ways[0].technique.why in page
    chosen = client.get(FIND, {"technique": "icp-ms"}, headers={"accept-language": "en"})
    assert set(found(chosen)) == {"MS-H", "MS-B"}
    assert techniques("en")["icp-ms"].cannot in chosen.content.decode()
    # Nothing is called so: what the first technique of the likeliest question has is shown at once.
    assert answer.context["proposed"].code == ways[0].technique.code


def test_slots_lie_in_the_wanted_days_at_the_readers_price(client, three):
    """Tuesday 8 to 12 is taken: four hours begin at 12:00, then on Wednesday; 240 yuan an hour for a visitor."""
    BookingFactory(instrument=three["MS-H"], start=at(1, 8), end=at(1, 12))
    asked = {"q": "MS-H", "minutes": 240, "first": "2026-03-03", "last": "2026-03-04"}
    offer = client.get(FIND, asked).context["answer"].offers[0]
    assert [(slot.start, price) for slot, price in offer.slots] == [
        (at(1, 12), Decimal("960.00")),
        (at(2, 8), Decimal("960.00")),
    ]
    mine = PersonFactory(home_unit=three["MS-H"].unit)
    client.force_login(mine)
    own = client.get(FIND, asked).context["answer"].offers[0]
    assert own.slots[0][1] == Decimal("240.00")
    assert own.kilometres == 0
    body = client.get(FIND, asked).content.decode()
    assert "start=2026-03-03T04%3A00%3A00" in body


def test_nights_and_weekends_only_where_asked(client, three):
    """Saturday and Sunday are no office hours; those open around the clock are free then where it is asked."""
    make_instrument(code="ALL-DAY", name_zh="全天仪器")
    weekend = {"first": "2026-03-07", "last": "2026-03-08"}
    assert client.get(FIND, weekend).context["answer"].total == 0
    assert found(client.get(FIND, weekend | {"hours": "any"})) == ["ALL-DAY"]


def test_orders_and_narrowing(client, three):
    """Nearest from Baotou, at once, four cities, up to a price; what is dearer than the limit is left out."""
    order = found(client.get(FIND, {"ordering": "nearest", "near": "150200"}))
    assert order == ["MS-B", "MS-H", "EM-H"]
    offers = client.get(FIND, {"ordering": "nearest", "near": "150200"}).context["answer"].offers
    assert offers[0].kilometres == 0
    assert offers[1].kilometres < offers[2].kilometres
    assert found(client.get(FIND, {"at_once": "on"})) == ["MS-B"]
    assert set(found(client.get(FIND, {"area": "four_cities"}))) == {"MS-B", "MS-H"}
    assert found(client.get(FIND, {"max_price": "200"})) == []
    assert len(found(client.get(FIND, {"max_price": "500"}))) == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"minutes": "two"}, "minutes"),
        ({"minutes": "1"}, "minutes"),
        ({"first": "2026-13-40"}, "first"),
        ({"first": "2026-03-05", "last": "2026-03-03"}, "last"),
        ({"last": "2026-03-01"}, "last"),
        ({"last": "2026-06-30"}, "last"),
        ({"first": "2099-01-01"}, "first"),
        ({"near": "nowhere"}, "near"),
        ({"area": "999999"}, "area"),
        ({"ordering": "by mood"}, "ordering"),
        ({"max_price": "7"}, "max_price"),
        ({"q": "长" * 500}, "q"),
    ],
)
def test_nonsense_is_named_and_the_rest_is_answered(client, three, asked, field):
    """No refusal of the whole page, nothing typed lost."""
    answer = client.get(FIND, asked)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["answer"].total == 3
    assert client.get(FIND, {"technique": "no-such"}).context["technique"] is None
    assert client.get(FIND, {"q": "\0", "minutes": "\0"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 6])
def test_the_finder_asks_little(client, three, django_assert_max_num_queries, rows):
    """As many for one as for six: what happened, words, techniques, rows, rates, opening, bookings, place."""
    for _number in range(rows):
        make_instrument(name_zh="质谱仪")
    client.get(FIND, {"q": "稀土 杂质"})
    with django_assert_max_num_queries(12):
        client.get(FIND, {"q": "稀土 杂质", "near": "150100"})
    with django_assert_max_num_queries(7):
        client.get(FIND, {"near": "150100"})


def test_the_answer_comes_alone_for_a_swap(client, three):
    answer = client.get(FIND, headers={"HX-Request": "true", "HX-Target": "find-answer"})
    assert "<html" not in answer.content.decode()
    assert "HX-Target" in answer.headers["Vary"]
    assert reverse("instruments:find") == FIND


def test_the_examples_exist():
    """What is offered before anything is typed leads somewhere."""
    assert set(SHOWN_FIRST) <= set(questions("zh"))
