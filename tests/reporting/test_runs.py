"""The life of a report run: asked for, claimed once, shown, done once, given up, expired."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from notices.models import Notice
from reporting import making, registry, runs, tasks
from reporting.errors import InvalidParameters, ReportError, TooManyRuns, UnknownKind, WrongRunState
from reporting.models import ReportRun, RunState
from tests.factories.members import PersonFactory
from tests.reporting.kinds import content_of, document, make_kind

pytestmark = pytest.mark.django_db


def ask(person, **parameters):
    """Ask for the trial report."""
    return perform(person, runs.request_run, "trial", {"number": 7, "format": "csv", **parameters})


def verbs() -> list[str]:
    """Verbs on record about reports, oldest first."""
    rows = Entry.objects.filter(verb__startswith="reporting.").order_by("sequence")
    return list(rows.values_list("verb", flat=True))


def later(**delta) -> dt.datetime:
    """A moment after now."""
    return timezone.now() + dt.timedelta(**delta)


def test_request_when_right_is_there(use_kind, silent_bell, django_capture_on_commit_callbacks):
    """A row, a record, and one message after commit."""
    person = PersonFactory()
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(person)
        assert silent_bell == []
    assert (run.state, run.parameters) == (RunState.QUEUED, {"number": 7, "format": "csv"})
    assert silent_bell == [str(run.pk)]
    assert verbs() == ["reporting.run.requested"]


def test_request_when_forbidden(use_kind, silent_bell):
    """No row, but the refusal is on record."""
    use_kind(may_request=lambda person, parameters: False)
    with pytest.raises(NotAllowed):
        ask(PersonFactory())
    assert not ReportRun.objects.exists()
    assert verbs() == ["reporting.refused"]


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({"number": 0}, {"number"}),
        ({}, {"number"}),
        ({"number": 1, "format": "docx"}, {"format"}),
        ({"number": 1, "color": "red"}, {"color"}),
    ],
)
def test_request_when_parameters_are_wrong(use_kind, parameters, fields):
    """Every wrong parameter is named."""
    with pytest.raises(InvalidParameters) as refused:
        perform(PersonFactory(), runs.request_run, "trial", parameters)
    assert set(refused.value.fields) == fields


def test_request_when_kind_is_unknown():
    """Unknown kinds are refused."""
    with pytest.raises(UnknownKind):
        perform(PersonFactory(), runs.request_run, "nothing", {})


def test_request_when_too_many_are_open(use_kind, silent_bell):
    """Five unfinished reports are enough for one person; another person is not held up."""
    person = PersonFactory()
    for _ in range(runs.MOST_OPEN_RUNS):
        ask(person)
    with pytest.raises(TooManyRuns):
        ask(person)
    ask(PersonFactory())


def test_make_writes_one_file_and_tells(use_kind, silent_bell):
    """The file is kept with its size and hash, under a name for people; the person is told."""
    person = PersonFactory(language="en")
    run = ask(person)
    assert making.make(run.pk)
    run.refresh_from_db()
    content = content_of(run).read()
    assert (run.state, run.attempts) == (RunState.DONE, 1)
    assert run.sha256 == hashlib.sha256(content).hexdigest()
    assert run.size == len(content)
    assert run.file_name == "试验 报告.csv"
    assert run.expires_at - run.finished_at == dt.timedelta(days=30)
    notice = Notice.objects.get()
    assert (notice.kind, notice.link) == ("report_done", f"/reports/{run.pk}/")
    assert verbs() == ["reporting.run.requested", "reporting.run.done"]


def test_make_when_done_already(use_kind, silent_bell):
    """A message that comes twice makes nothing twice."""
    run = ask(PersonFactory())
    assert making.make(run.pk)
    assert not making.make(run.pk)
    run.refresh_from_db()
    assert run.attempts == 1
    assert Notice.objects.count() == 1


def test_make_when_the_report_refuses(use_kind, silent_bell):
    """A sentence of the report is what the person reads."""

    def refuse(parameters, progress):
        raise ReportError("100 % of nothing.")

    use_kind(build=refuse)
    run = ask(PersonFactory())
    making.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "100 % of nothing.")
    assert Notice.objects.get().kind == "report_failed"
    assert verbs() == ["reporting.run.requested", "reporting.run.failed"]


def test_make_when_database_breaks(use_kind, silent_bell):
    """Trouble outside puts the run back, three times at most."""

    def broken(parameters, progress):
        raise OperationalError

    use_kind(build=broken)
    run = ask(PersonFactory())
    for attempt in range(1, 4):
        assert not making.make(run.pk)
        run.refresh_from_db()
        assert run.attempts == attempt
    assert run.state == RunState.FAILED
    assert "3" in run.error


def test_task_when_a_fault_of_ours(use_kind, silent_bell, caplog):
    """A bug is raised and logged, and the run does not hang: it fails with a reference."""

    def bug(parameters, progress):
        return {}["missing"]

    use_kind(build=bug)
    run = ask(PersonFactory())
    assert tasks.make_run.apply(args=[str(run.pk)], task_id="abcdef1234567890", throw=False).failed()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "abcdef12" in run.error
    assert "missing" not in run.error


def test_task_when_time_is_up(use_kind, silent_bell, caplog):
    """The time limit ends the run visibly."""

    def slow(parameters, progress):
        raise SoftTimeLimitExceeded

    use_kind(build=slow)
    run = ask(PersonFactory())
    assert tasks.make_run.apply(args=[str(run.pk)], throw=False).failed()
    run.refresh_from_db()
    assert run.state == RunState.FAILED


def test_progress_is_on_the_row(use_kind, silent_bell):
    """Counts and sign of life are written while it works."""
    seen = []

    def build(parameters, progress):
        progress(3, 3)
        seen.append(ReportRun.objects.values_list("state", "done", "total").get())
        return document()

    use_kind(build=build)
    making.make(ask(PersonFactory()).pk)
    assert seen == [("running", 3, 3)]


def test_cancel_stops_the_work(use_kind, silent_bell):
    """A run cancelled while it works leaves no file, no notice, and stays cancelled."""
    person = PersonFactory()

    def build(parameters, progress):
        perform(person, runs.cancel_run, ReportRun.objects.get())
        progress(1, 1)
        raise AssertionError("went on")

    use_kind(build=build)
    run = ask(person)
    assert not making.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.file) == (RunState.CANCELLED, "")
    assert not Notice.objects.exists()
    with pytest.raises(WrongRunState):
        perform(person, runs.cancel_run, run)


def test_cancel_when_cancelled_at_the_last_moment(use_kind, silent_bell, tmp_path):
    """Cancelled between building and keeping: the stored file goes away again."""
    person = PersonFactory()
    run = ask(person)

    def rows():
        yield from ()

    def build(parameters, progress):
        perform(person, runs.cancel_run, ReportRun.objects.get())
        return document()

    use_kind(build=build)
    assert not making.make(run.pk)
    assert [p for p in (tmp_path / "reports").rglob("*") if p.is_file()] == []


def test_cancel_when_not_mine(use_kind, silent_bell):
    """Nobody cancels another's report; the attempt is on record."""
    run = ask(PersonFactory())
    with pytest.raises(NotAllowed):
        perform(PersonFactory(), runs.cancel_run, run)
    assert verbs()[-1] == "reporting.refused"


