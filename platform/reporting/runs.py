"""The life of a report run: the row is the truth, the message broker carries only its id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NoReturn, Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from changes import Work, perform, record_refusal
from changes.errors import NotAllowed
from reporting import files
from reporting.errors import NO_RIGHT, TooManyRuns, UnknownKind, WrongRunState
from reporting.models import ReportRun, RunState
from reporting.registry import kind_of, tell_finished

MOST_OPEN_RUNS = 5
MOST_ATTEMPTS = 3
KEPT_FOR = dt.timedelta(days=30)
OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)


class Sender(Protocol):
    """Tells a worker that a run waits; a message that is lost is made good by the sweeper."""

    def __call__(self, run_id: str) -> object:
        """Send the run's id."""


_senders: list[Sender] = []


def send_with(sender: Sender) -> None:
    """Name what tells the workers; the tasks of this room call it when they are loaded."""
    _senders[:] = [sender]


def request_run(
    work: Work, kind: str, parameters: Mapping[str, Any], *, language: str | None = None
) -> ReportRun:
    """Ask for a report; return its run, queued. `language` is the document's (the active one when not given).

    Raises UnknownKind, InvalidParameters, NotAllowed (on record), TooManyRuns.
    """
    actor: AbstractBaseUser = work.actor
    known = kind_of(kind)
    plain = known.clean(actor, parameters)
    if not known.may_request(actor, plain):
        _refuse(actor, "reporting.run.requested", kind, plain)
    plain |= known.noted(actor, plain)
    # The person's row is the lock: two requests at once count each other.
    work.lock_one(get_user_model()._default_manager.all(), actor.pk)
    if ReportRun.objects.filter(requested_by_id=actor.pk, state__in=OPEN_STATES).count() >= MOST_OPEN_RUNS:
        raise TooManyRuns
    run = ReportRun.objects.create(
        kind=kind,
        parameters=plain,
        requested_by_id=actor.pk,
        language=language or translation.get_language() or settings.LANGUAGE_CODE,
    )
    work.record("reporting.run.requested", run, after={"kind": kind, "parameters": plain})
    # A broker that cannot be reached does not undo what is committed; the sweeper rings again.
    work.after(partial(_ring, run.pk))
    return run


def request_again(work: Work, run: ReportRun) -> ReportRun:
    """Ask for the same report anew, as things stand now. Raises what `request_run` raises."""
    answers = kind_of(run.kind).answers(run.parameters)
    return request_run(work, run.kind, answers, language=run.language)


def cancel_run(work: Work, run: ReportRun) -> ReportRun:
    """Cancel an unfinished run of one's own. Raises NotAllowed (on record), WrongRunState."""
    locked = work.lock_one(ReportRun.objects.select_related("requested_by"), run.pk)
    if locked.requested_by_id != work.actor.pk:
        _refuse(work.actor, "reporting.run.cancelled", locked.kind, locked.parameters)
    if locked.state not in OPEN_STATES:
        raise WrongRunState
    before = locked.state
    locked.state, locked.finished_at = RunState.CANCELLED, work.now
    locked.save(update_fields=["state", "finished_at"])
    work.record("reporting.run.cancelled", locked, before={"state": before})
    return locked


def withdraw_runs(work: Work, run_ids: Iterable[UUID], reason: str | Promise) -> None:
    """Cancel runs whose basis is taken away, as a part of an action that has asked for the right; say why.

    What is finished by now stays as it is.
    """
    rows = ReportRun.objects.select_related("requested_by").filter(state__in=OPEN_STATES)
    for run in work.lock(rows, run_ids).values():
        before = run.state
        with translation.override(run.language):
            run.state, run.error, run.finished_at = RunState.CANCELLED, str(reason), work.now
        run.save(update_fields=["state", "error", "finished_at"])
        work.record("reporting.run.cancelled", run, before={"state": before}, after={"error": run.error})
        tell_finished(work, run)


def open_runs() -> QuerySet[ReportRun]:
    """Runs still waiting or in the making, with who asked for them, oldest first."""
    rows = ReportRun.objects.filter(state__in=OPEN_STATES).select_related("requested_by")
    return rows.order_by("created_at", "pk")


def runs_of(person: AbstractBaseUser) -> QuerySet[ReportRun]:
    """One's own runs, newest first."""
    return ReportRun.objects.filter(requested_by_id=person.pk).select_related("requested_by")


def run_for(person: AbstractBaseUser, run_id: UUID | str) -> ReportRun:
    """A run that the person asked for or whose file it may have.

    Missing and forbidden raise the same Http404; the forbidden one is on record.
    """
    try:
        key = run_id if isinstance(run_id, UUID) else UUID(run_id)
    except ValueError as error:
        raise Http404 from error
    run = ReportRun.objects.select_related("requested_by").filter(pk=key).first()
    if run is None:
        raise Http404
    if run.requested_by_id != person.pk and not may_download(person, run):
        _hide(person, "reporting.run.viewed", run)
    return run


def file_for(person: AbstractBaseUser, run_id: UUID | str, *, is_fetched: bool = True) -> ReportRun:
    """A done run whose file the person may have, asked anew at every download; put on record, refusals too.

    With `is_fetched` False the file is only asked about (HEAD), which is no download. Raises Http404 otherwise.
    The file may no longer be given out: ask `has_file`.
    """
    run = run_for(person, run_id)
    if run.state != RunState.DONE:
        raise Http404
    if not may_download(person, run):
        _hide(person, "reporting.run.downloaded", run)
    if is_fetched and has_file(run):
        perform(person, _note_download, run)
    return run


