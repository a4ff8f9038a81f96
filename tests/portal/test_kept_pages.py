"""Pages of signed-out readers are kept whole: made once, never anybody's own, and old at no moment after a change."""

from __future__ import annotations

import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changes import perform
from display.kept_pages import FRAGMENT
from instruments.booking.actions.requests import request_booking
from instruments.booking.queries.availability import next_free
from instruments.inventory.actions.instruments import change_state
from members.actions.units import UnitProfile, change_unit_profile
from notices.models import Announcement
from portal.announcements import delete_announcement
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]
TOKEN = re.compile(r'(?:csrfmiddlewaretoken" value|csrf-token" content)="(\w+)"')


@pytest.fixture
def instrument():
    """A shared instrument with terms."""
    return make_instrument(name_zh="扫描电镜甲", name_en="Microscope A")


def visitor(language: str = "en", **options) -> Client:
    return Client(headers={"accept-language": language}, **options)


def page_of(instrument) -> str:
    return reverse("instruments:instrument", args=[instrument.code])


PAGES = ["portal:home", "portal:finder", "portal:units", "instruments:catalogue", "evaluations:index"]


@pytest.mark.parametrize("route", PAGES)
def test_the_second_visitor_costs_no_query(instrument, route):
    first = visitor().get(reverse(route))
    with CaptureQueriesContext(connection) as made:
        second = visitor().get(reverse(route))
    assert (first.status_code, second.status_code, len(made)) == (200, 200, 0)
    assert TOKEN.sub("", first.text) == TOKEN.sub("", second.text)


def test_each_gets_a_token_of_his_own_that_serves(instrument):
    """The first one's token is on no other's page, nor the mark that stands for it in what is kept."""
    clients = [visitor(enforce_csrf_checks=True) for _ in range(2)]
    tokens = [set(TOKEN.findall(client.get(page_of(instrument)).text)) for client in clients]
    assert all(tokens)
    assert not tokens[0] & tokens[1]
    for client, own in zip(clients, tokens, strict=True):
        sent = {"language": "zh-hans", "csrfmiddlewaretoken": own.pop()}
        assert client.post(reverse("set_language"), sent).status_code == 302
    assert "@csrf" not in visitor().get(page_of(instrument)).text


def test_nobody_s_own_page_is_kept_or_replaced(instrument):
    person = PersonFactory(display_name="哈斯其木格")
    client = visitor()
    client.force_login(person)
    assert "哈斯其木格" in client.get(page_of(instrument)).text
    assert "哈斯其木格" not in visitor().get(page_of(instrument)).text
    assert "哈斯其木格" in client.get(page_of(instrument)).text


def test_what_is_told_once_is_told_once(instrument):
    """A message waits in a cookie or a session; either makes the page that reader's own."""
    client = visitor()
    client.force_login(PersonFactory())
    client.post(reverse("account_logout"), follow=False)
    with CaptureQueriesContext(connection) as made:
        assert client.get(page_of(instrument)).status_code == 200
    assert len(made) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"accept-language": "en"}, {"accept-language": "zh-hans"}),
        ({"cookie": "theme=dark"}, {"cookie": "theme=light"}),
        ({"hx-request": "true", "hx-target": "results"}, {}),
    ],
)
def test_pages_that_differ_are_kept_apart(instrument, one, other):
    address = reverse("instruments:catalogue")
    texts = [TOKEN.sub("", Client().get(address, headers=headers).text) for headers in (one, other, one)]
    assert texts[0] != texts[1]
    assert texts[0] == texts[2]


def test_a_change_of_an_instrument_is_seen_at_once_and_drops_no_other(
    instrument, django_capture_on_commit_callbacks
):
    other = make_instrument()
    steward = make_steward(instrument)
    for place in (instrument, other):
        visitor().get(page_of(place))
    with django_capture_on_commit_callbacks(execute=True):
        perform(steward, change_state, instrument, "under_repair", note="灯丝断")
    assert "灯丝断" in visitor().get(page_of(instrument)).text
    with CaptureQueriesContext(connection) as made:
        visitor().get(page_of(other))
    assert len(made) == 0


