"""The public catalogue: filters, facets, cards, bounded queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import translation

from changes import perform
from instruments.booking.enums import BookingState
from instruments.catalogue.forms.catalogue import ORDERING_NAMES, CatalogueFilter, PageFilter, filled
from instruments.catalogue.queries.catalogue import catalogue, catalogue_page
from instruments.catalogue.queries.facets import counts
from instruments.catalogue.queries.filters import ORDERINGS
from instruments.catalogue.queries.relaxation import best_relaxation
from instruments.catalogue.queries.selection import Selection
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.actions.search import reindex
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass
from instruments.terms.models import Rate
from members.models import Region
from tests.factories.instruments import BookingFactory, InstrumentFieldFactory, make_instrument
from tests.factories.members import PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 4, 2, 0, tzinfo=dt.UTC)  # Wednesday 10:00 in Shanghai


@pytest.fixture(autouse=True)
def _now():
    """Stand still on a Wednesday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def network():
    """Two units in two cities; three open instruments, one unshared, one retired."""
    perform(None, load_reference)
    imu = UnitFactory(code="IMU", name_zh="内蒙古大学", region=Region.objects.get(code="150100"))
    imau = UnitFactory(code="IMAU", name_zh="内蒙古农业大学", region=Region.objects.get(code="150200"))

    def made(code, unit, class_code, value, fields, **more):
        row = make_instrument(
            code=code,
            unit=unit,
            instrument_class=InstrumentClass.objects.get(code=class_code),
            original_value=Decimal(value),
            **more,
        )
        for position, field in enumerate(fields, 1):
            InstrumentFieldFactory(
                instrument=row, field=ApplicationField.objects.get(code=field), position=position
            )
        return row

    made("A-1", imu, "010301", "900000", ["430", "150"], name_zh="衍射仪", started_on=dt.date(2020, 1, 1))
    made("A-2", imu, "010102", "3000000", ["430"], name_zh="扫描电镜", started_on=dt.date(2022, 1, 1))
    made("A-3", imau, "010201", "500000", ["150"], name_zh="质谱仪", sharing_mode=SharingMode.INTERNAL)
    made("X-1", imau, "010201", "500000", ["150"], sharing_mode=SharingMode.NOT_SHARED)
    made("X-2", imau, "010201", "500000", ["150"], state=InstrumentState.RETIRED)
    reindex(Instrument.objects.all())
    return imu, imau


def chosen(query):
    """Codes that a query string shows, in order."""
    filters = CatalogueFilter(QueryDict(query))
    assert filters.problems == []
    return [row.code for row in filters.qs]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["A-1", "A-2", "A-3"]),
        ("field=430", ["A-1", "A-2"]),
        ("field=430&field=150", ["A-1", "A-2", "A-3"]),
        ("instrument_class=010000", ["A-1", "A-2", "A-3"]),
        ("instrument_class=010300", ["A-1"]),
        ("instrument_class=010102&instrument_class=010200", ["A-2", "A-3"]),
        ("unit=IMU", ["A-1", "A-2"]),
        ("region=150200", ["A-3"]),
        ("sharing_mode=internal", ["A-3"]),
        ("sharing_mode=not_shared", []),
        ("state=in_service&unit=IMAU", ["A-3"]),
        ("min_value=900000", ["A-1", "A-2"]),
        ("max_value=900000", ["A-1", "A-3"]),
        ("value_band=50-100", ["A-1", "A-3"]),
        ("value_band=200-500&value_band=0-50", ["A-2"]),
        ("ordering=-value", ["A-2", "A-1", "A-3"]),
        ("ordering=value", ["A-3", "A-1", "A-2"]),
        ("ordering=newest", ["A-2", "A-1", "A-3"]),
        ("q=SEM", ["A-2"]),
        ("q=仪&unit=IMU", ["A-1", "A-2"]),
        ("q=内大&ordering=relevance", []),
    ],
)
def test_choices_narrow(network, query, codes):
    """Each parameter by hand."""
    assert chosen(query) == codes


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("unit=NOPE", "unit"),
        ("instrument_class=01", "instrument_class"),
        ("min_value=-1", "min_value"),
        ("min_value=NaN", "min_value"),
        ("min_value=9&max_value=8", "max_value"),
        ("ordering=height", "ordering"),
        ("free_from=2026-03-04T08:00:00&free_to=2026-03-04T09:00:00Z", "free_from"),
        ("free_from=2026-03-04T08:00:00Z", "free_to"),
        ("free_from=2026-03-04T08:00:00Z&free_to=2026-03-04T08:00:00Z", "free_to"),
        ("free_from=2026-03-04T08:00:00Z&free_to=2026-08-04T08:00:00Z", "free_to"),
        ("free_from=9999-12-31T23:59:59-05:00&free_to=9999-12-31T23:59:59-06:00", "free_from"),
        ("page_size=101", "page_size"),
        ("page=0", "page"),
        ("minutes=x", "minutes"),
        ("q=%00", "q"),
        ("view=table", "view"),
        ("day=2026-03-04", "day"),
    ],
)
def test_nonsense_is_named(network, query, field):
    """The wrong parameter is named, and narrows nothing."""
    filters = CatalogueFilter(QueryDict(query))
    assert not filters.is_valid()
    assert [wrong.field for wrong in filters.problems][:1] == [field]
    assert list(filters.errors)[0] == field
    assert filters.chosen.units == ()


