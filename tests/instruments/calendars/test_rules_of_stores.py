"""Every calendar is one that a CalDAV store takes (RFC 4791, 4.1) and another library than its writer reads."""

import datetime as dt
import uuid
from itertools import pairwise

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.models import Booking
from instruments.calendars.actions import make_feed
from instruments.calendars.enums import FeedKind
from instruments.calendars.permissions import Followed
from instruments.calendars.queries import one_booking
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager
from tests.instruments.calendars import strict
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

TROUBLE = "矿样；ore, no. 7\\N \\ ^^ «" + "长" * 90 + "» 🔬 a:b;c,d"
"""A comma, a semicolon, a colon, escapes that are none, more than one line has room for."""


def feed(client, person, kind=FeedKind.MINE, target=None):
    """Make an address and return how to fetch what it gives now, checked by the strict reader."""
    address = reverse("instruments:calendar_feed", args=[perform(person, make_feed, Followed(kind, target))])

    def fetch():
        calendar = strict.read(client.get(address).content)
        strict.check(calendar)
        return calendar

    return fetch


def fetched(client, person, kind, target):
    """One calendar as octets."""
    secret = perform(person, make_feed, Followed(kind, target))
    return client.get(reverse("instruments:calendar_feed", args=[secret])).content


@pytest.fixture
def busy(instrument):
    """An instrument with awkward texts, upkeep, a closure, an opening out of its week, and what came to nothing."""
    Instrument.objects.filter(pk=instrument.pk).update(address="呼和浩特市，玉泉区; 302室", station_count=2)
    instrument.refresh_from_db()
    owner = PersonFactory(display_name="王一, 博士; “甲”")
    for day in (2, 3):
        perform(
            owner, request_booking, instrument, start=at(day, 9), end=at(day, 11), purpose=TROUBLE, station=1
        )
    gone = perform(owner, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="x", station=1)
    perform(owner, cancel_booking, gone, reason="病了\r\n改期")
    steward = make_steward(instrument, language="zh-hans")
    perform(steward, book_maintenance, instrument, start=at(5, 9), end=at(5, 11), reason="换灯丝")
    OpeningException.objects.create(instrument=instrument, start=at(6, 8), end=at(6, 20), reason="停电; 检修")
    OpeningException.objects.create(instrument=instrument, start=at(7, 9), end=at(7, 12), is_open=True)
    return instrument, owner, steward


