"""Making one report: claim the run, build the document, render it, keep the file, mark the run done."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from background.jobs import Attempt, LostClaim
from changes import Work, perform
from changes.errors import NotAllowed, Refusal
from reporting import files
from reporting.errors import NO_RIGHT
from reporting.models import ReportRun, RunState
from reporting.registry import kind_of, tell_finished
from reporting.renderers import RENDERERS
from reporting.runs import KEPT_FOR, MOST_ATTEMPTS, claim, fail, may_still_ask

SHOW_EVERY_SECONDS = 0.5
MOST_MISSING_GLYPHS = 100
"""So many are kept with a run; a text in a script we have no font for could bring thousands."""

logger = logging.getLogger(__name__)


class _Shown(Attempt):
    """Progress on the row, at a pace people can follow; where none is made, `alive` gives signs of life."""

    written = 0.0

    def __call__(self, done: int, total: int) -> None:
        self.show(done, total)
        now = time.monotonic()
        if now - self.written < SHOW_EVERY_SECONDS and done < total:
            return
        self.written = now
        if not self.mine.update(done=done, total=total, heartbeat_at=timezone.now()):
            raise LostClaim


def make(run_id: UUID | str) -> bool:
    """Make the report of a queued run; tell whether this call finished it. Safe to run twice and at once.

    A sentence of the report itself (a Refusal) fails the run at once, as does an asker who has lost the right since
    asking; trouble with database or disk puts it back
    into the queue until the last attempt. Anything else is a fault of ours and is raised.
    """
    run = claim(run_id)
    if run is None:
        return False
    with translation.override(run.language):
        try:
            return _made(run)
        except LostClaim:
            logger.info("Report run %s was cancelled or taken over.", run.pk)
        except Refusal as error:
            fail(run, str(error).replace("%", "%%"))
        except (OperationalError, InterfaceError, OSError):
            logger.warning("Report run %s broke off.", run.pk, exc_info=True)
            _put_back(run)
        except Exception as error:
            error.attempt = run.attempts  # type: ignore[attr-defined]
            raise
    return False


def give_up(run_id: UUID | str, reference: str, error: BaseException) -> None:
    """Mark a run failed after a fault of ours; the reference finds it in the log.

    Only the attempt that met the fault: one taken over goes on. A fault that names no attempt (a worker that was
    killed) is left to the sweeper, which counts the silence.
    """
    attempt = getattr(error, "attempt", None)
    run = ReportRun.objects.filter(pk=run_id, state=RunState.RUNNING, attempts=attempt or 0).first()
    if run is None:
        return
    with translation.override(run.language):
        fail(
            run,
            _(
                "Something went wrong on our side. Ask again, or tell the department the reference %(reference)s."
            ),
            {"reference": reference},
        )


def _made(run: ReportRun) -> bool:
    if not may_still_ask(run):
        raise NotAllowed(NO_RIGHT)
    kind = kind_of(run.kind)
    show = _Shown(run)
    ending = str(run.parameters.get("format", kind.formats[0]))
    renderer = RENDERERS[ending]
    with show.alive(), tempfile.TemporaryDirectory(prefix="report-") as folder:
        document = kind.build(run.parameters, show)
        path = Path(folder) / f"report.{ending}"
        missing = renderer.render(document, path, show)
        stored = files.store(run, path, ending)
    made = {
        "file": stored.name,
        "file_name": files.display_name(document.file_stem, ending),
        "content_type": renderer.content_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "missing_glyphs": list(missing[:MOST_MISSING_GLYPHS]),
    }
    try:
        perform(None, _finish, run, show, made)
    except (LostClaim, OperationalError, InterfaceError):
        files.delete(stored.name)
        raise
    return True


def _finish(work: Work, run: ReportRun, show: _Shown, made: dict[str, Any]) -> None:
    finished = show.mine.update(
        **made,
        state=RunState.DONE,
        done=F("total"),
        finished_at=work.now,
        heartbeat_at=work.now,
        expires_at=work.now + KEPT_FOR,
        error="",
    )
    if not finished:
        raise LostClaim
    run.refresh_from_db()
    tell_finished(work, run)
    work.record("reporting.run.done", run, after={"kind": run.kind, "sha256": run.sha256, "size": run.size})


def _put_back(run: ReportRun) -> None:
    if run.attempts >= MOST_ATTEMPTS:
        fail(run, _("The work was broken off %(count)s times."), {"count": run.attempts})
    else:
        ReportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts).update(
            state=RunState.QUEUED, heartbeat_at=timezone.now()
        )
