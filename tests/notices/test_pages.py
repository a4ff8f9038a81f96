"""Pages of notices and announcements."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from notices import kinds
from notices.models import Announcement, Notice
from notices.queries import unread_count
from tests.factories.members import PersonFactory
from tests.notices.telling import notify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trial_kind(monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    kinds.register("trial", subject="About %(who)s", body="<b>%(who)s</b>")


@pytest.fixture
def person(client):
    """A signed-in person."""
    person = PersonFactory(mail_wanted=False)
    client.force_login(person)
    return person


def test_list_shows_mine_alone(client, person):
    """Texts are escaped; another's notices are not there; a kind that is gone is left out."""
    notify(person, "trial", {"who": "<script>"})
    notify(PersonFactory(mail_wanted=False), "trial", {"who": "secret"})
    Notice.objects.create(person=person, kind="gone")
    text = client.get(reverse("notices:list")).content.decode()
    assert "About &lt;script&gt;" in text
    assert "<script>" not in text.split("<main")[1].split("</main")[0]
    assert "secret" not in text


def test_read_goes_where_it_points(client, person):
    """Reading marks it once and goes on; another's is a 404."""
    notice = notify(person, "trial", {"who": "x"}, link="/me/")
    answer = client.post(reverse("notices:read", args=[notice.pk]))
    assert answer.url == "/me/"
    notice.refresh_from_db()
    first = notice.read_at
    client.post(reverse("notices:read", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first is not None
    other = notify(PersonFactory(mail_wanted=False), "trial", {"who": "x"})
    assert client.post(reverse("notices:read", args=[other.pk])).status_code == 404
    assert client.get(reverse("notices:read", args=[notice.pk])).headers["Location"] == reverse(
        "notices:list"
    )


def test_read_all(client, person):
    """All of mine, none of another's."""
    other = PersonFactory(mail_wanted=False)
    for reader in (person, person, other):
        notify(reader, "trial", {"who": "x"})
    client.post(reverse("notices:read_all"))
    assert (unread_count(person.pk), unread_count(other.pk)) == (0, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_list_queries(client, person, count, django_assert_num_queries):
    """The same number of queries for one notice and for three."""
    for _ in range(count):
        notify(person, "trial", {"who": "x"})
    client.get(reverse("notices:list"))
    with django_assert_num_queries(7):
        client.get(reverse("notices:list"))


def test_notices_need_a_log_in(client):
    """Anonymous people are sent to the log-in."""
    assert client.get(reverse("notices:list")).status_code == 302
    assert client.post(reverse("notices:read_all")).status_code == 302


def test_announcements_are_public_once_published(client):
    """Anyone reads what is published, in both languages; what is to come is not there."""
    now = timezone.now()
    shown = Announcement.objects.create(
        kind="rules", title_zh="新办法", title_en="New rules", body_zh="正文", published_at=now
    )
    hidden = Announcement.objects.create(
        kind="rules", title_zh="将来", title_en="Later", published_at=now + dt.timedelta(days=1)
    )
    english = {"headers": {"accept-language": "en"}}
    page = client.get(reverse("notices:announcements"), **english).content.decode()
    assert "New rules" in page
    assert "Later" not in page
    assert "新办法" in client.get(reverse("notices:announcement", args=[shown.pk])).content.decode()
    assert client.get(reverse("notices:announcement", args=[hidden.pk])).status_code == 404
    assert (
        "New rules"
        not in client.get(reverse("notices:announcements") + "?kind=outage", **english).content.decode()
    )
