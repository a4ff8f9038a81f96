"""Signs of life of worker and schedule."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from background.models import Heartbeat
from background.queries import signs_of_life
from background.tasks import beat, beat_at_once, note_schedule
from config.celery import app
from config.queues import QUEUES

pytestmark = pytest.mark.django_db


def test_never_beaten():
    """Without a heartbeat nobody is alive."""
    names = ["schedule", "worker", "worker.evaluation", "worker.mail", "worker.reports"]
    assert signs_of_life() == {name: {"at": None, "alive": False} for name in names}


def test_worker_beats_by_doing_and_schedule_by_sending():
    """Each notes its own life, again and again in the same row."""
    note_schedule()
    assert [name for name, sign in signs_of_life().items() if sign["alive"]] == ["schedule"]
    for queue in ("mail", "upkeep", "mail"):
        beat.apply([queue])
    assert [name for name, sign in signs_of_life().items() if sign["alive"]] == [
        "schedule",
        "worker",
        "worker.mail",
    ]
    assert Heartbeat.objects.count() == 3


def test_the_schedule_sends_a_beat_into_every_queue(monkeypatch):
    """At its start, and every twenty seconds."""
    sent = []
    monkeypatch.setattr(beat, "apply_async", lambda args, queue: sent.append((list(args), queue)))
    beat_at_once()
    assert sorted(sent) == [([name], name) for name in sorted(QUEUES)]
    entries = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "background.beat"]
    assert sorted((entry["args"], entry["options"]["queue"]) for entry in entries) == sorted(sent)


def test_silence_shows():
    """After a minute and a half without a beat it counts as silent."""
    now = timezone.now()
    Heartbeat.objects.create(name="worker", at=now - dt.timedelta(seconds=91))
    Heartbeat.objects.create(name="schedule", at=now - dt.timedelta(seconds=89))
    signs = signs_of_life(now)
    assert (signs["worker"]["alive"], signs["schedule"]["alive"]) == (False, True)
