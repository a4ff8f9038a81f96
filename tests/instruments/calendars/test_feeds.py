"""Calendars, read back by another library than the one that writes them: nothing private, nothing twice."""

from __future__ import annotations

import datetime as dt

import pytest
import vobject
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from changes import perform
from folding.times import LOCAL
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.enums import BookingState
from instruments.calendars.actions import end_feed, make_feed
from instruments.calendars.enums import FeedKind
from instruments.calendars.models import CalendarFeed
from instruments.calendars.permissions import Followed
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException
from members.enums import UnitRoleKind
from members.permissions import can
from notices.mail import deliver
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitRoleFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def followed(client, person, kind=FeedKind.MINE, target=None):
    """Make an address as a person and return it."""
    secret = perform(person, make_feed, Followed(kind, target))
    return reverse("instruments:calendar_feed", args=[secret])


def read(client, address):
    """Fetch a calendar and read it with a library that did not write it."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return vobject.readOne(answer.content.decode())


def events(calendar):
    """The events by UID."""
    return {one.uid.value: one for one in calendar.contents.get("vevent", [])}


def test_a_booking_is_an_event_that_follows_every_change(client, instrument):
    """UID stays, SEQUENCE counts, times are local, a move and a cancellation arrive."""
    Instrument.objects.filter(pk=instrument.pk).update(address="呼和浩特市，玉泉区; 302室")
    person = PersonFactory(language="en")
    booking = perform(
        person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="Rare earths; ore, no. 7"
    )
    address = followed(client, person)
    first = events(read(client, address))[str(booking.pk)]
    assert (first.dtstart.value, first.dtend.value) == (at(2, 9), at(2, 11))
    assert first.dtstart.value.tzinfo is not None
    assert first.summary.value == instrument.name_en
    assert first.location.value == "呼和浩特市，玉泉区; 302室"
    assert (first.sequence.value, first.status.value, first.transp.value) == ("0", "CONFIRMED", "OPAQUE")
    assert "What for: Rare earths; ore, no. 7" in first.description.value
    assert first.url.value.endswith(f"/bookings/{booking.pk}/")
    perform(person, move_booking, booking, start=at(3, 14), end=at(3, 16))
    moved = events(read(client, address))[str(booking.pk)]
    assert (moved.dtstart.value, moved.sequence.value) == (at(3, 14), "1")
    perform(person, cancel_booking, booking, reason="ill")
    gone = events(read(client, address))[str(booking.pk)]
    assert (gone.status.value, gone.transp.value, gone.sequence.value) == ("CANCELLED", "TRANSPARENT", "2")
    assert gone.summary.value == f"[Cancelled] {instrument.name_en}"


def test_a_request_is_tentative_and_runs_out_by_itself(client, monday):
    """With its last minute the request is cancelled in the calendar, and the mark of the calendar another."""
    instrument = make_instrument(policy={"approval_required": True, "request_expiry_hours": 2})
    person = PersonFactory(language="zh-hans")
    booking = perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    address = followed(client, person)
    answer = client.get(address)
    asked = events(read(client, address))[str(booking.pk)]
    assert (asked.status.value, asked.summary.value) == ("TENTATIVE", f"[待审批] {instrument.name_zh}")
    monday.shift(dt.timedelta(hours=3))
    later = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert later.status_code == 200
    over = events(vobject.readOne(later.content.decode()))[str(booking.pk)]
    assert (over.status.value, over.sequence.value) == ("CANCELLED", "1")


def test_nothing_new_is_304(client, instrument):
    """The same address says so without a body, for a GET and for a HEAD, until something changes."""
    person = PersonFactory()
    address = followed(client, person)
    first = client.get(address)
    assert first.content == client.get(address).content
    etag = first.headers["ETag"]
    same = client.get(address, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    assert client.head(address, headers={"If-None-Match": etag}).status_code == 304
    perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_others_learn_only_that_the_time_is_taken(client, instrument):
    """An instrument's calendar names people to its steward, and to nobody else."""
    owner = PersonFactory(display_name="李牧遥")
    perform(owner, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="保密的样品")
    steward = make_steward(instrument, language="zh-hans")
    perform(steward, book_maintenance, instrument, start=at(4, 9), end=at(4, 11), reason="换灯丝")
    stranger = PersonFactory(language="zh-hans")
    other = client.get(followed(client, stranger, FeedKind.INSTRUMENT, instrument)).content.decode()
    assert "李牧遥" not in other
    assert "保密" not in other
    assert "灯丝" not in other
    said = sorted(one.summary.value for one in events(vobject.readOne(other)).values())
    assert said == ["已占用", "维护"]
    own = client.get(followed(client, steward, FeedKind.INSTRUMENT, instrument)).content.decode()
    assert "李牧遥" in own
    assert "保密的样品" in own


