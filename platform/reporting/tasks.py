"""Background work of reports: ids in, one call each."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from background.giving_back import gives_back
from reporting import making, runs

logger = logging.getLogger(__name__)


class MakingTask(Task):  # type: ignore[type-arg]
    """Marks the run failed when a fault of ours ends the work, so that nobody waits for it."""

    def on_failure(
        self, exc: Exception, task_id: str, args: Any, kwargs: dict[str, Any], einfo: object
    ) -> None:
        """Called by Celery after an exception that the task did not handle, time limits included."""
        reference = task_id[:8]
        logger.error("Report run %s failed, reference %s", args, reference, exc_info=exc)
        making.give_up(args[0], reference, exc)


@shared_task(name="reporting.make_run", base=MakingTask, acks_late=True, reject_on_worker_lost=True)
def make_run(run_id: str) -> None:
    """Make one report; safe to run twice."""
    making.make(run_id)


@shared_task(name="reporting.resend_stale_runs")
def resend_stale_runs() -> int:
    """Ring again for runs whose message or worker was lost."""
    return runs.resend_stale(timezone.now())


@shared_task(name="reporting.expire_files")
def expire_files() -> int:
    """Delete files whose time is over."""
    return runs.expire_files(timezone.now())


gives_back(make_run.name, runs.give_back)


@worker_ready.connect
def look_after_start(**_event: Any) -> None:
    """A worker that starts may follow one that was killed: look for its runs as soon as they count as abandoned."""
    resend_stale_runs.apply_async(countdown=settings.REPORT_STALE_SECONDS + 1)


def send_to_worker(run_id: str) -> object:
    """Tell a worker that a run waits."""
    return make_run.delay(run_id)
