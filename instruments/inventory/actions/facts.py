"""Actions room: keep what an instrument was, in the change that makes it something else."""

from __future__ import annotations

import datetime as dt

from instruments.inventory.models import Instrument, InstrumentFacts
from instruments.inventory.queries.facts import ALWAYS, facts_now


def keep_facts(instrument: Instrument, at: dt.datetime, *, entered: bool = False) -> None:
    """Write the facts of an instrument as they are from a moment on. Call it after its last write.

    Where they are the same as before, nothing is written.
    """
    now = facts_now(instrument, at)
    last = InstrumentFacts.objects.filter(instrument=instrument).order_by("valid_from").last()
    if last is not None and now.same_as(last):
        return
    if last is not None and last.valid_from == at:
        now.pk, now.entered = last.pk, last.entered
    else:
        now.entered = entered
    now.save()


def keep_first_facts(instrument: Instrument) -> None:
    """Write what an instrument was until now, where no row says it yet. Call it before its first change."""
    if not InstrumentFacts.objects.filter(instrument=instrument).exists():
        facts_now(instrument, ALWAYS).save()