def test_a_steward_follows_what_is_kept_and_a_manager_the_unit(client, instrument):
    """Each bookings of the right instruments, with person and instrument in the title."""
    elsewhere = make_instrument()
    owner = PersonFactory(display_name="王一")
    here = perform(owner, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    there = perform(owner, request_booking, elsewhere, start=at(2, 13), end=at(2, 14), purpose="测试")
    steward = make_steward(instrument, language="zh-hans")
    kept = events(read(client, followed(client, steward, FeedKind.KEPT)))
    assert list(kept) == [str(here.pk)]
    assert kept[str(here.pk)].summary.value == f"王一 · {instrument.name_zh}"
    manager = UnitRoleFactory(unit=elsewhere.unit, kind=UnitRoleKind.MANAGER).person
    assert list(events(read(client, followed(client, manager, FeedKind.UNIT, elsewhere.unit)))) == [
        str(there.pk)
    ]


def test_opening_hours_are_told_as_availability(client):
    """Each weekly period recurs; a closure is an event, an opening out of the week a time by itself."""
    instrument = make_instrument(workdays=(8, 20))
    OpeningException.objects.create(instrument=instrument, start=at(3, 8), end=at(3, 20), reason="停电")
    OpeningException.objects.create(instrument=instrument, start=at(5, 9), end=at(5, 12), is_open=True)
    person = PersonFactory(language="zh-hans")
    calendar = read(client, followed(client, person, FeedKind.INSTRUMENT, instrument))
    (opening,) = calendar.contents["vavailability"]
    weekly = [one for one in opening.contents["available"] if "rrule" in one.contents]
    assert [one.rrule.value for one in weekly] == [
        f"FREQ=WEEKLY;BYDAY={day}" for day in ("MO", "TU", "WE", "TH", "FR")
    ]
    assert (weekly[0].dtstart.value, weekly[0].dtend.value) == (at(0, 8), at(0, 20))
    (extra,) = [one for one in opening.contents["available"] if "rrule" not in one.contents]
    assert (extra.dtstart.value, extra.dtend.value) == (at(5, 9), at(5, 12))
    (closed,) = calendar.contents["vevent"]
    assert (closed.summary.value, closed.dtstart.value) == ("未开放 · 停电", at(3, 8))


def test_a_whole_day_ends_at_the_next_midnight(client, instrument):
    """24:00 is no time of a clock."""
    calendar = read(client, followed(client, PersonFactory(), FeedKind.INSTRUMENT, instrument))
    first = calendar.contents["vavailability"][0].contents["available"][0]
    assert (first.dtstart.value, first.dtend.value) == (at(0, 0), at(1, 0))


def test_the_zone_stands_in_the_calendar(client, instrument):
    """Programs that know no Asia/Shanghai are told what it is."""
    person = PersonFactory()
    perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    text = client.get(followed(client, person)).content.decode()
    assert "DTSTART;TZID=Asia/Shanghai:20260304T090000" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_address_opens_nothing_once_it_is_ended(client, instrument):
    """By its owner, by a new one, by a closed account, by a new password, by a lost right: 404, and nothing told."""
    person = PersonFactory()
    first = followed(client, person)
    second = followed(client, person)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    perform(person, end_feed, CalendarFeed.objects.get(ended_at=None))
    assert client.get(second).status_code == 404
    third = followed(client, person)
    person.set_password("something else entirely")
    person.save()
    assert client.get(third).status_code == 404
    fourth = followed(client, person)
    person.is_active = False
    person.save()
    assert client.get(fourth).status_code == 404
    steward = make_steward(instrument)
    kept = followed(client, steward, FeedKind.KEPT)
    steward.unit_roles.update(valid_to=NOW.date())
    assert client.get(kept).status_code == 404
    assert client.get(reverse("instruments:calendar_feed", args=["no-such-secret"])).status_code == 404


def test_the_secret_is_kept_nowhere(client):
    """Neither the row nor the history holds it."""
    person = PersonFactory()
    secret = perform(person, make_feed, Followed(FeedKind.MINE))
    feed = CalendarFeed.objects.get()
    assert secret not in str(vars(feed))
    entries = list(Entry.objects.filter(verb="instruments.calendar.made").values())
    assert len(entries) == 1
    assert secret not in str(entries)


def test_the_history_says_who_made_and_ended_it(client, instrument):
    """One row each, with what it is about."""
    person = PersonFactory()
    perform(person, make_feed, Followed(FeedKind.INSTRUMENT, instrument))
    feed = CalendarFeed.objects.get()
    perform(person, end_feed, feed)
    perform(person, end_feed, feed)
    rows = Entry.objects.filter(verb__startswith="instruments.calendar.").order_by("sequence")
    assert [row.verb for row in rows] == ["instruments.calendar.made", "instruments.calendar.ended"]
    assert rows[0].after == {"kind": "instrument", "about": instrument.code}


def test_what_is_no_calendar_is_followed_by_nobody(instrument):
    """A kind with the target of another, a thing that is no calendar, a visitor; an officer follows any unit."""
    person = PersonFactory(is_superuser=True)
    for strange in (
        Followed(FeedKind.MINE, instrument),
        Followed(FeedKind.KEPT, instrument.unit),
        Followed(FeedKind.INSTRUMENT),
        Followed(FeedKind.UNIT, instrument),
        instrument,
    ):
        assert not can(person, "follow_calendar", strange)
    assert can(person, "follow_calendar", Followed(FeedKind.UNIT, instrument.unit))
    assert not can(AnonymousUser(), "follow_calendar", Followed(FeedKind.MINE))
    assert Followed(FeedKind.KEPT).on_record == "instruments.calendar:kept"


def test_nobody_follows_a_unit_without_a_role_in_it(client, instrument):
    """The page answers 403 or 404 and nothing is made."""
    client.force_login(PersonFactory())
    page = reverse("instruments:calendars")
    asked = client.post(page, {"kind": "unit", "code": instrument.unit.code})
    assert asked.status_code in {403, 404}
    for wish in ({"kind": "kept"}, {"kind": "nonsense"}, {}, {"kind": "instrument", "code": "NO-SUCH"}):
        assert client.post(page, wish).status_code in {403, 404}
    assert not CalendarFeed.objects.exists()


def test_the_page_shows_an_address_once_and_ends_it(client, instrument):
    """Made, shown by the next page alone, listed, ended by its owner and by nobody else."""
    person = PersonFactory()
    client.force_login(person)
    page = reverse("instruments:calendars")
    assert client.post(page, {"kind": "mine", "code": ""}).headers["Location"] == page
    shown = client.get(page)
    made = shown.context["made"]
    assert made.endswith(".ics")
    assert f"webcal:{made.partition(':')[2]}" in shown.content.decode()
    assert made not in client.get(page).content.decode()
    assert (
        client.get(f"{page}?instrument={instrument.code}").context["choices"][-1].followed.target
        == instrument
    )
    feed = CalendarFeed.objects.get()
    client.force_login(PersonFactory())
    assert client.post(reverse("instruments:end_calendar", args=[feed.pk])).status_code == 404
    client.force_login(person)
    client.post(reverse("instruments:end_calendar", args=[feed.pk]))
    feed.refresh_from_db()
    assert feed.ended_at == NOW


def test_one_booking_is_a_file(client, instrument):
    """For whoever may see it; for others it is missing."""
    person = PersonFactory(language="zh-hans")
    booking = perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    address = reverse("instruments:booking_file", args=[booking.pk])
    assert client.get(address).status_code == 302
    client.force_login(person)
    answer = client.get(address)
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="{instrument.code}-20260304-0900.ics"'
    )
    (one,) = vobject.readOne(answer.content.decode()).contents["vevent"]
    assert one.uid.value == str(booking.pk)
    client.force_login(PersonFactory())
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_bookings(client, instrument, count):
    """The subscription, the roles, the bookings; the use is noted once an hour."""
    steward = make_steward(instrument)
    for n in range(count):
        BookingFactory(instrument=instrument, start=at(n, 9), end=at(n, 10))
    address = followed(client, steward, FeedKind.KEPT)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    assert len(captured) == 4, [query["sql"] for query in captured]


