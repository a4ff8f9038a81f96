"""Pages of reports: list, form, progress that stops asking, download, expiry."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from changes import perform
from reporting import files, making, runs
from reporting.models import ReportRun
from tests.api.calling import Caller
from tests.factories.members import PersonFactory, make_officer

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6
ENGLISH = {"headers": {"accept-language": "en"}}


@pytest.fixture
def person(client):
    """A signed-in person."""
    person = PersonFactory(language="en")
    client.force_login(person)
    return person


@pytest.fixture
def run(use_kind, silent_bell, person):
    """A queued run of the person."""
    return perform(person, runs.request_run, "trial", {"number": 7, "format": "csv"}, language="en")


def test_pages_ask_to_sign_in(client, run):
    """Anonymous people are sent to the log-in."""
    client.logout()
    for name, args in (("list", []), ("new", ["trial"]), ("run", [run.pk]), ("file", [run.pk])):
        answer = client.get(reverse(f"reporting:{name}", args=args))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


def test_new_run_by_form(client, use_kind, silent_bell, person):
    """The form makes a run; wrong details come back with 422."""
    page = reverse("reporting:new", args=["trial"])
    assert client.get(page).status_code == 200
    assert client.post(page, {"number": "0"}).status_code == 422
    answer = client.post(page, {"number": "3", "format": "xlsx"})
    run = ReportRun.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/reports/{run.pk}/")
    assert run.parameters == {"number": 3, "format": "xlsx"}


def test_new_run_when_not_offered(client, use_kind, person):
    """A report that is not offered looks like one that does not exist."""
    use_kind(offered_to=lambda person: False)
    for code in ("trial", "nothing"):
        assert client.get(reverse("reporting:new", args=[code])).status_code == 404


def test_progress_asks_until_done(client, run):
    """The open run polls; the finished fragment does not, and offers the file."""
    page = reverse("reporting:run", args=[run.pk])
    ReportRun.objects.filter(pk=run.pk).update(state="running", done=3, total=10, heartbeat_at=timezone.now())
    fragment = client.get(page, headers={"hx-request": "true", "accept-language": "en"})
    text = fragment.content.decode()
    assert "<html" not in text
    assert 'hx-trigger="every 1s"' in text
    assert 'value="3" max="10"' in text
    assert "HX-Request" in fragment["Vary"]
    ReportRun.objects.filter(pk=run.pk).update(state="queued")
    making.make(run.pk)
    whole = client.get(page, **ENGLISH).content.decode()
    assert "<html" in whole
    assert "hx-trigger" not in whole
    assert reverse("reporting:file", args=[run.pk]) in whole


def test_download_headers(client, run):
    """An attachment with its Chinese name, its type and its length."""
    making.make(run.pk)
    answer = client.get(reverse("reporting:file", args=[run.pk]))
    body = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert body.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E8%AF%95%E9%AA%8C%20%E6%8A%A5%E5%91%8A.csv"
    )
    assert int(answer["Content-Length"]) == len(body)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_download_is_sent_as_it_is(client, use_kind, silent_bell, person, ending):
    """A browser that takes gzip gets the file with its length all the same; parts are refused beforehand."""
    run = perform(person, runs.request_run, "trial", {"number": 7, "format": ending}, language="en")
    making.make(run.pk)
    run.refresh_from_db()
    headers = {"accept-encoding": "gzip", "range": "bytes=0-9"}
    answer = client.get(reverse("reporting:file", args=[run.pk]), headers=headers)
    body = b"".join(answer.streaming_content)
    assert (answer.status_code, len(body)) == (200, run.size)
    assert hashlib.sha256(body).hexdigest() == run.sha256
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(run.size), "none")
    assert "Content-Encoding" not in answer
    page = client.get(reverse("reporting:list"), headers=headers)
    assert page["Content-Encoding"] == "gzip"


def test_the_proxy_sends_the_file_where_it_is_told_to(client, use_kind, silent_bell, person, settings):
    """Headers alone leave the site, names of any script safely quoted; a file that is gone is still a 410."""
    settings.REPORT_ACCEL_LOCATION = "/reports-inside/"
    run = perform(person, runs.request_run, "trial", {"number": 7, "format": "csv"}, language="en")
    making.make(run.pk)
    run.refresh_from_db()
    ReportRun.objects.filter(pk=run.pk).update(file_name="年报\n7.csv")
    answer = client.get(reverse("reporting:file", args=[run.pk]))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/reports-inside/{run.file}"
    assert answer["Content-Type"] == run.content_type
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%B9%B4%E6%8A%A5%0A7.csv"
    assert (answer["X-Content-Type-Options"], answer["Accept-Ranges"]) == ("nosniff", "none")
    files.delete(run.file)
    assert client.get(reverse("reporting:file", args=[run.pk])).status_code == 410


def test_asking_about_a_file_is_no_download(client, run):
    """HEAD tells the length and leaves no entry; GET leaves one."""
    making.make(run.pk)
    path = reverse("reporting:file", args=[run.pk])
    fetched = Entry.objects.filter(verb="reporting.run.downloaded")
    asked = client.head(path)
    for close in asked._resource_closers:
        close()
    assert asked.status_code == 200
    assert fetched.count() == 0
    client.get(path).getvalue()
    assert fetched.count() == 1


def test_details_are_not_shown_after_the_right_is_lost(client, use_kind, run, person):
    """Neither page, list nor call tells name, size or digest of a file one may no longer have."""
    making.make(run.pk)
    run.refresh_from_db()
    caller = Caller(person)
    path = f"report-runs/{run.pk}/"
    assert caller.get(path).json()["file"]["sha256"] == run.sha256
    use_kind(may_download=lambda who, run: False)
    body = caller.get(path).json()
    assert (body["state"], body["file"]) == ("done", None)
    page = client.get(reverse("reporting:run", args=[run.pk]), **ENGLISH).content.decode()
    assert "You no longer have the right to this report." in page
    listed = client.get(reverse("reporting:list"), **ENGLISH).content.decode()
    for text in (page, listed):
        assert run.sha256 not in text
        assert reverse("reporting:file", args=[run.pk]) not in text
    assert caller.get(f"{path}file/").status_code == 404


def test_others_get_the_same_404(client, run):
    """Page, file and buttons of another's run are not there, as if it did not exist."""
    making.make(run.pk)
    client.force_login(PersonFactory())
    for key in (run.pk, "00000000-0000-4000-8000-000000000000"):
        for name in ("run", "file"):
            assert client.get(reverse(f"reporting:{name}", args=[key])).status_code == 404
        for name in ("cancel", "again"):
            assert client.post(reverse(f"reporting:{name}", args=[key])).status_code == 404


