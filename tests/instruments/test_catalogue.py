"""The public catalogue: filters, facets, cards, bounded queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import translation

from instruments.actions.reference import load_reference
from instruments.actions.search import reindex
from instruments.enums import BookingState, InstrumentState, SharingMode
from instruments.forms.catalogue_filter import ORDERING_NAMES, CatalogueFilter, PageFilter
from instruments.models import ApplicationField, Instrument, InstrumentClass
from instruments.queries.catalogue import catalogue, catalogue_page
from instruments.queries.facets import counts
from instruments.queries.filters import ORDERINGS
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
    load_reference()
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
    page = PageFilter(QueryDict("day=2026-03-05&view=table"))
    assert (page.problems, page.view_name, page.chosen_day) == ([], "table", dt.date(2026, 3, 5))
    assert page.chosen.window == (
        dt.datetime(2026, 3, 4, 16, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 5, 16, tzinfo=dt.UTC),
    )
    assert PageFilter(QueryDict("day=9999-12-31")).problems != []


def test_each_facet_ignores_its_own_choice(network):
    """Counted by hand: unit IMU is chosen, so the unit facet still shows both."""
    filters = CatalogueFilter(QueryDict("unit=IMU&field=150")).chosen
    assert counts(Instrument.objects.public(), filters) == {
        "field": {"150": 1, "430": 2},
        "class": {"010300": 1},
        "unit": {"IMU": 1, "IMAU": 1},
        "region": {"150100": 1},
        "mode": {"external": 1},
        "band": {"50-100": 1},
    }
    with translation.override("en"):
        page = catalogue_page(filters, AnonymousUser())
    unit = next(facet for facet in page.facets if facet.name == "unit")
    assert [(o.value, o.count, o.chosen) for o in unit.options] == [("IMU", 1, True), ("IMAU", 1, False)]
    assert unit.chosen_count == 1
    assert page.total == 1


def test_a_card_tells_price_and_next_slot(network):
    """The reader's own price; the next slot keeps one hour's notice and the shortest length of 30 minutes."""
    imu, _imau = network
    page = catalogue_page(CatalogueFilter(QueryDict("")).chosen, PersonFactory(home_unit=imu), now=NOW)
    first = page.cards[0]
    assert (first.instrument.code, first.category, first.price) == ("A-1", "internal", Decimal("60.00"))
    assert page.cards[2].price == Decimal("120.00")
    slot = first.outlook.next_free
    assert (slot.start, slot.end, slot.station) == (
        NOW + dt.timedelta(hours=1),
        NOW + dt.timedelta(hours=1, minutes=30),
        1,
    )
    assert [(day.open_hours, day.free_hours, day.free_percent) for day in first.outlook.strip[:2]] == [
        (Decimal("24.0"), Decimal("14.0"), 58),
        (Decimal("24.0"), Decimal("24.0"), 100),
    ]
    assert len(first.outlook.strip) == 7
    assert catalogue_page(CatalogueFilter(QueryDict("")).chosen, AnonymousUser()).cards[0].price is None


def test_an_instrument_under_repair_has_nothing_free(network):
    """No slot, no free hours."""
    Instrument.objects.filter(code="A-1").update(state=InstrumentState.UNDER_REPAIR)
    card = catalogue_page(CatalogueFilter(QueryDict("unit=IMU")).chosen, AnonymousUser()).cards[0]
    assert card.outlook.next_free is None
    assert {day.free_hours for day in card.outlook.strip} == {Decimal("0.0")}


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("", 9),  # count, rows, fields, rates, weeks, exceptions, bookings, facets, names
        ("q=仪&value_band=50-100", 9),  # the words instead of the count: the facets give the total
        ("free_from=2026-03-05T10:00:00Z&free_to=2026-03-06T11:00:00Z", 13),  # five for the free time
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(network, django_assert_num_queries, query, queries, rows):
    """The same number for one row and for three."""
    Instrument.objects.exclude(code__in=["A-1", "A-3", "A-2"][:rows]).update(
        sharing_mode=SharingMode.NOT_SHARED
    )
    reader = PersonFactory()
    with django_assert_num_queries(queries):
        filters = CatalogueFilter(QueryDict(query))
        page = catalogue_page(filters.chosen, reader, now=NOW)
        named = [
            (c.instrument.unit.name_zh, [f.name_zh for f in c.instrument.fields.all()]) for c in page.cards
        ]
    assert len(named) == min(rows, page.total) > 0


def test_the_whole_catalogue_is_counted_once_a_minute(network, django_assert_num_queries):
    """The second reader takes the counts and names from the cache."""
    filters = CatalogueFilter(QueryDict("")).chosen
    catalogue_page(filters, AnonymousUser(), now=NOW)
    with django_assert_num_queries(7):
        catalogue_page(filters, AnonymousUser(), now=NOW)


def test_paging_is_bounded(network):
    """Too far gives the last page; sizes beyond a hundred are cut."""
    filters = CatalogueFilter(QueryDict("")).chosen
    page = catalogue_page(filters, AnonymousUser(), page=9, page_size=2)
    assert ([card.instrument.code for card in page.cards], page.page.number) == (["A-3"], 2)
    assert catalogue_page(filters, AnonymousUser(), page_size=1000).page.paginator.per_page == 100
    assert catalogue(filters).count() == 3


def test_every_ordering_has_a_name():
    """The form offers what the query knows."""
    assert {name for name, _label in ORDERING_NAMES} == set(ORDERINGS)
