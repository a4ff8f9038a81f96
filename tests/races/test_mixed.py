"""32 processes do composite work for a while: whatever anybody was told is done stands there once, and nothing else.

`RACE_SECONDS=60` makes it as long as the promise in `docs/performance.md`; here it runs for some seconds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.sealing import seal_all
from audit.verifying import first_fault
from evaluations.entries.models import ReportedValue
from instruments.booking.models import Booking
from instruments.terms.rules.hours import local_midnight
from tests.factories.evaluations import make_story
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.races.conftest import WIDTH
from tests.races.test_booking import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def field():
    """Six instruments that confirm at once, two that ask, all of one unit; a round that collects; 32 people."""
    story = make_story(entered=False)
    unit = story.units["AAA"]
    for _ in range(6):
        make_instrument(unit=unit)
    asking = [make_instrument(unit=unit, policy={"approval_required": True}) for _ in range(2)]
    steward = make_steward(asking[0])
    asking[1].stewardships.create(person=steward, valid_from=asking[1].joined_on)
    return asking[0], [PersonFactory() for _ in range(WIDTH)]


@pytest.fixture
def work(race, field):
    """Call it, with or without the guard: the account of each process."""
    start = local_midnight(timezone.localdate() + dt.timedelta(days=10))

    def run(blind=None):
        (said,) = race("mixed", *field, [start], blind=blind)
        return said

    return run


def verbs() -> Counter[str]:
    """How often the history tells of what."""
    return Counter(Entry.objects.values_list("verb", flat=True))


def stories(verb: str, *parts: str) -> dict[tuple[str, ...], dict]:
    """The last state that the history tells of each thing; each change must begin where the one before it ended.

    A thing is the target, or what `parts` of the state tell apart in it.
    """
    last: dict[tuple[str, ...], dict] = {}
    for entry in Entry.objects.filter(verb__startswith=verb).order_by("sequence"):
        thing = (entry.target_id, *(entry.after[part] for part in parts))
        before = last.get(thing, {})
        assert (entry.before or {}) == {name: before[name] for name in entry.before or {} if name in before}
        assert bool(entry.before) == bool(before)
        last[thing] = entry.after
    return last


def test_all_that_was_done_is_there_once_and_nothing_else(work):
    """No deadlock reaches a caller; every booking stands where its person was told, at that many changes."""
    before = verbs()
    said = work()
    assert [raw for one in said for raw in one["raw"]] == []
    told = sum((Counter(one["told"]) for one in said), Counter())
    mine = {key: tuple(place) for one in said for key, place in one["mine"].items()}
    assert sum(len(one["mine"]) for one in said) == len(mine)
    approved = [key for one in said for key in one["approved"]]
    assert len(set(approved)) == len(approved)
    moves = sum((Counter(one["moves"]) for one in said), Counter())
    rows = {str(row.pk): row for row in Booking.objects.all()}
    assert {key: (row.instrument_id, row.start.isoformat()) for key, row in rows.items()} == mine
    assert {key: row.version for key, row in rows.items()} == {
        key: 1 + moves[key] + (key in set(approved)) for key in mine
    }
    assert overlaps() == 0
    written = sum(one["written"] for one in said)
    now = verbs() - before
    assert now["instruments.booking.confirmed"] + now["instruments.booking.requested"] == len(mine)
    assert now["instruments.booking.approved"] == len(approved)
    assert now["instruments.booking.moved"] == moves.total()
    assert now["evaluations.value.reported"] == written
    values = {
        (str(row.round_id), row.unit.code): row.value for row in ReportedValue.objects.select_related("unit")
    }
    told_last = {
        thing: Decimal(after["value"]) for thing, after in stories("evaluations.value.", "unit").items()
    }
    assert values == told_last
    told_of = stories("instruments.booking.")
    assert {key: after["version"] for (key,), after in told_of.items()} == {
        key: row.version for key, row in rows.items()
    }
    assert seal_all() == Entry.objects.count()
    assert first_fault() is None
    print(dict(told), "values", written, "begun anew", sum(one["restarts"] for one in said))
    assert min(told["done"], len(mine), written) > 0


def test_control_without_the_order_of_locks_deadlocks_reach_the_callers(work):
    """The same crowd, locks taken as they come and nothing tried again: somebody gets a raw error."""
    raw = [text for one in work(blind="order") for text in one["raw"]]
    assert any("deadlock" in text or "locked" in text for text in raw)
