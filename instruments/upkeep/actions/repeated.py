"""Actions room: upkeep that comes again and again, entered as one series."""

from __future__ import annotations

from collections.abc import Sequence

from changes import Work
from instruments.booking.actions.requests import book_maintenance
from instruments.booking.errors import NothingFits, RulesBroken, SeriesBroken, SlotTaken
from instruments.booking.models import Booking, BookingSeries
from instruments.booking.rules.repeats import LEAST, MOST, overlap_each_other
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from members.permissions import require


def repeat_maintenance(
    work: Work,
    instrument: Instrument,
    times: Sequence[Interval],
    *,
    rule: str,
    reason: str,
    station: int | None = None,
    leave_out: bool = False,
) -> list[Booking]:
    """Hold every time of a series for upkeep, or with `leave_out` those that nobody has; return what is held.

    `times` in order, 2 to 52, none sharing a moment with the next, as `rule` names them (RFC 5545). Raises NotAllowed;
    SeriesBroken with the times that cannot be had, and holds nothing, where none is to be left out; RulesBroken where
    rules are against all of them; NothingFits where none can be had; ValueError for other times.
    """
    if not LEAST <= len(times) <= MOST or overlap_each_other(times):
        raise ValueError("A series has 2 to 52 times in order that do not overlap.")
    instrument = lock_instrument(work, instrument.pk)
    require(work.actor, "book_maintenance", instrument)
    series = BookingSeries.objects.create(
        instrument=instrument, person=work.actor, rule=rule, created_at=work.now
    )
    made: list[Booking] = []
    refused: list[Interval] = []
    broken: RulesBroken | None = None
    for time in times:
        try:
            made.append(
                book_maintenance(
                    work,
                    instrument,
                    start=time.start,
                    end=time.end,
                    reason=reason,
                    station=station,
                    series=series,
                )
            )
        except SlotTaken:
            refused.append(time)
        except RulesBroken as error:
            refused.append(time)
            broken = error
    if broken is not None and not made:
        raise broken
    if refused and not leave_out:
        raise SeriesBroken(refused)
    if not made:
        raise NothingFits
    said = {"instrument": instrument.code, "rule": rule, "booked": len(made), "left_out": len(refused)}
    work.record("instruments.series.made", series, after=said)
    return made
