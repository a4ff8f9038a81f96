"""Forms room: days and times of the 24-hour clock, the same whatever the reader's browser prefers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from display.formats import short_day
from folding.times import clock as written_clock
from instruments.terms.rules.hours import DAY_MINUTES

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)


class Options(forms.Select):
    """A choice among values that are worth offering; what was typed or linked to, or nothing, is one more."""

    def __init__(self) -> None:
        super().__init__({"class": "form-select num"})

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """Add the present value where the choices lack it, so that the form never shows a choice nobody made."""
        given = value[0] if value else ""
        offered = list(self.choices)
        if given not in {str(key) for key, _label in offered}:
            offered.insert(0, (given, self.wording(given) if given else "–"))
        self.choices = offered
        return super().optgroups(name, value, attrs)

    def use_required_attribute(self, initial: Any) -> bool:
        """The choices offered are never empty; looking at them to know would make them twice."""
        return False

    def wording(self, value: str) -> str:
        """Return how a value is shown that was not among the choices."""
        return value


class DayOptions(Options):
    """Days, named with their weekday."""

    def format_value(self, value: Any) -> list[str]:
        """Write a day as the address does."""
        return [value.isoformat() if isinstance(value, dt.date) else str(value or "")]

    def wording(self, value: str) -> str:
        """Name a day in the reader's form; what is no day stays as it is."""
        try:
            return _day_name(dt.date.fromisoformat(value))
        except ValueError:
            return value


class TimeOptions(Options):
    """Times of the clock."""

    def wording(self, value: str) -> str:
        """Say of a time past midnight that it is on the next day."""
        minutes = _minutes(value)
        return value if minutes is None else clock_label(minutes)


class TimeText(forms.TextInput):
    """A time typed as HH:MM of the 24-hour clock."""

    def __init__(self) -> None:
        super().__init__(
            {
                "class": "form-control num",
                "inputmode": "numeric",
                "placeholder": "14:00",
                "autocomplete": "off",
                "maxlength": "8",
            }
        )


class ClockField(forms.Field):
    """A time as whole minutes after midnight; from 24:00 to 48:00 it lies on the next day, where that is allowed."""

    folding = staticmethod(written_clock)
    default_error_messages = {"invalid": gettext_lazy("Write the time as 14:00, on the 24-hour clock.")}

    def __init__(self, *, latest: int, **options: Any) -> None:
        self.latest = latest
        super().__init__(**options)

    def prepare_value(self, value: Any) -> str:
        """Write a time, or minutes after midnight, as HH:MM; what was typed stays as it is."""
        return _written(value)

    def to_python(self, value: Any) -> int | None:
        """Read HH:MM. Raises ValidationError for anything else."""
        if value in self.empty_values:
            return None
        minutes = _minutes(_written(value))
        if minutes is None or minutes > self.latest:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return minutes


def days(first: dt.date, count: int) -> Iterable[tuple[str, str]]:
    """Return `count` days from the first one as choices."""
    for offset in range(count):
        day = first + dt.timedelta(days=offset)
        yield day.isoformat(), _day_name(day)


def clock(minutes: int) -> str:
    """Write minutes after midnight as HH:MM; the next day goes on past 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def clock_label(minutes: int) -> str:
    """Write minutes after midnight for people: 14:00, 24:00, next day 02:00."""
    if minutes <= DAY_MINUTES:
        return clock(minutes)
    return _("next day %(time)s") % {"time": clock(minutes - DAY_MINUTES)}


def times(first: int, last: int, step: int) -> list[tuple[str, str]]:
    """Return the times from the first to the last minute as choices."""
    return [(clock(minute), clock_label(minute)) for minute in range(first, last + 1, step)]


def _day_name(day: dt.date) -> str:
    return short_day(day, get_language(), timezone.localdate())


def _minutes(text: str) -> int | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2])
    return hours * 60 + minutes if minutes < 60 and hours <= 48 else None


def _written(value: Any) -> str:
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return clock(value) if isinstance(value, int) else str(value or "")