@pytest.mark.parametrize(("kind", "who", "count"), [("mine", 1, 3), ("kept", 2, 4), ("instrument", 2, 5)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_of_calendar_could_be_stored(client, busy, kind, who, count, language):
    """By the letter, and as the other library reads it: the same events with the same texts."""
    person = busy[who]
    person.language = language
    person.save()
    target = busy[0] if kind == "instrument" else None
    octets = fetched(client, person, FeedKind(kind), target)
    calendar = strict.read(octets)
    strict.check(calendar)
    mine = strict.events(calendar)
    assert len(mine) == count
    theirs = {one.uid.value: one for one in vobject.readOne(octets.decode()).contents["vevent"]}
    assert theirs.keys() == mine.keys()
    for booking in Booking.objects.filter(pk__in=[uid for uid in theirs if len(uid) == 36]):
        read = theirs[str(booking.pk)]
        assert (read.dtstart.value, read.dtend.value) == (booking.start, booking.booked_end)
        if booking.purpose:
            assert booking.purpose.replace("\\N", "\n") in read.description.value
        assert read.location.value == "呼和浩特市，玉泉区; 302室"
    assert ("vavailability" in vobject.readOne(octets.decode()).contents) == (kind == "instrument")


def test_the_calendar_of_a_unit_could_be_stored(client, busy):
    """All instruments of a unit, two with bookings."""
    other = make_instrument(unit=busy[0].unit)
    perform(busy[1], request_booking, other, start=at(2, 9), end=at(2, 11), purpose="x")
    manager = make_manager(busy[0].unit)
    assert len(strict.events(feed(client, manager, FeedKind.UNIT, busy[0].unit)())) == 5


def test_a_file_holds_one_event(client, busy):
    """One object resource: one UID, as a store wants it."""
    client.force_login(busy[1])
    for booking in Booking.objects.filter(person=busy[1]):
        calendar = strict.read(client.get(reverse("instruments:booking_file", args=[booking.pk])).content)
        strict.check(calendar)
        assert list(strict.events(calendar)) == [str(booking.pk)]


def test_a_booking_that_is_not_there_has_no_file(db):
    """Programmers learn it; people are told before that the page is missing."""
    with pytest.raises(Booking.DoesNotExist):
        one_booking(uuid.uuid4())


def test_every_file_in_mail_could_be_stored(instrument, mailoutbox, django_capture_on_commit_callbacks):
    """One event each, in the order of the mails a newer version of it each time."""
    person, steward = PersonFactory(language="zh-hans"), make_steward(instrument)
    with django_capture_on_commit_callbacks(execute=True):
        booking = perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose=TROUBLE)
        perform(steward, move_booking, booking, start=at(3, 9), end=at(3, 11))
        booking.refresh_from_db()
        perform(steward, cancel_booking, booking, reason="停电")
    files = [attached for mail in mailoutbox for attached in mail.attachments]
    assert len(files) >= 3
    for _name, content, kind in files:
        octets = content if isinstance(content, bytes) else content.encode()
        calendar = strict.read(octets)
        strict.check(calendar)
        assert (list(strict.events(calendar)), kind) == ([str(booking.pk)], "text/calendar")


def test_each_step_of_a_booking_is_a_newer_version(client, monday, xrd, steward, member):
    """SEQUENCE, DTSTAMP and LAST-MODIFIED never fall, and something of them rises where anything changed."""
    fetch, seen = feed(client, member), []

    def look():
        seen.append(strict.events(fetch())[str(booking.pk)])
        monday.shift(dt.timedelta(minutes=1))

    booking = perform(member, request_booking, xrd, start=at(2, 14), end=at(2, 16, 30), purpose="薄膜")
    look()
    perform(steward, approve_booking, booking)
    look()
    perform(member, move_booking, booking, start=at(3, 14), end=at(3, 16, 30))
    look()
    perform(steward, approve_booking, booking)
    look()
    monday.move_to(at(3, 14))
    perform(steward, check_in, booking)
    look()
    monday.shift(dt.timedelta(minutes=50))
    perform(steward, check_out, booking)
    look()
    look()
    assert [one.value("STATUS") for one in seen] == ["TENTATIVE", "CONFIRMED"] * 2 + ["CONFIRMED"] * 3
    assert all(strict.followed_by(*pair) for pair in pairwise(seen))
    assert [one.value("DTEND")[9:13] for one in seen] == ["1630"] * 5 + [
        "1500"
    ] * 2  # the rest is given back by the step of half an hour


def test_a_request_that_runs_out_is_a_newer_version_once(client, monday, member):
    """With its last minute, before any sweep; the sweep then makes it no older."""
    instrument = make_instrument(policy={"approval_required": True, "request_expiry_hours": 2})
    booking = perform(member, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    fetch = feed(client, member)
    asked = strict.events(fetch())[str(booking.pk)]
    monday.shift(dt.timedelta(hours=2))
    over = strict.events(fetch())[str(booking.pk)]
    assert (over.value("STATUS"), over.value("DTSTAMP")) == ("CANCELLED", "20260302T030000Z")
    assert strict.followed_by(asked, over)
    monday.shift(dt.timedelta(minutes=7))
    assert expire_requests(timezone.now()) == 1
    swept = strict.events(fetch())[str(booking.pk)]
    assert strict.followed_by(over, swept)
    assert swept.value("SEQUENCE") == over.value("SEQUENCE") == "1"


def test_a_new_name_makes_a_new_calendar(client, instrument):
    """A program that asks whether anything is new is told, though no booking changed."""
    person = PersonFactory(language="zh-hans")
    perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    secret = perform(person, make_feed, Followed(FeedKind.MINE))
    address = reverse("instruments:calendar_feed", args=[secret])
    etag = client.get(address).headers["ETag"]
    Instrument.objects.filter(pk=instrument.pk).update(name_zh="新名称")
    later = client.get(address, headers={"If-None-Match": etag})
    assert later.status_code == 200
    assert "新名称" in later.content.decode()


@pytest.mark.parametrize(
    "fault",
    [
        (b"UID:", b"UID:same\r\nX-OLD:"),
        (b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1"),
        (b"TZID:Asia/Shanghai", b"TZID:Elsewhere"),
        (b"DTSTAMP:", b"X-STAMP:"),
        (b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:PUBLISH"),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 80),
        (b"LOCATION:", b"LOCATION:\x07"),
        (b"END:VEVENT\r\n", b"END:VEVENT\n"),
    ],
    ids=lambda fault: fault[1].decode().splitlines()[0],
)
def test_the_strict_reader_sees_what_is_wrong(client, busy, fault):
    """A calendar with one fault each is refused: the checks above can fail."""
    octets = fetched(client, busy[1], FeedKind.MINE, None)
    strict.check(strict.read(octets))
    with pytest.raises(AssertionError):
        strict.check(strict.read(octets.replace(*fault)))
