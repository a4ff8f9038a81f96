"""Reports as programs ask for and fetch them."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.serializers import ValidationError

from portal.api import report_runs
from reporting.models import ReportRun
from tests.api.calling import Caller, is_problem
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import PersonFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def instrument():
    """An instrument with one use in March 2025."""
    found = make_instrument()
    UsageRecordFactory(instrument=found, start="2025-03-05T01:00:00Z", end="2025-03-05T03:00:00Z")
    return found


def wish(instrument, **more):
    """Usage of the unit in March 2025 as a table."""
    parameters = {"unit": instrument.unit.code, "start": "2025-03-01", "end": "2025-03-31", "format": "csv"}
    return {"kind": "instrument_usage", "parameters": {**parameters, **more}}


def test_report_is_asked_for_made_and_fetched(instrument, django_capture_on_commit_callbacks):
    """202 queued, then done, and the file with its name and type."""
    caller = Caller(make_manager(instrument.unit))
    with django_capture_on_commit_callbacks(execute=True):
        asked = caller.post("report-runs/", wish(instrument), key="k")
    assert asked.status_code == 202, asked.content
    body = asked.json()
    assert (body["state"], body["progress"], body["file"]) == ("queued", {"done": 0, "total": 0}, None)
    path = f"report-runs/{body['id']}/"
    done = caller.get(path).json()
    assert done["state"] == "done", done
    assert done["progress"]["done"] == done["progress"]["total"] > 0
    assert done["file"]["content_type"].startswith("text/csv")
    file = caller.get(f"{path}file/", headers={"accept": "*/*"})
    content = b"".join(file.streaming_content)
    assert file.headers["Content-Type"] == done["file"]["content_type"]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert (len(content), instrument.code in content.decode()) == (done["file"]["size"], True)
    assert caller.post("report-runs/", wish(instrument), key="k").content == asked.content
    assert ReportRun.objects.count() == 1


def test_run_is_nobody_elses(instrument):
    """Not visible is not there."""
    run = Caller(make_manager(instrument.unit)).post("report-runs/", wish(instrument)).json()
    stranger = Caller(PersonFactory())
    missing = stranger.get(f"report-runs/{uuid.uuid4()}/")
    for tail in ("", "file/"):
        answer = stranger.get(f"report-runs/{run['id']}/{tail}")
        assert is_problem(answer, 404)
        assert answer.content == missing.content
        assert is_problem(Caller().get(f"report-runs/{run['id']}/{tail}"), 401)


def test_file_is_not_there_before_it_is_made(instrument):
    """A queued run has no file."""
    caller = Caller(make_manager(instrument.unit))
    run = caller.post("report-runs/", wish(instrument)).json()
    assert is_problem(caller.get(f"report-runs/{run['id']}/file/"), 404)


def test_expired_file_is_gone(instrument, django_capture_on_commit_callbacks):
    """410, for those who could have had it."""
    caller = Caller(make_manager(instrument.unit))
    with django_capture_on_commit_callbacks(execute=True):
        run = caller.post("report-runs/", wish(instrument)).json()
    ReportRun.objects.update(file="")
    assert is_problem(caller.get(f"report-runs/{run['id']}/file/"), 410)
    assert caller.get(f"report-runs/{run['id']}/").json()["file"] is None


def test_wrong_wishes_are_problems(instrument):
    """Unknown kind and wrong parameters are 422 by field; a report about others' units is refused."""
    manager = Caller(make_manager(instrument.unit))
    unknown = manager.post("report-runs/", {"kind": "none", "parameters": {}})
    assert is_problem(unknown, 422)
    assert unknown.json()["errors"][0]["field"] == "kind"
    for wrong in ({"format": "exe"}, {"start": "soon"}, {"more": 1}, {"end": "2024-01-01"}):
        answer = manager.post("report-runs/", wish(instrument, **wrong))
        assert is_problem(answer, 422), wrong
        assert answer.json()["errors"][0]["field"].startswith("parameters"), wrong
    foreign = manager.post("report-runs/", wish(make_instrument()))
    assert foreign.status_code in {403, 422}
    assert is_problem(Caller().post("report-runs/", wish(instrument)), 401)
    assert not ReportRun.objects.exists()


def test_what_a_report_was_made_from_may_have_changed(
    instrument, django_capture_on_commit_callbacks, monkeypatch
):
    """Then its file is gone for another reason, which is said; yes and no are parameters like texts."""
    caller = Caller(make_manager(instrument.unit))
    with django_capture_on_commit_callbacks(execute=True):
        run = caller.post("report-runs/", wish(instrument)).json()
    ReportRun.objects.update(file="")
    monkeypatch.setattr(report_runs, "is_outdated", lambda _run: True)
    answer = caller.get(f"report-runs/{run['id']}/file/", headers={"accept-language": "en"})
    assert is_problem(answer, 410)
    assert answer.json()["detail"] == "What the report was made from has changed since."


@pytest.mark.parametrize(
    ("given", "read"),
    [(True, "true"), (False, "false"), (2026, "2026"), (-5, "-5"), ("x" * 200, "x" * 200), ("", "")],
)
def test_plain_values(given, read):
    """As the form of the report reads them."""
    assert report_runs.PlainValueField().run_validation(given) == read


@pytest.mark.parametrize("given", [10**12, 1.5, "x" * 201, [], {}])
def test_values_that_are_not_plain(given):
    """Refused, whatever the report."""
    with pytest.raises(ValidationError):
        report_runs.PlainValueField().run_validation(given)
