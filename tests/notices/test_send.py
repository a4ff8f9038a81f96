"""Notices: a row first, mail after commit, in the reader's language, once, with retry."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notices import kinds
from notices import mail as room
from notices.models import MailState, Notice
from notices.queries import unread_count
from notices.tasks import send_mail, send_pending_mail
from notices.wording import shown, spans, stored
from tests.factories.members import PersonFactory
from tests.notices.telling import notify

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)
CONTEXT = {"who": {"zh": "衍射仪", "en": "XRD"}, "at": AT, "price": Decimal("1234.50"), "n": 2}


@pytest.fixture(autouse=True)
def _trial_kind(monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    # A sentence that is translated in any case, and one with every sort of placeholder.
    kinds.register("trial", subject=_("Cancelled"), body="%(who)s / %(at)s / %(price)s / %(n)s / 100%%")


def tell(person, **changes) -> Notice:
    """Send the trial notice."""
    return notify(person, "trial", {**CONTEXT, **changes}, link="/bookings/1/")


@pytest.mark.parametrize("active", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (
            "zh-hans",
            "已取消",
            (
                "衍射仪 / 2026年11月25日 14:00 / 1,234.50 / 2 / 100%\n\n"
                "查看：https://example.test/bookings/1/\n\n"
                "本邮件由内蒙古大型科研仪器开放共享网络发送。您可以在“我的”页面关闭邮件通知。"
            ),
        ),
        (
            "en",
            "Cancelled",
            (
                "XRD / 25 Nov 2026, 14:00 / 1,234.50 / 2 / 100%\n\n"
                "See: https://example.test/bookings/1/\n\n"
                "This message was sent by the open sharing network of large scientific instruments. "
                "You can turn off mail on your own page."
            ),
        ),
    ],
)
def test_mail_in_the_reader_s_language(
    language, subject, body, active, django_capture_on_commit_callbacks, settings
):
    """Nothing is sent before commit; after it, one mail: subject, sentence, way and footer in the reader's language.

    Whatever language the sender, or the worker that sends, has active.
    """
    settings.SITE_URL = "https://example.test"
    person = PersonFactory(language=language)
    with override(active), django_capture_on_commit_callbacks(execute=True):
        notice = tell(person)
        assert mail.outbox == []
    (message,) = mail.outbox
    assert (message.to, message.subject, message.body) == ([person.email], subject, body)
    notice.refresh_from_db()
    assert (notice.mail_state, notice.mail_attempts) == (MailState.SENT, 1)


@pytest.mark.parametrize("changes", [{"mail_wanted": False}, {"is_active": False}])
def test_no_mail_when_unwanted(changes, django_capture_on_commit_callbacks):
    """Who wants no mail still gets the notice."""
    person = PersonFactory(**changes)
    with django_capture_on_commit_callbacks(execute=True):
        notice = tell(person)
    assert notice.mail_state == MailState.UNWANTED
    assert mail.outbox == []
    assert unread_count(person.pk) == 1


def test_twice_sends_once(django_capture_on_commit_callbacks):
    """A task that comes twice finds the mail claimed."""
    notice = tell(PersonFactory())
    send_mail(notice.pk)
    send_mail(notice.pk)
    assert len(mail.outbox) == 1


def test_broker_down_does_not_undo_the_booking(monkeypatch, django_capture_on_commit_callbacks, caplog):
    """The bell may fail; the row stays and the sweeper sends."""

    def down(*args):
        raise ConnectionError

    monkeypatch.setattr("notices.send.tasks.send_mail.delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        notice = tell(PersonFactory())
    assert send_pending_mail() == 0  # not yet lost, only young
    Notice.objects.filter(pk=notice.pk).update(created_at=timezone.now() - dt.timedelta(minutes=1))
    assert send_pending_mail() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("error", "states"),
    [
        (smtplib.SMTPServerDisconnected("gone"), ["pending"] * 5 + ["failed"]),
        (TimeoutError(), ["pending"] * 5 + ["failed"]),
        (smtplib.SMTPSenderRefused(550, b"no", "a@b"), ["failed"]),
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"unknown")}), ["failed"]),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"later")}), ["pending"] * 5 + ["failed"]),
    ],
)
def test_retry_with_limit(error, states, monkeypatch, caplog):
    """Trouble on the way is tried six times with growing pauses; a refusal for good is not."""

    def refuse(self, fail_silently=False):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    notice = tell(PersonFactory())
    now = timezone.now() + dt.timedelta(minutes=1)
    for attempt, state in enumerate(states, start=1):
        assert room.due(now) == [notice.pk]
        room.deliver(notice.pk)
        notice.refresh_from_db()
        assert (notice.mail_state, notice.mail_attempts) == (state, attempt)
        assert room.due(timezone.now()) == []
        now = timezone.now() + room.pause_after(attempt) + dt.timedelta(seconds=1)
    assert room.due(now) == []


def test_sender_killed_half_way(monkeypatch):
    """A claim nobody finished is taken up again after two minutes."""
    notice = tell(PersonFactory())
    Notice.objects.filter(pk=notice.pk).update(
        mail_state=MailState.SENDING, mail_attempts=1, mail_claimed_at=timezone.now()
    )
    assert room.due(timezone.now() + dt.timedelta(seconds=119)) == []
    assert room.due(timezone.now() + dt.timedelta(seconds=121)) == [notice.pk]


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "me/"])
def test_links_stay_inside(link):
    """A notice links to this site alone."""
    with pytest.raises(ValueError, match="path of this site"):
        notify(PersonFactory(), "trial", CONTEXT, link=link)


def test_programmer_s_mistakes_are_loud():
    """Unknown kind, missing placeholder, naive moment, float: refused before anything is written."""
    person = PersonFactory()
    with pytest.raises(ValueError, match="No kind"):
        notify(person, "nothing", {})
    with pytest.raises(ValueError, match="lacks at"):
        notify(person, "trial", {"who": "x"})
    with pytest.raises(ValueError, match="time zone"):
        tell(person, at=dt.datetime(2026, 1, 1))
    with pytest.raises(TypeError):
        tell(person, price=1.5)
    with pytest.raises(TypeError):
        tell(person, who=_("Cancelled"))
    assert not Notice.objects.exists()


def test_values_keep_their_meaning():
    """What is stored is plain; what is shown follows the language."""
    assert shown(stored(dt.date(2026, 3, 5)), "en") == "5 Mar 2026"
    assert shown(stored(dt.date(2026, 3, 5)), "zh-hans") == "2026年3月5日"
    assert shown(stored({"zh": "甲", "en": ""}), "en") == "甲"
    assert shown(stored(None), "en") == "–"


def test_subject_has_one_line(django_capture_on_commit_callbacks):
    """A name with a line break cannot add a header."""
    kinds.register("trial_two", subject="%(who)s", body="x")
    with django_capture_on_commit_callbacks(execute=True):
        notify(PersonFactory(), "trial_two", {"who": "a\r\nBcc: x@evil.example"})
    assert mail.outbox[0].subject == "a Bcc: x@evil.example"


def test_an_interval_names_its_day_once():
    """Start and end of one day become one range; a night names both days; the old time beside the new one."""
    day = dt.datetime(2026, 3, 5, 6, tzinfo=dt.UTC)  # 14:00 in Shanghai
    context = {
        "start": stored(day),
        "end": stored(day + dt.timedelta(hours=2)),
        "old_start": stored(day),
        "n": 1,
    }
    assert spans(context, "zh-hans") == {"when": "2026年3月5日 14:00–16:00"}
    context["old_end"] = stored(day + dt.timedelta(hours=12))
    assert spans(context, "en") == {
        "when": "5 Mar 2026, 14:00–16:00", "old_when": "5 Mar 2026, 14:00 – 6 Mar 2026, 02:00"
    }  # fmt: skip


def test_two_kinds_of_notice_of_one_name_are_a_mistake():
    """The same sentences twice are not: an app may be loaded again."""
    name = kinds.registered()[0]
    known = kinds._KINDS[name]
    kinds.register(name, subject=known.subject, body=known.body, topic=known.topic)
    with pytest.raises(ValueError, match=f"Two kinds of notice are called {name}"):
        kinds.register(name, subject=known.subject, body="something else")
    assert kinds._KINDS[name] is known


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_sentence_ends_twice(language):
    """Whatever is typed with a full stop, no kind of notice puts its own behind it."""
    doubled = {}
    with override(language):
        for kind in kinds.registered():
            known = kinds._KINDS[kind]
            names = re.findall(r"%\((\w+)\)s", f"{known.subject} {known.body}")
            for stop in ".。":
                written = kinds.write(kind, dict.fromkeys(names, f"typed{stop}"), language)
                if re.search(r"[.。]{2}", f"{written.subject} {written.body}"):
                    doubled[kind] = written
    assert len(kinds.registered()) > 20
    assert doubled == {}
