"""The daily mail: one a person and day, with all that waited, in their language, however often its task runs."""

from __future__ import annotations

import datetime as dt
import smtplib

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from changes import perform
from folding.times import LOCAL
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from members.actions.people import change_own_account
from notices.daily import deliver_daily, gather
from notices.kinds import register_all, registered, topic_of
from notices.models import DailyMail, MailState, Notice
from notices.tasks import send_daily_mail, send_pending_mail
from notices.topics import Topic
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.notices.telling import notify

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=LOCAL)
FAR = MONDAY + dt.timedelta(days=9)
AT_ONCE = {
    *("booking_reminder", "booking_moved_away", "booking_taken_away", "booking_to_move"),
    *("booking_in_doubt", "booking_stands", "wait_offered", "wait_offer_withdrawn", "fault_reported"),
    *("report_done", "report_done_with_gaps", "report_failed"),
    *("booking_lost", "booking_received", "booking_message", "booking_undecided", "booking_escalated"),
    *("deputy_named", "deputy_ended"),
}
"""Somebody must act on it, counts on it, or has waited for it."""


@pytest.fixture
def clock():
    """Monday 2 March 2026, 09:00 in Shanghai, standing still."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def expired(person, **changes):
    """Tell somebody that a request of theirs has expired, for a time that is far away."""
    context = {"instrument": {"zh": "衍射仪", "en": "XRD"}, "start": FAR, "end": FAR + dt.timedelta(hours=2)}
    return notify(person, "booking_expired", context | changes, link="/me/")


def reader(**fields):
    """Somebody who wants to hear of bookings once a day."""
    return PersonFactory(daily_mail=[Topic.BOOKINGS], **fields)


def states(*notices):
    """Where the mail of notices stands now."""
    return [Notice.objects.get(pk=notice.pk).mail_state for notice in notices]


def test_every_kind_has_a_topic_or_is_always_told_at_once():
    """Whoever adds a kind decides about it here."""
    assert {kind for kind in registered() if not topic_of(kind)} == AT_ONCE
    assert {topic_of(kind) for kind in registered()} - {""} == set(Topic.values)


def test_a_topic_of_an_unknown_kind_is_a_mistake():
    """A kind that was renamed would be told at once without a word."""
    with pytest.raises(ValueError, match="no-such"):
        register_all({}, {Topic.FAULTS: ("no-such",)})


@pytest.mark.parametrize(
    ("language", "subject", "first"),
    [("zh-hans", None, "1. "), ("en", "Daily mail: 2 notices", "1. Request expired: XRD, ")],
)
def test_all_that_waited_comes_in_one_mail_at_eight(clock, language, subject, first, settings):
    """Nothing before, nothing at 7:59; at eight one mail with both, in the reader's language; again nothing."""
    settings.SITE_URL = "https://example.test"
    person, other = reader(language=language), reader()
    notices = [expired(person), expired(person)]
    foreign = expired(other)
    assert states(*notices, foreign) == [MailState.DAILY] * 3
    assert (send_pending_mail(), send_daily_mail(), mail.outbox) == (0, 0, [])
    clock.move_to(dt.datetime(2026, 3, 3, 7, 59, tzinfo=LOCAL))
    assert send_daily_mail() == 0
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))
    assert send_daily_mail() == 2
    assert (send_daily_mail(), send_pending_mail()) == (0, 0)
    assert sorted(message.to[0] for message in mail.outbox) == sorted([person.email, other.email])
    (message,) = [one for one in mail.outbox if one.to == [person.email]]
    if subject:
        assert message.subject == subject
    parts = message.body.split("\n\n")
    assert len(parts) == 3
    assert parts[0].startswith(first)
    assert parts[1].startswith("2. ")
    assert "https://example.test/me/" in parts[0]
    assert states(*notices, foreign) == [MailState.SENT] * 3


def test_what_comes_later_waits_for_the_next_day(clock):
    """One mail a day, whatever happens after it."""
    person = reader()
    expired(person)
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))
    later = expired(person)
    assert send_daily_mail() == 1
    clock.shift(dt.timedelta(hours=3))
    assert send_daily_mail() == 0
    assert states(later) == [MailState.DAILY]
    clock.move_to(dt.datetime(2026, 3, 4, 8, 10, tzinfo=LOCAL))
    assert send_daily_mail() == 1
    assert list(DailyMail.objects.order_by("day").values_list("day", "mail_state")) == [
        (dt.date(2026, 3, 3), "sent"),
        (dt.date(2026, 3, 4), "sent"),
    ]


def test_what_is_near_or_not_chosen_is_told_at_once(clock):
    """A time tomorrow; a person who has chosen another topic; who wants no mail gets none in the morning either."""
    near = MONDAY + dt.timedelta(days=1)
    assert states(
        expired(reader(), start=near, end=near + dt.timedelta(hours=2)),
        expired(PersonFactory(daily_mail=[Topic.FAULTS])),
        expired(PersonFactory()),
        expired(reader(mail_wanted=False)),
    ) == ["pending", "pending", "pending", "unwanted"]


