"""What report tests share: a storage of their own, and a kind to play with."""

from __future__ import annotations

import pytest

from reporting import registry
from tests.reporting.kinds import make_kind


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    """Files of reports go to a folder that ends with the test."""
    reports = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path / "reports")}}
    settings.STORAGES = {**settings.STORAGES, "reports": reports}


@pytest.fixture
def use_kind(monkeypatch):
    """Register a trial kind; `use_kind(build=…)` changes it."""

    def use(**changes):
        kind = make_kind(**changes)
        monkeypatch.setitem(registry._KINDS, kind.code, kind)
        return kind

    use()
    return use


@pytest.fixture
def silent_bell(monkeypatch):
    """Nobody makes the run until the test does; the list holds the ids that were rung for."""
    from reporting import runs

    rung: list[str] = []
    monkeypatch.setattr(runs, "_senders", [rung.append])
    return rung