def test_expired_file_offers_to_ask_again(client, run):
    """410 with a button; the button makes a new run of the same report."""
    making.make(run.pk)
    runs.expire_files(timezone.now() + dt.timedelta(days=31))
    answer = client.get(reverse("reporting:file", args=[run.pk]), **ENGLISH)
    assert answer.status_code == 410
    assert reverse("reporting:again", args=[run.pk]) in answer.content.decode()
    client.post(reverse("reporting:again", args=[run.pk]))
    assert ReportRun.objects.count() == 2
    assert set(ReportRun.objects.values_list("parameters__number", flat=True)) == {7}


def test_file_is_not_given_out_a_second_after_its_time(client, run):
    """No sweep has run: the row still names the file, the page no longer gives it, nor offers it."""
    making.make(run.pk)
    run.refresh_from_db()
    path = reverse("reporting:file", args=[run.pk])
    assert path in client.get(reverse("reporting:run", args=[run.pk])).content.decode()
    ReportRun.objects.filter(pk=run.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(path).status_code == 410
    assert path not in client.get(reverse("reporting:run", args=[run.pk])).content.decode()
    assert path not in client.get(reverse("reporting:list")).content.decode()
    run.refresh_from_db()
    assert run.file


def test_cancel_button(client, run):
    """The person cancels; a second time it is said that it is finished."""
    client.post(reverse("reporting:cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "cancelled"
    answer = client.post(reverse("reporting:cancel", args=[run.pk]), follow=True, **ENGLISH)
    assert "already finished" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_number_of_queries(client, run, person, count, django_assert_num_queries):
    """The list costs the same for one run and for three."""
    for _ in range(count - 1):
        perform(person, runs.request_run, "trial", {"number": 1})
    client.get(reverse("reporting:list"))
    with django_assert_num_queries(LIST_QUERIES):
        answer = client.get(reverse("reporting:list"))
    assert answer.status_code == 200


def test_list_offers_what_one_may_ask_for(client):
    """An officer is offered the annual report, a researcher is not."""
    for person, offered in ((make_officer(), True), (PersonFactory(), False)):
        client.force_login(person)
        page = client.get(reverse("reporting:list")).content.decode()
        assert (reverse("reporting:new", args=["annual_evaluation"]) in page) is offered
