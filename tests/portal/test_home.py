"""The home page: exact figures, the finder's honest number, and health."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from notices.models import Announcement
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import at
from tests.markup import tight

pytestmark = pytest.mark.django_db


def test_the_counts_are_worked_by_hand(client, network):
    """Two units, two shared instruments of which one has hours to book, 15 external hours this year, all in Hohhot."""
    counted = client.get(reverse("portal:home")).context["network"]
    assert (counted.units, counted.instruments, counted.free_this_week) == (2, 2, 1)
    assert (counted.external_hours, counted.hu_bao_e_wu_percent) == (Decimal("15.00"), Decimal("100.0"))
    regions = {row.region.code: (row.instruments, row.units, row.free) for row in counted.regions}
    assert regions["150100"] == (2, 1, 1)
    assert {row.shade for row in counted.regions} == {1}


def test_the_count_of_free_instruments_opens_those_rows(client, network):
    """The link behind the number finds as many: one for a visitor, two for the unit that keeps another to itself."""
    open_unit, _shut = network
    make_instrument(code="OPEN-3", unit=open_unit, sharing_mode="internal")
    cache.clear()
    for person, count in ((None, 1), (PersonFactory(home_unit=open_unit), 2)):
        if person is not None:
            client.force_login(person)
        answer = client.get(reverse("portal:home"))
        found = client.get(f"{reverse('instruments:catalogue')}?{answer.context['free_link']}")
        assert (answer.context["free_count"], found.context["found"].total) == (count, count)
        assert answer.context["network"].free_this_week == 1


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"day": "2026-03-03", "minutes": "240", "instrument_class": "", "area": ""}, 1),
        ({"day": "2026-03-03", "minutes": "240", "area": "150100"}, 1),
        ({"day": ["2026-03-03", "2026-03-07"], "minutes": "240", "area": "four_cities"}, 1),
        ({"day": "2026-03-07", "minutes": "60"}, 0),
        ({"day": "2026-03-03", "minutes": "1440"}, 0),
        ({}, 2),
    ],
)
def test_the_finder_says_what_the_catalogue_shows(client, network, query, total):
    """Its number and first slot are the catalogue's for the same choice; the Saturday is closed."""
    found = client.get(reverse("portal:finder"), query).context["found"]
    shown = client.get(reverse("instruments:catalogue"), query, follow=True).context["found"]
    assert (found.total, shown.total) == (total, total)
    assert (found.first and found.first.slot) == (shown.cards[0].slot if total else None)


def test_the_finder_counts_each_day(client, network):
    """Monday to Friday the one that has hours, the weekend full and not to be chosen; in the reader's words."""
    answer = client.get(reverse("portal:home"))
    assert [day.count for day in answer.context["strip"]] == [1, 1, 1, 1, 1, 0, 0]
    assert [day.chosen for day in answer.context["strip"]] == [True] * 5 + [False] * 2
    assert tight(answer.content.decode()).count("disabled>") == 2
    assert (answer.context["found"].total, answer.context["found"].first.slot.start) == (1, at(0, 10))


def test_the_finder_stays_calm(client, network):
    """Nonsense has no number, and still a button."""
    answer = client.get(reverse("portal:finder"), {"day": "tomorrow", "colour": "red"})
    assert (answer.status_code, answer.context["found"]) == (200, None)
    assert "<button" in answer.content.decode()


def test_the_tiles_go_from_west_to_east(client, network):
    """Alxa first, Hulunbuir last, each once."""
    call_command("load_reference")
    cache.clear()
    codes = [tile.code for tile in client.get(reverse("portal:home")).context["tiles"]]
    known = codes[:12]  # the thirteenth is the invented region of the hidden unit
    assert (len(set(codes)), len(codes), known[0], known[-1]) == (13, 13, "152900", "150700")


def test_a_deadline_at_midnight_is_told_by_its_last_day(client, network):
    """Until 10 March 00:00 means 9 March; one at noon belongs to its own day."""
    midnight = Announcement.objects.create(kind="joining", title_zh="甲", title_en="A", deadline=at(8, 0))
    noon = Announcement.objects.create(kind="rules", title_zh="乙", title_en="B", deadline=at(8, 12))
    assert midnight.last_day == dt.date(2026, 3, 9)
    assert noon.last_day == dt.date(2026, 3, 10)
    page = client.get(reverse("notices:announcement", args=[midnight.pk])).content.decode()
    assert "2026-03-09" in page
    assert "2026-03-10" not in page
    assert "2026-03-10" in client.get(reverse("notices:announcement", args=[noon.pk])).content.decode()


def test_without_anything_it_still_stands(client, monday):
    """No unit, no instrument, no announcement, no result."""
    answer = client.get(reverse("portal:home"))
    assert (answer.status_code, answer.context["network"].instruments) == (200, 0)
    assert answer.context["network"].hu_bao_e_wu_percent == 0
    assert answer.context["published"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, monday, django_assert_num_queries, rows):
    """As many for three instruments and announcements as for one; the counts are kept, so a second visit is cheap."""
    for number in range(rows):
        make_instrument()
        Announcement.objects.create(kind="rules", title_zh=f"公告{number}", title_en=f"Notice {number}")
    client.get(reverse("portal:home"))
    cache.clear()
    with django_assert_num_queries(17):
        client.get(reverse("portal:home"))
    with django_assert_num_queries(11):
        client.get(reverse("portal:home"))


def test_what_is_retired_is_not_counted(client, network):
    """One of the two leaves."""
    Instrument.objects.filter(code="OPEN-2").update(state=InstrumentState.RETIRED)
    assert client.get(reverse("portal:home")).context["network"].instruments == 1


def test_health(client, db):
    """The database answers; heartbeats are told."""
    answer = client.get(reverse("portal:healthz"))
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert "background" in answer.json()
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post(reverse("portal:healthz")).status_code == 405
