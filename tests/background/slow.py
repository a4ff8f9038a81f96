"""A report that takes four seconds, for the test that kills its worker: an app of its own beside the real ones."""

from __future__ import annotations

import time

from django.apps import AppConfig

STEPS = 40


class SlowConfig(AppConfig):
    """Registers the slow report in the processes that `serve` starts."""

    name = "tests.background"
    label = "slow"

    def ready(self) -> None:
        """Register it."""
        from reporting.registry import register
        from tests.reporting.kinds import document, make_kind

        def build(parameters, progress):
            for step in range(STEPS):
                progress(step, STEPS)
                time.sleep(0.1)
            return document()

        register(make_kind(build=build))
