"""`manage.py seal_audit`: seals the history's entries into its log, second by second; `serve` keeps it running."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from audit.sealing import seal, seal_all

EVERY_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Looks once a second; stops on SIGTERM or Ctrl-C between two batches; ends with a failure on a broken log."""

    # `serve` has checked the project, and the pages' modules would make this process larger by a sixth.
    requires_system_checks = []

    help = "Seal committed entries of the audit history into its log, at most two seconds after their commit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Allow a single pass."""
        parser.add_argument("--once", action="store_true", help="seal what waits, say how many, and end")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seal until told to stop."""
        if options["once"]:
            self.stdout.write(f"{seal_all()} entries sealed.")
            return
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_told: stopping.set())
        while not stopping.is_set():
            if not _sealed_something():
                stopping.wait(EVERY_SECONDS)


def _sealed_something() -> bool:
    """Seal one batch; a database that does not answer is asked again a second later, by a new connection."""
    try:
        return seal() > 0
    except (DatabaseError, InterfaceError):
        logger.warning("The history could not be sealed; trying again.", exc_info=True)
        connection.close()
        return False
