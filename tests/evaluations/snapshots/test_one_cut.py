"""A snapshot is one consistent cut: what others write while it is read is either in it whole or not at all."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from unittest import mock

import pytest
from django.db import connection, transaction

from changes import perform
from changes.reading import one_cut
from evaluations.snapshots import actions, measuring
from evaluations.snapshots.actions import request_snapshot, take_snapshot
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from members.models import MemberUnit
from tests.factories.evaluations import add_usage, make_story

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(write) -> None:
    """Write on a connection of one's own and commit."""
    failed = []

    def run():
        try:
            with transaction.atomic():
                write()
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []


def test_what_is_written_while_a_cut_is_read_is_not_half_in_it(monkeypatch):
    """Usage of two instruments is entered when the mark is read and their hours are not."""
    story = make_story()
    with mock.patch.object(actions, "send"):
        snapshot = perform(story.officer, request_snapshot, story.round)
    original, moved = measuring.usage_totals, []
    first = story.round.data_start

    def enter():
        for code in ("AAA-1", "AAA-2"):
            add_usage(story.instruments[code], Decimal(7), start=first, end=first + dt.timedelta(hours=7))

    def entered_meanwhile(*args):
        moved.append(1)
        elsewhere(enter)
        return original(*args)

    monkeypatch.setattr(measuring, "usage_totals", entered_meanwhile)
    assert take_snapshot(snapshot.pk) is True
    assert moved == [1]
    hours = dict(SnapshotRow.objects.values_list("instrument_code", "effective_hours"))
    assert (hours["AAA-1"], hours["AAA-2"]) == (Decimal("100.00"), Decimal("60.00"))
    assert MetricSnapshot.objects.get().state == "done"


def test_a_cut_sees_nothing_that_comes_later():
    unit = make_story(collecting=False).units["AAA"]
    with one_cut():
        before = MemberUnit.objects.get(pk=unit.pk).name_zh
        elsewhere(lambda: MemberUnit.objects.filter(pk=unit.pk).update(name_zh="别名"))
        assert MemberUnit.objects.get(pk=unit.pk).name_zh == before
    assert MemberUnit.objects.get(pk=unit.pk).name_zh == "别名"
