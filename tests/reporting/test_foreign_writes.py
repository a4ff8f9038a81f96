"""A report is made while others write: nobody's row keeps it from saying how far it is."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection

from changes import perform
from instruments.usage.queries import usage_report
from members.models import MemberUnit
from reporting import making, runs
from reporting.models import ReportRun
from reporting.renderers import xlsx
from tests.factories.evaluations import add_usage
from tests.factories.instruments import InstrumentFactory
from tests.factories.members import make_manager

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(write) -> None:
    """Write on a connection of one's own."""

    def run():
        write()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_report_is_done_although_somebody_writes_between_any_two_steps(monkeypatch):
    """Once the open reading made the next sign of life fail, three times, and then the report."""
    machine = InstrumentFactory.create()
    unit = machine.unit
    manager = make_manager(unit)
    start = dt.datetime(2025, 3, 3, 1, tzinfo=dt.UTC)
    for day in range(6):
        at = start + dt.timedelta(days=day)
        add_usage(machine, Decimal(2), start=at, end=at + dt.timedelta(hours=2))
    monkeypatch.setattr(usage_report, "CHUNK", 2)
    monkeypatch.setattr(making, "SHOW_EVERY_SECONDS", 0)
    monkeypatch.setattr(xlsx, "SHOW_EVERY_ROWS", 1)
    shown = making._Shown.__call__

    def written_before(self, done, total):
        elsewhere(lambda: MemberUnit.objects.filter(pk=unit.pk).update(short_name=str(done)))
        shown(self, done, total)

    monkeypatch.setattr(making._Shown, "__call__", written_before)
    parameters = {"unit": unit.code, "start": "2025-01-01", "end": "2025-12-31", "format": "xlsx"}
    run = perform(manager, runs.request_run, "instrument_usage", parameters, language="en")
    making.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == ("done", 1, "")


@pytest.mark.django_db
def test_a_fault_of_an_attempt_taken_over_fails_nothing():
    """Attempt 1 dies of its time limit after attempt 2 has begun: attempt 2 goes on."""
    manager = make_manager(InstrumentFactory.create().unit)
    run = ReportRun.objects.create(kind="k", requested_by=manager, state="running", attempts=2)
    late, own, killed = TimeoutError(), TimeoutError(), TimeoutError()
    late.attempt, own.attempt = 1, 2
    for error, state in ((late, "running"), (killed, "running"), (own, "failed")):
        making.give_up(run.pk, "ref", error)
        run.refresh_from_db()
        assert run.state == state
    assert "ref" in run.error
