"""A worker that is told to stop gives back what it has under way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.worker import state
from django.db import DatabaseError

from background import giving_back


@pytest.fixture
def under_way(monkeypatch):
    """Three tasks of this worker, one of them of the kind that gives back; whom the way was called for."""
    asked = []
    rows = [SimpleNamespace(name=name, info=lambda key=key: {"args": [key]}) for name, key in
            (("trial.long", 7), ("trial.short", 8), ("trial.long", 9))]  # fmt: skip
    monkeypatch.setattr(state, "active_requests", rows)
    monkeypatch.setattr(giving_back, "_ways", {"trial.long": asked.append})
    return asked


def test_long_work_alone_is_given_back(under_way):
    """By its key; what is short ends by itself."""
    giving_back.give_back().join()
    assert under_way == [7, 9]


def test_an_outage_meanwhile_is_one_warning(under_way, monkeypatch, caplog):
    """The worker stops all the same; the sweeper takes the work up."""

    def away(_key):
        raise DatabaseError("gone")

    monkeypatch.setattr(giving_back, "_ways", {"trial.long": away})
    giving_back.give_back().join()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