def test_a_booking_shows_in_its_instrument_s_week_at_once(instrument, django_capture_on_commit_callbacks):
    week = reverse("instruments:week", args=[instrument.code])
    before = visitor().get(week).text
    slot = next_free(instrument, 60, timezone.now())[0]
    with django_capture_on_commit_callbacks(execute=True):
        perform(PersonFactory(), request_booking, instrument, start=slot.start, end=slot.end, purpose="p")
    assert visitor().get(week).text != before


def test_a_change_that_is_undone_drops_nothing(instrument, django_capture_on_commit_callbacks):
    visitor().get(page_of(instrument))

    def half(work):
        change_state(work, instrument, "under_repair", note="x")
        raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        perform(make_steward(instrument), half)
    with CaptureQueriesContext(connection) as made:
        visitor().get(page_of(instrument))
    assert len(made) == 0


def test_an_announcement_taken_back_is_gone_at_once(django_capture_on_commit_callbacks):
    row = Announcement.objects.create(
        kind="rules", title_zh="甲", title_en="Old rules", body_zh="乙", body_en="B"
    )
    home = reverse("portal:home")
    assert "Old rules" in visitor().get(home).text
    with django_capture_on_commit_callbacks(execute=True):
        perform(make_officer(), delete_announcement, row)
    assert "Old rules" not in visitor().get(home).text


def test_a_unit_s_own_words_are_seen_at_once(instrument, django_capture_on_commit_callbacks):
    address = reverse("portal:unit", args=[instrument.unit.code])
    visitor().get(address)
    profile = UnitProfile(about_zh="以稀土检测见长")
    with django_capture_on_commit_callbacks(execute=True):
        perform(make_manager(instrument.unit), change_unit_profile, instrument.unit, profile)
    assert "以稀土检测见长" in visitor("zh-hans").get(address).text


def test_a_reader_who_has_the_page_is_told_so(instrument):
    """304 without a body; what varies is named; nobody between may keep it for others."""
    client = visitor()
    first = client.get(page_of(instrument))
    tag = first.headers["ETag"]
    again = client.get(page_of(instrument), headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(page_of(instrument), headers={"if-none-match": f"W/{tag}"}).status_code == 304
    assert client.get(page_of(instrument), headers={"if-none-match": '"x"'}).status_code == 200
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in first.headers["Vary"].split(",")}
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_only_whole_answers_are_kept(instrument):
    """What is not there, or lies elsewhere, is asked for anew."""
    missing = reverse("instruments:instrument", args=["NOT-HERE"])
    assert visitor().get(missing).status_code == 404
    elsewhere = reverse("instruments:catalogue") + "?q="
    assert visitor().get(elsewhere).status_code == 302
    assert visitor().get(elsewhere).status_code == 302
    made = make_instrument(code="NOT-HERE")
    assert visitor().get(page_of(made)).status_code == 200


def test_without_the_cache_every_page_is_made(instrument, monkeypatch):
    """A cache that keeps nothing makes pages slower, not wrong."""
    for cache in caches.all():
        monkeypatch.setattr(cache, "get", lambda key, default=None, **_more: default)
        monkeypatch.setattr(cache, "get_many", lambda keys, **_more: {})
        monkeypatch.setattr(cache, "set", lambda *_any, **_more: None)
        monkeypatch.setattr(cache, "set_many", lambda *_any, **_more: [])
    for _turn in range(2):
        assert visitor().get(page_of(instrument)).status_code == 200


def test_whatever_an_answer_varies_by_is_a_part_of_its_key(instrument):
    """A view that looks at a header which the key does not know would give one reader another one's part."""
    for route in PAGES:
        varied = {one.strip() for one in visitor().get(reverse(route)).headers["Vary"].split(",")}
        assert varied <= {"Accept-Language", "Cookie", "Accept-Encoding", *FRAGMENT}, route
