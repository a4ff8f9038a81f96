"""The Celery application and the only schedule of the network."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.schedules import crontab
from click import Option
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from config.queues import QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

TRANSPORT_ALIASES["filesystem"] = "background.folder_broker:Transport"


class ScheduleWithin(bootsteps.StartStopStep):
    """`worker --schedule-within FILE`: a thread of the worker keeps the schedule, where a process more is too much."""

    conditional = True

    def __init__(self, worker: Any, schedule_within: str | None = None, **options: Any) -> None:
        self.file = schedule_within
        self.enabled = schedule_within is not None
        super().__init__(worker, **options)

    def create(self, worker: Any) -> Any:
        """Return the thread; the worker starts and stops it."""
        return EmbeddedService(worker.app, thread=True, schedule_filename=self.file)


app = Celery("open_instruments")
app.user_options["worker"].add(
    Option(["--schedule-within"], help="Keep the schedule too; its state is in this file.")
)
app.steps["worker"].add(ScheduleWithin)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
SOON = {"expires": 30.0}
"""Of what is sent every few seconds nothing need wait for a worker that is away."""
app.conf.beat_schedule = {
    **{
        f"background.beat.{queue}": {
            "task": "background.beat",
            "schedule": 20.0,
            "args": [queue],
            "options": {"queue": queue},
        }
        for queue in QUEUES
    },
    "instruments.expire_requests": {"task": "instruments.expire_requests", "schedule": 60.0},
    "instruments.mark_no_shows": {"task": "instruments.mark_no_shows", "schedule": 300.0},
    "instruments.keep_availability": {"task": "instruments.keep_availability", "schedule": 600.0},
    "instruments.verify_availability": {
        "task": "instruments.verify_availability",
        "schedule": crontab(hour=0, minute=10),
    },
    "instruments.publish_slots": {"task": "instruments.publish_slots", "schedule": 60.0, "options": SOON},
    "instruments.offer_waiting": {"task": "instruments.offer_waiting", "schedule": 300.0},
    "instruments.tell_of_upkeep": {
        "task": "instruments.tell_of_upkeep",
        "schedule": crontab(hour=7, minute=20),
    },
    "instruments.remind_bookings": {"task": "instruments.remind_bookings", "schedule": 900.0},
    "members.settle_ended_roles": {"task": "members.settle_ended_roles", "schedule": crontab(minute=2)},
    "instruments.settle_ended_stewardships": {
        "task": "instruments.settle_ended_stewardships",
        "schedule": crontab(minute=4),
    },
    "reporting.resend_stale_runs": {"task": "reporting.resend_stale_runs", "schedule": 10.0, "options": SOON},
    "reporting.expire_files": {"task": "reporting.expire_files", "schedule": crontab(hour=3, minute=20)},
    "evaluations.resend_stale_jobs": {
        "task": "evaluations.resend_stale_jobs",
        "schedule": 10.0,
        "options": SOON,
    },
    "notices.send_pending_mail": {"task": "notices.send_pending_mail", "schedule": 20.0, "options": SOON},
    # Again until noon, for a worker that was away at eight: nobody gets two.
    "notices.send_daily_mail": {
        "task": "notices.send_daily_mail",
        "schedule": crontab(hour="8-11", minute="*/10"),
    },
    "webapi.forget_old_answers": {
        "task": "webapi.forget_old_answers",
        "schedule": crontab(hour=3, minute=40),
    },
}


@app.on_after_configure.connect
def _keep_the_demonstration_alive(sender: Celery, **_told: Any) -> None:
    if settings.DEMO:
        sender.conf.beat_schedule["demo.live"] = {"task": "demo.live", "schedule": 60.0}