def test_a_new_unit_is_known_at_once(network):
    """The kept names do not hide a unit created a moment ago."""
    assert CatalogueFilter(QueryDict("unit=IMU")).is_valid()
    UnitFactory(code="NEW")
    assert CatalogueFilter(QueryDict("unit=NEW")).is_valid()


def test_a_slot_must_be_free(network):
    """A booking over the wanted time hides the instrument; a day is two ends."""
    BookingFactory(
        instrument=Instrument.objects.get(code="A-1"), start=NOW + dt.timedelta(days=1), state=BookingState.CONFIRMED
    )  # fmt: skip
    assert chosen("free_from=2026-03-05T10:00:00%2B08:00&free_to=2026-03-05T11:00:00%2B08:00") == [
        "A-2",
        "A-3",
    ]
    assert chosen("free_from=2026-03-05T10:00:00%2B08:00&free_to=2026-03-05T13:00:00%2B08:00&minutes=60") == [
        "A-1",
        "A-2",
        "A-3",
    ]
    page = PageFilter(QueryDict("day=2026-03-06&day=2026-03-05&view=table"))
    assert (page.problems, page.view_name) == ([], "table")
    assert page.chosen.days == (dt.date(2026, 3, 5), dt.date(2026, 3, 6))
    for nonsense in ("9999-12-31", "tomorrow"):
        wrong = PageFilter(QueryDict(f"day={nonsense}&unit=IMU"))
        assert ([row.field for row in wrong.problems], wrong.chosen.days) == (["day"], ())
        assert wrong.chosen.units == ("IMU",)


def test_each_facet_ignores_its_own_choice(network):
    """Counted by hand: unit IMU is chosen, so the unit facet still shows both."""
    filters = CatalogueFilter(QueryDict("unit=IMU&field=150")).chosen
    counted = counts(Selection(filters, AnonymousUser(), NOW))
    assert counted == {
        "field": {"150": 1, "430": 2},
        "instrument_class": {"010300": 1},
        "unit": {"IMU": 1, "IMAU": 1},
        "region": {"150100": 1},
        "sharing_mode": {"external": 1},
        "value_band": {"50-100": 1},
        "at_once": {"on": 1},
        "max_price": {"100": 0, "200": 0, "500": 1, "1000": 1},
        "free": {"today": 1, "tomorrow_morning": 1, "tomorrow_afternoon": 1, "week": 1},
    }
    with translation.override("en"):
        page = catalogue_page(filters, AnonymousUser())
    unit = next(facet for facet in page.facets if facet.name == "unit")
    assert [(o.value, o.count, o.chosen) for o in unit.options] == [("IMU", 1, True), ("IMAU", 1, False)]
    assert unit.chosen_count == 1
    assert page.total == 1