def test_resend_when_worker_was_killed(use_kind, silent_bell):
    """A running run without a sign of life is rung for again, and the second attempt is done once."""
    run = ask(PersonFactory())
    dead = runs.claim(run.pk)
    assert runs.resend_stale(timezone.now()) == 0
    assert runs.resend_stale(later(seconds=16)) == 1
    assert silent_bell == [str(run.pk)]
    assert making.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 2)
    # The first worker wakes up: its progress and its result are not its any more.
    with pytest.raises(making.LostClaim):
        making._Shown(dead)(1, 1)
    assert not runs.fail(dead, "late")


def test_a_worker_that_stops_gives_its_run_back_at_once(use_kind, silent_bell):
    """Rung for at once and made by the next; the first notices with its next step. The last attempt goes on."""
    run = ask(PersonFactory())
    stopping = runs.claim(run.pk)
    assert runs.give_back(run.pk)
    assert not runs.give_back(run.pk)
    assert silent_bell == [str(run.pk)]
    with pytest.raises(making.LostClaim):
        making._Shown(stopping)(1, 1)
    assert runs.claim(run.pk).attempts == 2
    assert runs.give_back(str(run.pk))
    assert runs.claim(run.pk).attempts == 3
    assert not runs.give_back(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_resend_when_message_was_lost(use_kind, silent_bell):
    """A queued run is rung for after twice as long, then not again at once."""
    run = ask(PersonFactory())
    assert runs.resend_stale(later(seconds=16)) == 0
    assert runs.resend_stale(later(seconds=31)) == 1
    assert runs.resend_stale(later(seconds=32)) == 0
    assert runs.resend_stale(later(seconds=300)) == 1
    assert silent_bell == [str(run.pk)] * 2


def test_resend_gives_up_after_three_attempts(use_kind, silent_bell):
    """What kills its worker three times fails, so that it cannot go on for ever."""
    run = ask(PersonFactory())
    for _ in range(runs.MOST_ATTEMPTS):
        assert runs.claim(run.pk)
        runs.resend_stale(later(seconds=16))
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.FAILED, 3)
    assert runs.claim(run.pk) is None
    assert Notice.objects.get().kind == "report_failed"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_claim_when_eight_come_at_once(use_kind, silent_bell):
    """Exactly one of eight gets the run."""
    run = ask(PersonFactory())
    start, won = threading.Barrier(8), []

    def contend():
        start.wait()
        try:
            won.append(runs.claim(run.pk) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=contend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


@pytest.mark.parametrize("lost", ["account", "right"])
def test_run_of_one_who_lost_the_right_is_not_made(lost, use_kind, silent_bell):
    """Nothing is built; the run fails with the reason."""
    person, built = PersonFactory(), []
    use_kind(build=lambda parameters, step: built.append(parameters))
    run = ask(person)
    if lost == "account":
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    else:
        use_kind(
            build=lambda parameters, step: built.append(parameters),
            may_request=lambda who, parameters: False,
        )
    assert making.make(run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.file, built) == (RunState.FAILED, "", [])
    assert run.error == "您无权获取该报告。"


def test_asking_locks_out_no_row_that_refers_to_the_person(use_kind, silent_bell):
    """The lock of the person lets foreign keys to it be checked; else two ordinary writes wait for each other."""
    with CaptureQueriesContext(connection) as done:
        ask(PersonFactory())
    locks = [query["sql"] for query in done if "members_person" in query["sql"] and " FOR " in query["sql"]]
    assert [sql.partition(" FOR ")[2][:13] for sql in locks] == (
        ["NO KEY UPDATE"] if connection.vendor == "postgresql" else []
    )


def test_two_reports_of_one_name_are_a_mistake(use_kind):
    """The same one twice is not: an app may be loaded again."""
    known = use_kind()
    registry.register(known)
    with pytest.raises(ValueError, match=f"Two reports are called {known.code}"):
        registry.register(make_kind(may_request=lambda person, parameters: False))
    assert registry.kind_of(known.code) is known
