"""What is kept for a while: one makes it anew, everybody else is served meanwhile."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
import time_machine
from django.core.cache import cache

from background import kept as room
from background.kept import kept

COMPANY = 8


@pytest.fixture
def key():
    """A name nobody else uses."""
    return f"trial.{uuid.uuid4().hex}"


def test_made_once_and_anew_when_its_time_is_over(key):
    """Sixty seconds, the last of them outside."""
    made = []

    def make():
        made.append(1)
        return len(made)

    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert [kept(key, 60, make), kept(key, 60, make)] == [1, 1]
        clock.shift(59.9)
        assert kept(key, 60, make) == 1
        clock.shift(0.1)
        assert [kept(key, 60, make), kept(key, 60, make)] == [2, 2]


def together(key, make, seconds=60.0, until=lambda answers: None):
    """Eight ask at the same moment; what each got, and after how long. `until` hears how many have their answer."""
    line, got = threading.Barrier(COMPANY), []

    def ask():
        line.wait()
        began = time.perf_counter()
        value = kept(key, seconds, make)
        got.append((value, time.perf_counter() - began))
        until(len(got))

    crowd = [threading.Thread(target=ask) for _ in range(COMPANY)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return got


def slow(made, go):
    """Work that takes until the gate opens."""

    def make():
        made.append(1)
        go.wait(10)
        return len(made)

    return make


def test_of_those_who_ask_at_once_one_works_and_the_others_get_the_old_answer(key):
    """Nobody waits for what was there before."""
    cache.set(key, (time.time() - 1, "old"), 600)
    made, go = [], threading.Event()
    # The work is done only when all others have their answer, however slowly they came.
    got = together(key, slow(made, go), until=lambda answers: answers == COMPANY - 1 and go.set())
    assert sorted(str(value) for value, _taken in got) == ["1"] + ["old"] * (COMPANY - 1)
    assert len(made) == 1


def test_where_there_is_nothing_old_one_works_and_the_others_wait_for_it(key):
    """The same work is not done eight times."""
    made, go = [], threading.Event()
    threading.Timer(0.2, go.set).start()
    assert [value for value, _taken in together(key, slow(made, go))] == [1] * COMPANY
    assert len(made) == 1


def test_who_fails_leaves_no_lock_behind(key):
    """The next one who asks works."""

    def broken():
        raise ValueError

    with pytest.raises(ValueError):
        kept(key, 60, broken)
    assert kept(key, 60, lambda: "made") == "made"


def test_a_maker_that_died_holds_nobody_up_for_long(key, monkeypatch):
    """Its mark is there, its answer never comes."""
    monkeypatch.setattr(room, "WAIT_SECONDS", 0.1)
    cache.set(f"{key}.making", "yes", 30)
    assert kept(key, 60, lambda: "made") == "made"


def test_where_the_maker_came_to_nothing_the_next_one_works(key):
    """The mark is gone and there is no answer: whoever waited makes it."""
    cache.set(f"{key}.making", "yes", 30)
    threading.Timer(0.15, cache.delete, [f"{key}.making"]).start()
    began = time.monotonic()
    assert kept(key, 60, lambda: "made") == "made"
    assert time.monotonic() - began < room.WAIT_SECONDS