def test_a_card_tells_price_and_next_slot(network):
    """The reader's own price; the next slot keeps one hour's notice and the usual length of two hours."""
    imu, _imau = network
    page = catalogue_page(CatalogueFilter(QueryDict("")).chosen, PersonFactory(home_unit=imu), now=NOW)
    first = page.cards[0]
    assert (first.instrument.code, first.category, first.price) == ("A-1", "internal", Decimal("60.00"))
    assert (first.slot_minutes, first.slot_price) == (120, Decimal("120.00"))
    inside = next(card for card in page.cards if card.instrument.code == "A-3")
    assert (inside.price, inside.shown_price) == (Decimal("120.00"), None)
    slot = first.outlook.next_free
    assert (slot.start, slot.end, slot.station) == (
        NOW + dt.timedelta(hours=1),
        NOW + dt.timedelta(hours=3),
        1,
    )
    assert [(day.open_hours, day.free_hours, day.free_percent) for day in first.outlook.strip[:2]] == [
        (Decimal("24.0"), Decimal("13.0"), 54),
        (Decimal("24.0"), Decimal("24.0"), 100),
    ]
    assert len(first.outlook.strip) == 7
    assert catalogue_page(CatalogueFilter(QueryDict("")).chosen, AnonymousUser()).cards[0].price is None


def test_an_instrument_under_repair_has_nothing_free(network):
    """No slot, no free hours, no way to book it, and it comes after the one that works."""
    Instrument.objects.filter(code="A-1").update(state=InstrumentState.UNDER_REPAIR)
    working, card = catalogue_page(CatalogueFilter(QueryDict("unit=IMU")).chosen, AnonymousUser()).cards
    assert (working.instrument.code, working.is_bookable, card.is_bookable) == ("A-2", True, False)
    assert card.outlook.next_free is None
    assert {day.free_hours for day in card.outlook.strip} == {Decimal("0.0")}


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        # What has happened since the index was read, rows, rates, opening hours, bookings.
        ("", 5),
        ("q=仪&value_band=50-100", 6),  # the words
        ("ordering=name", 6),  # an order that the database knows
        ("free_from=2026-03-05T10:00:00Z&free_to=2026-03-06T11:00:00Z", 5),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(network, django_assert_num_queries, query, queries, rows):
    """The same number for one row and for three."""
    Instrument.objects.exclude(code__in=["A-1", "A-3", "A-2"][:rows]).update(
        sharing_mode=SharingMode.NOT_SHARED
    )
    reader = PersonFactory()
    filters = CatalogueFilter(QueryDict(query))
    catalogue_page(filters.chosen, reader, now=NOW)
    with django_assert_num_queries(queries):
        page = catalogue_page(filters.chosen, reader, now=NOW)
        named = [(c.instrument.unit.name_zh, c.instrument.region.name_zh) for c in page.cards]
    assert len(named) == min(rows, page.total) > 0


def test_paging_is_bounded(network):
    """Too far gives the last page; sizes beyond a hundred are cut."""
    filters = CatalogueFilter(QueryDict("")).chosen
    page = catalogue_page(filters, AnonymousUser(), page=9, page_size=2)
    assert ([card.instrument.code for card in page.cards], page.page.number) == (["A-3"], 2)
    assert catalogue_page(filters, AnonymousUser(), page_size=1000).page.paginator.per_page == 100
    assert catalogue(filters, NOW).count() == 3


def test_every_ordering_has_a_name():
    """The form offers what the query knows."""
    assert {name for name, _label in ORDERING_NAMES} == set(ORDERINGS)


def test_free_comes_first_and_units_take_turns(network):
    """Equally free, the units alternate; what only its unit may book and what is broken comes last, by code."""
    imu, imau = network
    for code in ("B-1", "B-2"):
        make_instrument(code=code, unit=imau)
    make_instrument(code="C-1", unit=imau, policy={"notice_minutes": 2880})
    make_instrument(code="A-0", unit=imu, state=InstrumentState.UNDER_REPAIR)
    filters = PageFilter(QueryDict("")).chosen
    order = [card.instrument.code for card in catalogue_page(filters, AnonymousUser(), now=NOW).cards]
    assert order == ["A-1", "B-1", "A-2", "B-2", "C-1", "A-0", "A-3"]
    own = [
        card.instrument.code for card in catalogue_page(filters, PersonFactory(home_unit=imau), now=NOW).cards
    ]
    assert own == ["A-1", "A-3", "A-2", "B-1", "B-2", "C-1", "A-0"]