def test_an_urgent_kind_never_waits(clock):
    """Whatever is chosen, and however far away it is."""
    person = PersonFactory(daily_mail=list(Topic.values))
    context = {
        "instrument": {"zh": "衍射仪", "en": "XRD"},
        "start": FAR,
        "end": FAR + dt.timedelta(hours=2),
        "reason": "x",
        "others": "x",
    }
    assert states(notify(person, "booking_to_move", context)) == [MailState.PENDING]


def test_a_change_of_bookings_puts_it_there(clock, django_capture_on_commit_callbacks):
    """From the write path: the steward hears at once, the person tomorrow at eight."""
    instrument = make_instrument(policy={"approval_required": True, "request_expiry_hours": 200})
    steward, person = make_steward(instrument), reader()
    with django_capture_on_commit_callbacks(execute=True):
        booking = perform(
            person, request_booking, instrument, start=FAR, end=FAR + dt.timedelta(hours=1), purpose="x"
        )
        perform(steward, approve_booking, booking)
    assert [message.to for message in mail.outbox] == [[steward.email]]
    clock.shift(dt.timedelta(days=1))
    assert send_daily_mail() == 1
    assert mail.outbox[-1].to == [person.email]


def test_trouble_on_the_way_is_tried_again(clock, monkeypatch, caplog):
    """After a minute, with the same notices; then all of them are sent, once."""
    person = reader()
    notices = [expired(person), expired(person)]
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))

    def refuse(self, fail_silently=False):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_daily_mail() == 0
    assert states(*notices) == [MailState.DAILY] * 2
    assert send_daily_mail() == 0
    clock.shift(dt.timedelta(minutes=2))
    assert send_pending_mail() == 1
    assert (len(mail.outbox), states(*notices)) == (1, [MailState.SENT] * 2)


def test_a_refusal_for_good_ends_it(clock, monkeypatch, caplog):
    """The mail and its notices have failed, and nobody tries again."""
    notice = expired(reader())
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))

    def refuse(self, fail_silently=False):
        raise smtplib.SMTPRecipientsRefused({"a@b": (550, b"unknown")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    assert send_daily_mail() == 0
    clock.shift(dt.timedelta(hours=1))
    assert send_pending_mail() == 0
    assert (states(notice), DailyMail.objects.get().mail_state) == ([MailState.FAILED], MailState.FAILED)


def test_who_wants_no_mail_by_then_gets_none(clock):
    """The choice of the evening holds in the morning."""
    person = reader()
    notice = expired(person)
    person.mail_wanted = False
    person.save()
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))
    assert (send_daily_mail(), mail.outbox) == (0, [])
    assert (states(notice), DailyMail.objects.get().mail_state) == ([MailState.UNWANTED], MailState.UNWANTED)


def test_two_workers_send_one_mail(clock):
    """Both have gathered; the second finds it claimed."""
    expired(reader())
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))
    first, second = gather(timezone.now()), gather(timezone.now())
    assert first == second
    assert [deliver_daily(pk) for pk in [*first, *second]] == [True, False]
    assert len(mail.outbox) == 1


def test_the_database_holds_one_mail_a_day(clock):
    """Whoever writes it."""
    person = reader()
    DailyMail.objects.create(person=person, day=MONDAY.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyMail.objects.create(person=person, day=MONDAY.date())


@pytest.mark.parametrize("count", [1, 3])
def test_gathering_asks_once_a_person(clock, count, django_assert_num_queries):
    """However many notices: the people, a row each, what waits into it, the mails to send."""
    person = reader()
    for _n in range(count):
        expired(person)
    clock.move_to(dt.datetime(2026, 3, 3, 8, 0, tzinfo=LOCAL))
    with django_assert_num_queries(7):
        assert len(gather(timezone.now())) == 1


def test_people_choose_it_on_their_page(client):
    """Saved in the order of the topics, on record; nonsense is refused and nothing changes."""
    person = PersonFactory(phone="", language="zh-hans")
    client.force_login(person)
    said = {"phone": "", "language": "zh-hans", "mail_wanted": "on"}
    page = reverse("portal:account")
    client.post(page, said | {"daily_mail": ["faults", "bookings"]})
    person.refresh_from_db()
    assert person.daily_mail == ["bookings", "faults"]
    entry = Entry.objects.get(verb="members.person.changed")
    assert (entry.before["daily_mail"], entry.after["daily_mail"]) == ([], ["bookings", "faults"])
    shown = client.get(page).content.decode()
    assert shown.count("checked") >= 3
    assert client.post(page, said | {"daily_mail": ["no-such"]}).status_code == 422
    person.refresh_from_db()
    assert person.daily_mail == ["bookings", "faults"]


def test_who_says_nothing_of_it_keeps_it():
    """Programs that change phone and language alone."""
    person = reader()
    perform(person, change_own_account, person, phone="1", language="en", mail_wanted=True)
    person.refresh_from_db()
    assert (person.phone, person.daily_mail) == ("1", ["bookings"])
