"""A foreign reader of the open feed has, at any time, what the database says is free."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from changes import perform
from folding.times import LOCAL
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.booking.queries.availability import free
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.opendata import api, queries
from instruments.opendata.actions import GONE_KEPT, publish_slots
from instruments.opendata.models import OpenSlot
from instruments.opendata.wording import _duration
from instruments.terms.rules.intervals import Interval, clip
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at
from tests.instruments.opendata.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FEED = "/api/v1/open-slots/"


@pytest.fixture
def shared(db):
    """Monday to Friday 08:00 to 20:00, open to everybody, two stations, ten days ahead."""
    return make_instrument(
        workdays=(8, 20),
        sharing_mode=SharingMode.EXTERNAL,
        station_count=2,
        policy={"horizon_days": 10, "longest_minutes": 480},
    )


@pytest.fixture
def reader(client):
    """A foreign program at the beginning of the feed."""
    return Reader(client.get, f"http://127.0.0.1:8000{FEED}")


def publish():
    """Publish with a new index, as the worker of another moment would."""
    return publish_slots(timezone.now())


def truth(*instruments):
    """What is free by terms and bookings, without the index: (code, start, end), cut at midnights, as the feed says."""
    first = dt.datetime.combine(timezone.localdate(), dt.time(), LOCAL)
    found = []
    for instrument in instruments:
        for day in range(queries.DAYS_AHEAD):
            window = Interval(first + dt.timedelta(days=day), first + dt.timedelta(days=day + 1))
            for slot in free(instrument, window.start, window.end, None):
                found += [
                    (instrument.code, part.start, part.end)
                    for part in clip([Interval(slot.start, slot.end)], window)
                ]
    return sorted(found)


def told(reader):
    """The reader's copy as (code, start, end)."""
    return sorted(
        (
            data["facilityUse"]["identifier"],
            dt.datetime.fromisoformat(data["startDate"]),
            dt.datetime.fromisoformat(data["endDate"]),
        )
        for data in reader.items.values()
    )


def in_database():
    """What the table says is free now."""
    rows = OpenSlot.objects.filter(gone_at=None).select_related("instrument")
    return sorted((row.instrument.code, row.start, row.end) for row in rows)


def test_a_reader_that_follows_has_what_is_free(shared, reader, monkeypatch):
    """From empty over bookings, a move and a cancellation, in pages of seven: the same set each time."""
    monkeypatch.setattr(queries, "PAGE", 7)
    monkeypatch.setattr(api, "PAGE", 7)
    other = make_instrument(sharing_mode=SharingMode.EXTERNAL)
    person = PersonFactory()
    assert publish()[0::2] == (0, 30)
    reader.follow()
    # Eight weekdays of two stations, the ninth cannot be booked to its end yet; fourteen days round the clock.
    assert len(reader.items) == 30 == reader.updates
    assert told(reader) == in_database()
    wish = {"purpose": "x", "station": 1}
    booking = perform(person, request_booking, shared, start=at(1, 10), end=at(1, 12), **wish)
    perform(person, request_booking, other, start=at(2, 0), end=at(2, 4), **wish)
    publish()
    reader.follow()
    assert told(reader) == in_database()
    spans = [row[1:] for row in told(reader) if row[0] == shared.code and row[1].date() == at(1, 0).date()]
    assert spans == [(at(1, 8), at(1, 10)), (at(1, 8), at(1, 20)), (at(1, 12), at(1, 20))]
    perform(person, move_booking, booking, start=at(3, 8), end=at(3, 16))
    booking.refresh_from_db()
    publish()
    reader.follow()
    assert told(reader) == in_database()
    assert (shared.code, at(3, 16), at(3, 20)) in told(reader)
    perform(person, cancel_booking, booking, reason="x")
    before = reader.updates + reader.deletions
    gone, changed, new = publish()
    reader.follow()
    assert told(reader) == in_database()
    assert reader.updates + reader.deletions - before == gone + changed + new == 2
    fresh = Reader(reader.get, f"http://127.0.0.1:8000{FEED}")
    fresh.follow()
    assert fresh.items == reader.items
    assert publish() == (0, 0, 0)


def test_the_feed_agrees_with_the_instruments_own_page(shared, reader):
    """What is told is what the rules work out from terms and bookings without the index, from now on."""
    perform(PersonFactory(), request_booking, shared, start=at(1, 10), end=at(1, 12), purpose="x")
    publish()
    reader.follow()
    far = at(10, 0)
    expected = [row for row in truth(shared) if at(1, 0) <= row[1] < far]
    assert [row for row in told(reader) if row[1] >= at(1, 0)] == expected
    assert len(expected) == 15