def has_file(run: ReportRun) -> bool:
    """Whether the run has a file to give out: done, within its time, and still resting on what is so now."""
    return (
        run.state == RunState.DONE
        and bool(run.file)
        and (run.expires_at is None or timezone.now() < run.expires_at)
        and not is_outdated(run)
    )


def is_outdated(run: ReportRun) -> bool:
    """Whether what the report was made from has changed since."""
    try:
        return not kind_of(run.kind).is_current(run.parameters)
    except UnknownKind:
        return False


def may_download(person: AbstractBaseUser, run: ReportRun) -> bool:
    """Whether the person may see what the run's file says."""
    try:
        return kind_of(run.kind).may_download(person, run)
    except UnknownKind:
        return False


def may_still_ask(run: ReportRun) -> bool:
    """Whether who asked for the run could ask for it now: with an open account and the right it takes."""
    kind, person = kind_of(run.kind), run.requested_by
    return person.is_active and kind.may_request(person, kind.answers(run.parameters))


def resend_stale(now: dt.datetime) -> int:
    """Send runs again whose message or worker was lost; give up after the last attempt. Return how many were sent.

    A queued run may simply wait behind others, so it gets longer than a running one without a sign of life.
    """
    silent = now - dt.timedelta(seconds=settings.REPORT_STALE_SECONDS)
    forgotten = now - dt.timedelta(seconds=2 * settings.REPORT_STALE_SECONDS)
    abandoned = ReportRun.objects.filter(state=RunState.RUNNING, heartbeat_at__lt=silent)
    for run in abandoned.filter(attempts__gte=MOST_ATTEMPTS):
        with translation.override(run.language):
            fail(run, _("The work was broken off %(count)s times."), {"count": run.attempts})
    abandoned.filter(attempts__lt=MOST_ATTEMPTS).update(state=RunState.QUEUED, heartbeat_at=None)
    waiting = ReportRun.objects.filter(state=RunState.QUEUED)
    rung = 0
    for run in (
        waiting.filter(heartbeat_at=None, started_at__isnull=False)
        | waiting.filter(heartbeat_at=None, created_at__lt=forgotten)
        | waiting.filter(heartbeat_at__lt=forgotten)
    ):
        # While it waits, `heartbeat_at` is the last time it was sent to a worker.
        mine = ReportRun.objects.filter(pk=run.pk, state=RunState.QUEUED, heartbeat_at=run.heartbeat_at)
        if mine.update(heartbeat_at=now):
            _ring(run.pk)
            rung += 1
    return rung


def give_back(run_id: UUID | str) -> bool:
    """Put a run back whose worker is told to stop, and ring for the next one; not on its last attempt."""
    mine = ReportRun.objects.filter(pk=run_id, state=RunState.RUNNING, attempts__lt=MOST_ATTEMPTS)
    if not mine.update(state=RunState.QUEUED, heartbeat_at=timezone.now()):
        return False
    _ring(UUID(str(run_id)))
    return True


def fail(run: ReportRun, message: str, values: Mapping[str, object] | None = None) -> bool:
    """Mark an unfinished attempt as failed, with a sentence; tell whether it still was this attempt's to fail."""
    return perform(None, _fail, run, message % (values or {}))


def _fail(work: Work, run: ReportRun, sentence: str) -> bool:
    changed = ReportRun.objects.filter(pk=run.pk, state__in=OPEN_STATES, attempts=run.attempts).update(
        state=RunState.FAILED, error=sentence, finished_at=work.now, heartbeat_at=None
    )
    if not changed:
        return False
    run.refresh_from_db()
    tell_finished(work, run)
    work.record("reporting.run.failed", run, after={"error": run.error})
    return True


def _note_download(work: Work, run: ReportRun) -> None:
    after = {"kind": run.kind, "parameters": run.parameters, "sha256": run.sha256}
    work.record("reporting.run.downloaded", run, after=after)


def expire_files(now: dt.datetime) -> int:
    """Delete files whose time is over, and those no run refers to; the rows stay. Return how many runs expired."""
    expired = 0
    for run in ReportRun.objects.filter(state=RunState.DONE, expires_at__lt=now).exclude(file=""):
        if ReportRun.objects.filter(pk=run.pk, file=run.file).update(file=""):
            files.delete(run.file)
            expired += 1
    files.delete_orphans(set(ReportRun.objects.exclude(file="").values_list("file", flat=True)), now)
    return expired


def _refuse(actor: AbstractBaseUser, verb: str, kind: str, parameters: Mapping[str, Any]) -> NoReturn:
    target = f"reporting.reportrun:{kind}"
    record_refusal(actor, verb, target, app="reporting", parameters=dict(parameters))
    raise NotAllowed(NO_RIGHT)


def _hide(person: AbstractBaseUser, verb: str, run: ReportRun) -> NoReturn:
    record_refusal(person, verb, run, app="reporting", reason="hidden", kind=run.kind)
    raise Http404


def claim(run_id: UUID | str) -> ReportRun | None:
    """Take a queued run for this worker, or return None: done, cancelled, or taken by another."""
    now = timezone.now()
    taken = ReportRun.objects.filter(pk=run_id, state=RunState.QUEUED, attempts__lt=MOST_ATTEMPTS).update(
        state=RunState.RUNNING, attempts=F("attempts") + 1, started_at=now, heartbeat_at=now, done=0, total=0
    )
    return ReportRun.objects.get(pk=run_id) if taken else None


def _ring(run_id: UUID) -> None:
    for sender in _senders:
        sender(str(run_id))