def test_the_lowest_price_is_the_readers_own(network):
    """At home 60 yuan, elsewhere 120; A-1 has none, A-3 is kept inside and so has none for others."""
    imu, imau = network
    Rate.objects.filter(instrument__code="A-1").delete()
    Rate.objects.filter(instrument__code="A-2").update(yuan_per_hour=Decimal("500"))
    filters = PageFilter(QueryDict("ordering=price")).chosen
    for unit, order in ((imau, ["A-3", "A-2", "A-1"]), (imu, ["A-2", "A-1", "A-3"])):
        page = catalogue_page(filters, PersonFactory(home_unit=unit), now=NOW)
        assert [card.instrument.code for card in page.cards] == order


def test_a_code_that_was_typed_is_meant_and_a_word_finds_what_works_first(network):
    """By its code the broken one comes first; by name it comes last."""
    Instrument.objects.filter(code="A-1").update(state=InstrumentState.UNDER_REPAIR)
    for query, order in (("q=A-1", ["A-1"]), ("q=仪", ["A-2", "A-1", "A-3"])):
        filters = PageFilter(QueryDict(query)).chosen
        found = [card.instrument.code for card in catalogue_page(filters, AnonymousUser(), now=NOW).cards]
        assert found[: len(order)] == order


def test_each_day_tells_how_many_are_free_whatever_days_are_chosen(network):
    """Thursday A-1 is taken whole; who may not book A-3 does not count it; the slot shown is that day's."""
    first = Instrument.objects.get(code="A-1")
    thursday = dt.date(2026, 3, 5)
    start = dt.datetime(2026, 3, 4, 16, tzinfo=dt.UTC)
    BookingFactory(
        instrument=first, start=start, end=start + dt.timedelta(days=1), state=BookingState.CONFIRMED
    )
    filters = PageFilter(QueryDict("day=2026-03-05")).chosen
    page = catalogue_page(filters, AnonymousUser(), now=NOW)
    assert [card.instrument.code for card in page.cards] == ["A-2"]
    assert (page.days[:3], page.selection.fitting("day").bit_count(), page.total) == (
        [(dt.date(2026, 3, 4), 2), (thursday, 1), (dt.date(2026, 3, 6), 2)], 3, 1
    )  # fmt: skip
    assert page.cards[0].slot.start == start + dt.timedelta(hours=8)
    unit = next(facet for facet in page.facets if facet.name == "unit")
    assert [(option.value, option.count) for option in unit.options] == [("IMU", 1)]
    both = catalogue_page(
        PageFilter(QueryDict("day=2026-03-05&day=2026-03-06")).chosen, AnonymousUser(), now=NOW
    )
    assert [card.slot.start.isoformat() for card in both.cards] == [
        "2026-03-05T00:00:00+00:00",
        "2026-03-06T00:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("query", "names", "count"),
    [
        ("q=衍射&region=150200", ("region",), 1),  # without the words 1 as well: the facet comes first
        ("q=没有的词&unit=IMU", ("q",), 2),
        ("field=430&unit=IMAU", ("unit",), 2),
        ("min_value=9000000&field=430", ("min_value", "max_value"), 2),
        ("unit=IMAU&day=2026-03-05", ("unit",), 2),
        ("unit=IMAU&region=150200&day=2026-03-05", ("day",), 1),
        ("q=没有的词&min_value=9000000", None, 0),
    ],
)
def test_the_way_out_of_nothing(network, query, names, count):
    """The one choice that, taken away, brings most back, counted by hand."""
    filters = PageFilter(QueryDict(query)).chosen
    page = catalogue_page(filters, AnonymousUser(), now=NOW)
    assert page.total == 0
    best = best_relaxation(page.selection)
    assert (best.names, best.count) == (names, count) if names else best is None


def test_the_finder_s_area_becomes_regions(network):
    """The four cities by their codes; one code as it is; beside a region that was there."""
    assert filled(QueryDict("area=four_cities&q=")).urlencode() == (
        "region=150100&region=150200&region=150600&region=150900"
    )
    assert filled(QueryDict("area=150700&minutes=60")).urlencode() == "minutes=60&region=150700"
