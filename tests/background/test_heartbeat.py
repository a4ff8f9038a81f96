"""Signs of life of worker and schedule."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from background.models import Heartbeat
from background.queries import signs_of_life
from background.tasks import beat, note_schedule

pytestmark = pytest.mark.django_db


def test_never_beaten():
    """Without a heartbeat nobody is alive."""
    assert signs_of_life() == {
        "schedule": {"at": None, "alive": False},
        "worker": {"at": None, "alive": False},
    }


def test_worker_beats_by_doing_and_schedule_by_sending():
    """Each notes its own life, again and again in the same row."""
    note_schedule()
    assert [name for name, sign in signs_of_life().items() if sign["alive"]] == ["schedule"]
    beat.apply()
    beat.apply()
    assert all(sign["alive"] for sign in signs_of_life().values())
    assert Heartbeat.objects.count() == 2


def test_silence_shows():
    """After a minute and a half without a beat it counts as silent."""
    now = timezone.now()
    Heartbeat.objects.create(name="worker", at=now - dt.timedelta(seconds=91))
    Heartbeat.objects.create(name="schedule", at=now - dt.timedelta(seconds=89))
    signs = signs_of_life(now)
    assert (signs["worker"]["alive"], signs["schedule"]["alive"]) == (False, True)