def test_old_and_far_bookings_are_left_out(client, instrument):
    """Sixty days back; what came to nothing is told for thirty days."""
    person = PersonFactory()
    made = {
        name: BookingFactory(instrument=instrument, person=person, start=start, state=state, ended_at=ended)
        for name, start, state, ended in (
            ("old", NOW - dt.timedelta(days=61), BookingState.COMPLETED, None),
            ("recent", NOW - dt.timedelta(days=59), BookingState.COMPLETED, None),
            (
                "given back long ago",
                NOW + dt.timedelta(days=1),
                BookingState.CANCELLED,
                NOW - dt.timedelta(days=31),
            ),
            ("given back", NOW + dt.timedelta(days=2), BookingState.CANCELLED, NOW - dt.timedelta(days=29)),
        )
    }
    shown = events(read(client, followed(client, person)))
    assert {name for name, row in made.items() if str(row.pk) in shown} == {"recent", "given back"}


def test_the_database_holds_one_live_address_of_a_kind(instrument):
    """Two at once are refused whoever writes them, and one about two things."""
    person = PersonFactory()
    made = {"person": person, "access": "a" * 64}
    CalendarFeed.objects.create(**made, kind=FeedKind.MINE, digest="1" * 64)
    for wrong in (
        {"kind": FeedKind.MINE, "digest": "2" * 64},
        {"kind": FeedKind.MINE, "digest": "3" * 64, "instrument": instrument},
        {"kind": FeedKind.UNIT, "digest": "4" * 64},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarFeed.objects.create(**made, **wrong)


def test_times_are_those_of_the_network():
    """The moments of these tests are local ones, as the calendars write them."""
    assert at(2, 9).tzinfo is LOCAL


def test_every_mail_about_a_booking_bears_it(instrument, mailoutbox, django_capture_on_commit_callbacks):
    """In the reader's language, as the booking stands when the mail is written; what is cancelled says so."""
    person = PersonFactory(language="zh-hans")
    with django_capture_on_commit_callbacks(execute=True):
        booking = perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    (mail,) = mailoutbox
    ((name, content, kind),) = mail.attachments
    assert (name, kind) == (f"{instrument.code}-20260304-0900.ics", "text/calendar")
    (one,) = vobject.readOne(content).contents["vevent"]
    assert (one.uid.value, one.summary.value) == (str(booking.pk), instrument.name_zh)
    steward = make_steward(instrument, language="en")
    with django_capture_on_commit_callbacks(execute=True):
        perform(person, cancel_booking, booking, reason="病了")
    (_name, content, _kind) = next(one for one in mailoutbox if steward.email in one.to).attachments[0]
    (gone,) = vobject.readOne(content).contents["vevent"]
    assert (gone.status.value, gone.summary.value) == (
        "CANCELLED",
        f"[Cancelled] {person} · {instrument.name_en}",
    )


def test_a_mail_goes_out_without_a_file_that_cannot_be_made(monkeypatch, instrument, mailoutbox, caplog):
    """The trouble is in the log, the notice in the mailbox."""
    person = PersonFactory()
    perform(person, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="测试")
    monkeypatch.setattr("instruments.calendars.attachments.file_of", lambda *_said: 1 / 0)
    assert deliver(Notice.objects.get().pk)
    assert mailoutbox[0].attachments == []
    assert "goes without its file" in caplog.text