def test_only_what_is_open_to_everybody_is_told(reader):
    """Nothing of instruments for one's own unit, of hidden ones, of one under repair; a change takes it out."""
    for fields in (
        {"sharing_mode": SharingMode.INTERNAL},
        {"sharing_mode": SharingMode.NOT_SHARED},
        {"sharing_mode": SharingMode.EXTERNAL, "state": InstrumentState.UNDER_REPAIR},
    ):
        make_instrument(**fields)
    assert publish() == (0, 0, 0)
    reader.follow()
    assert (reader.items, reader.pages) == ({}, 1)


def test_a_span_too_short_for_any_booking_is_none(reader):
    """Sixty minutes at least: of half an hour between two bookings nothing is told."""
    instrument = make_instrument(sharing_mode=SharingMode.EXTERNAL, policy={"shortest_minutes": 60})
    person = PersonFactory()
    for start, end in ((at(1, 0), at(1, 8)), (at(1, 8, 30), at(1, 16))):
        perform(person, request_booking, instrument, start=start, end=end, purpose="x")
    publish()
    reader.follow()
    assert [row[1:] for row in told(reader) if row[1].date() == at(1, 0).date()] == [(at(1, 16), at(2, 0))]


def test_a_new_name_is_told(shared, reader):
    """The spans stay what they are, and come again with the name."""
    publish()
    reader.follow()
    known = set(reader.items)
    Instrument.objects.filter(pk=shared.pk).update(name_zh="新名称")
    assert publish() == (0, len(known), 0)
    reader.follow()
    assert set(reader.items) == known
    assert {data["facilityUse"]["name"] for data in reader.items.values()} == {"新名称"}


def test_what_is_gone_is_told_for_eight_days(shared, reader, monday):
    """Then forgotten; whoever reads within a week hears of all of it."""
    publish()
    reader.follow()
    monday.shift(dt.timedelta(days=1))
    gone, _changed, _new = publish()
    assert gone == 2
    monday.shift(dt.timedelta(days=7))
    reader.follow()
    assert told(reader) == in_database()
    assert reader.deletions == 2
    monday.shift(GONE_KEPT)
    publish()
    assert not OpenSlot.objects.filter(gone_at__lt=timezone.now() - GONE_KEPT).exists()


def test_a_page_says_how_long_it_may_be_kept(shared, client, monkeypatch):
    """A full one for an hour, since what changes leaves it; the last for half a minute."""
    publish()
    assert client.get(FEED).headers["Cache-Control"] == "public, max-age=30"
    monkeypatch.setattr(queries, "PAGE", 4)
    monkeypatch.setattr(api, "PAGE", 4)
    answer = client.get(FEED)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Content-Type"] == "application/vnd.openactive.rpde+json; version=1"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("afterTimestamp=1", "afterId"),
        ("afterId=1", "afterTimestamp"),
        ("afterTimestamp=x&afterId=1", "afterTimestamp"),
        ("afterTimestamp=-1&afterId=1", "afterTimestamp"),
        ("afterTimestamp=1&afterId=99999999999999999999", "afterId"),
        ("after=1", "after"),
    ],
)
def test_nonsense_is_refused_by_name(client, query, field):
    """400 with the name of what is wrong."""
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert [row["field"] for row in answer.json()["errors"]] == [field]


def test_nobody_writes_to_it(client, shared):
    """Neither with nor without content; nothing is published by asking."""
    assert client.post(FEED, {}, content_type="application/json").status_code in {401, 405}
    client.get(FEED)
    assert not OpenSlot.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_one_query(client, django_assert_num_queries, count):
    """However many rows and instruments."""
    for _n in range(count):
        make_instrument(sharing_mode=SharingMode.EXTERNAL)
    publish()
    with django_assert_num_queries(1):
        assert len(client.get(FEED).json()["items"]) == 14 * count


def test_publishing_leaves_no_history_and_changes_no_booking(shared):
    """It is derived, and can be made anew at any time."""
    entries, bookings = Entry.objects.count(), Booking.objects.count()
    publish()
    assert (Entry.objects.count(), Booking.objects.count()) == (entries, bookings)
    assert OpenSlot.objects.first().__str__().startswith(f"{shared.pk}/1 2026-03-02")


def test_the_database_gives_no_number_and_no_span_twice(shared):
    """Two that publish at once: the second fails whole and comes again."""
    publish()
    row = OpenSlot.objects.order_by("modified").last()
    for again in ({"modified": row.modified, "gone_at": NOW}, {"modified": row.modified + 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OpenSlot.objects.create(
                instrument=shared, station=row.station, start=row.start, end=row.end, mark="", **again
            )


@pytest.mark.parametrize(
    ("minutes", "said"), [(30, "PT30M"), (120, "PT2H"), (270, "PT4H30M"), (1440, "P1D"), (1500, "P1DT1H")]
)
def test_lengths_by_iso_8601(minutes, said):
    """Days, hours, minutes; what is nought is left out."""
    assert _duration(minutes) == said
