"""Upkeep that comes again and again, entered as one series."""

from __future__ import annotations

import pytest

from changes import perform
from changes.errors import NotAllowed
from instruments.booking.enums import BookingKind
from instruments.booking.errors import NothingFits, RulesBroken, SeriesBroken
from instruments.booking.models import Booking, BookingSeries
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.repeated import repeat_maintenance
from tests.instruments.moments import at
from tests.instruments.upkeep.breakdowns import row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "free_time_known")]


class TestRepeated:
    """`repeat_maintenance`."""

    @staticmethod
    def times(count: int) -> tuple[list[Interval], str]:
        """Each Friday from two to four."""
        rule = rule_of("weekly", count)
        return occurrences(Interval(at(4, 14), at(4, 16)), rule), rule

    def test_all(self, machine, keeper, verbs):
        """Three Fridays as one series, each a row of upkeep."""
        times, rule = self.times(3)
        made = perform(keeper, repeat_maintenance, machine, times, rule=rule, reason="Filters")
        assert [row.start for row in made] == [at(4, 14), at(11, 14), at(18, 14)]
        assert {row.kind for row in made} == {BookingKind.MAINTENANCE}
        assert {row.series for row in made} == {BookingSeries.objects.get()}
        assert verbs()[-1] == "instruments.series.made"

    def test_what_is_free(self, machine, keeper):
        """One Friday is taken on both stations: none is held, or the others are."""
        for station in (1, 2):
            row(instrument=machine, station=station, start=at(11, 15), end=at(11, 17))
        times, rule = self.times(3)
        with pytest.raises(SeriesBroken) as refused:
            perform(keeper, repeat_maintenance, machine, times, rule=rule, reason="Filters")
        assert refused.value.times == [times[1]]
        assert not BookingSeries.objects.exists()
        said = {"rule": rule, "reason": "Filters", "leave_out": True}
        made = perform(keeper, repeat_maintenance, machine, times, **said)
        assert [row.start for row in made] == [at(4, 14), at(18, 14)]
        assert Booking.objects.filter(kind="maintenance").count() == 2

    def test_refused(self, machine, keeper, outsider):
        """Nothing free; nothing said; no such station; no right; times that are none."""
        times, rule = self.times(2)
        said = {"rule": rule, "reason": "x"}
        with pytest.raises(NotAllowed):
            perform(outsider, repeat_maintenance, machine, times, **said)
        for wrong in ({"reason": " "}, {"station": 3}):
            with pytest.raises(RulesBroken):
                perform(keeper, repeat_maintenance, machine, times, **{**said, **wrong})
        for bad in (times[:1], [times[0], times[0]]):
            with pytest.raises(ValueError, match="2 to 52"):
                perform(keeper, repeat_maintenance, machine, bad, **said)
        for time in times:
            for station in (1, 2):
                row(instrument=machine, station=station, start=time.start, end=time.end)
        with pytest.raises(NothingFits):
            perform(keeper, repeat_maintenance, machine, times, **said, leave_out=True)
        assert not BookingSeries.objects.exists()
