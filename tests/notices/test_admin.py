"""The admin of announcements: where their links may lead, and their last day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from notices.links import check_link
from notices.models import Announcement
from tests.factories.members import make_officer

pytestmark = pytest.mark.django_db
ADD = "admin:notices_announcement_add"


@pytest.fixture
def officer(client):
    """A signed-in officer who may enter the admin."""
    person = make_officer(is_staff=True)
    client.force_login(person)
    return person


def _typed(**changes):
    return {
        "kind": "rules",
        "title_zh": "新办法",
        "title_en": "New rules",
        "body_zh": "自下月起施行。",
        "body_en": "In force from next month.",
        "link": "",
        "published_at_0": "2026-03-02",
        "published_at_1": "09:00",
        "last_day": "",
        **changes,
    }


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "https://",
        "http:///path",
        "ftp://example.org/",
        "mailto:a@example.org",
        "page",
        "/a b",
        "https://[",
    ],
)
def test_a_link_that_leads_astray_is_refused(link):
    with pytest.raises(ValidationError):
        check_link(link)


@pytest.mark.parametrize(
    "link", ["/", "/evaluations/2026/", "https://example.org/x?y=1", "http://example.org"]
)
def test_a_page_of_this_site_or_the_web_is_a_link(link):
    check_link(link)


def test_a_script_as_link_is_refused_in_the_admin(client, officer):
    answer = client.post(reverse(ADD), _typed(link="javascript:alert(1)"))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"link"}
    assert not Announcement.objects.exists()


def test_both_texts_are_needed(client, officer):
    answer = client.post(reverse(ADD), _typed(body_zh="", body_en=" "))
    assert answer.context["adminform"].form.errors.keys() == {"body_zh", "body_en"}
    assert not Announcement.objects.exists()


def test_the_last_day_is_included(client, officer):
    assert client.post(reverse(ADD), _typed(last_day="2026-03-02", link="/units/")).status_code == 302
    row = Announcement.objects.get()
    assert timezone.localtime(row.deadline) == timezone.make_aware(dt.datetime(2026, 3, 2, 23, 59, 59))
    assert Entry.objects.get().verb == "notices.announcement.created"
    form = client.get(reverse("admin:notices_announcement_change", args=[row.pk])).context["adminform"].form
    assert form.initial["last_day"] == dt.date(2026, 3, 2)
    page = client.get(reverse("notices:announcement", args=[row.pk]), headers={"accept-language": "en"})
    assert "Until 2 Mar 2026, that day included" in page.content.decode()


def test_a_deadline_at_midnight_shows_the_day_before(client):
    row = Announcement.objects.create(
        kind="rules",
        title_zh="甲",
        title_en="A",
        body_zh="乙",
        body_en="B",
        published_at=timezone.make_aware(dt.datetime(2026, 3, 2)),
        deadline=timezone.make_aware(dt.datetime(2026, 3, 10)),
    )
    page = client.get(reverse("notices:announcement", args=[row.pk]), headers={"accept-language": "en"})
    assert "Until 9 Mar 2026, that day included" in page.content.decode()


def test_a_last_day_before_the_publication_is_refused(client, officer):
    answer = client.post(reverse(ADD), _typed(last_day="2026-03-01"))
    assert answer.context["adminform"].form.errors.keys() == {"last_day"}
    assert not Announcement.objects.exists()


def test_a_row_is_no_announcement_with_a_deadline_before_its_publication():
    moment = timezone.now()
    row = Announcement(
        kind="rules",
        title_zh="甲",
        title_en="A",
        body_zh="乙",
        body_en="B",
        published_at=moment,
        deadline=moment - dt.timedelta(1),
    )
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict.keys() == {"deadline"}


def test_whoever_saves_second_is_told_what_the_first_one_wrote(client, officer):
    """By the form and by the page that takes back; what was typed stays, and may be sent once more."""
    client.post(reverse(ADD), _typed())
    row = Announcement.objects.get()
    place = reverse("admin:notices_announcement_change", args=[row.pk])
    shown = {"version": str(client.get(place).context["adminform"].form["version"].value())}
    delete = client.get(reverse("admin:notices_announcement_delete", args=[row.pk])).url
    assert client.post(place, _typed(title_en="Newer rules", **shown)).status_code == 302
    entries = Entry.objects.count()

    late = client.post(place, _typed(title_en="Newest rules", **shown))
    form = late.context["adminform"].form
    assert form.errors["title_en"] == ["现在是 Newer rules"]
    assert form["title_en"].value() == "Newest rules"
    too_late = client.post(delete, {"post": "yes"})
    assert too_late.url == delete.replace("version=1", "version=2")
    assert Entry.objects.count() == entries
    assert Announcement.objects.get().title_en == "Newer rules"

    assert (
        client.post(place, _typed(title_en="Newest rules", version=form["version"].value())).status_code
        == 302
    )
    client.post(delete.replace("version=1", "version=3"), {"post": "yes"})
    assert not Announcement.objects.exists()


def test_the_same_text_once_more_changes_nothing(client, officer):
    client.post(reverse(ADD), _typed())
    row = Announcement.objects.get()
    place = reverse("admin:notices_announcement_change", args=[row.pk])
    assert client.post(place, _typed(version=row.version)).status_code == 302
    assert Entry.objects.count() == 1
    assert Announcement.objects.get().version == 1
