"""Rows that wait for a worker: claimed, kept alive, put back, given up after the last attempt; for every kind alike."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_ATTEMPTS = 3
BEAT_SECONDS = 5.0
STALE = dt.timedelta(seconds=15)
"""Three signs of life missed."""
QUEUED, RUNNING, FAILED = "queued", "running", "failed"
OPEN = (QUEUED, RUNNING)

logger = logging.getLogger(__name__)
J = TypeVar("J", bound="Job")


class LostClaim(Exception):
    """The row was given up by a person, or another worker took it over."""


class Job(models.Model):
    """What every such row carries. The row is the truth, the message broker carries only its key."""

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    heartbeat_at = models.DateTimeField(_("last sign of life"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps in all"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        abstract = True


class Attempt:
    """One worker's hold on a row: every write names its attempt, so that one taken over changes nothing."""

    def __init__(self, row: Any) -> None:
        self.rows = type(row)._default_manager.filter(pk=row.pk)
        self.mine = self.rows.filter(state=RUNNING, attempts=row.attempts)
        self.done, self.total = row.done, row.total
        self._over = threading.Event()
        self._lost = False

    def show(self, done: int, total: int) -> None:
        """Say how far the work is; written by the next sign of life. Raises LostClaim."""
        self.done, self.total = done, total
        if self._lost:
            raise LostClaim

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Give signs of life on a connection of its own while a long reading goes on here. Raises LostClaim."""
        sign = threading.Thread(target=self._beat, daemon=True)
        sign.start()
        try:
            yield
        finally:
            self._over.set()
            sign.join()
        if self._lost:
            raise LostClaim

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            try:
                written = self.mine.update(heartbeat_at=timezone.now(), done=self.done, total=self.total)
                self._lost = not written and self.rows.exists()
            except DatabaseError:
                logger.warning("A sign of life could not be written.", exc_info=True)
            finally:
                connection.close()


def claim(model: type[J], pk: Any) -> J | None:
    """Take a queued row for this worker, or return None: done, given up, or taken by another."""
    now = timezone.now()
    taken = model._default_manager.filter(pk=pk, state=QUEUED, attempts__lt=MOST_ATTEMPTS).update(
        state=RUNNING, attempts=F("attempts") + 1, started_at=now, heartbeat_at=now, done=0
    )
    return model._default_manager.get(pk=pk) if taken else None


def broken(name: str, row: Job) -> str:
    """Log the error being handled and return a sentence with a reference by which it is found in the log."""
    reference = uuid.uuid4().hex[:8]
    logger.exception("%s %s failed, reference %s", name, row.pk, reference)
    return gettext("Something went wrong on our side, reference %(reference)s.") % {"reference": reference}


def put_back(row: Job) -> bool:
    """Put a row whose attempt broke off back into the queue; False when that was its last attempt."""
    if row.attempts >= MOST_ATTEMPTS:
        return False
    Attempt(row).mine.update(state=QUEUED, heartbeat_at=timezone.now())
    return True


def give_back(model: type[J], pk: Any, ring: Callable[[Any], object]) -> bool:
    """Put a row back whose worker is told to stop, and ring for the next one; not on its last attempt."""
    mine = model._default_manager.filter(pk=pk, state=RUNNING, attempts__lt=MOST_ATTEMPTS)
    if not mine.update(state=QUEUED, heartbeat_at=timezone.now()):
        return False
    ring(pk)
    return True


def resend_stale(
    model: type[J], now: dt.datetime, *, send: Callable[[Any], object], give_up: Callable[[J], object]
) -> int:
    """Send rows again whose message or worker was lost; give up those out of attempts. Return how many were sent.

    A queued row may simply wait behind others, so it gets longer than a running one without a sign of life.
    """
    rows = model._default_manager
    silent = rows.filter(state=RUNNING, heartbeat_at__lt=now - STALE)
    for row in silent.filter(attempts__gte=MOST_ATTEMPTS):
        give_up(row)
    fresh = set(silent.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True))
    silent.filter(pk__in=fresh).update(state=QUEUED)
    waiting = rows.filter(Q(pk__in=fresh) | Q(heartbeat_at__lt=now - 2 * STALE), state=QUEUED)
    sent = 0
    for pk, beat in list(waiting.values_list("pk", "heartbeat_at")):
        # While it waits, `heartbeat_at` is the last time it was sent to a worker.
        if rows.filter(pk=pk, state=QUEUED, heartbeat_at=beat).update(heartbeat_at=now):
            send(pk)
            sent += 1
    return sent
