"""Forms room: a day and two clock times that cannot be misread: equal ones need the last day beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from instruments.forms.booking import SlotForm
from instruments.rules.hours import LOCAL


class ClearSlotForm(SlotForm):
    """An end before the start lies on the next day; an end at the start could mean no time or a whole day."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["end_time"].help_text = _("Earlier than the start: it ends on the next day.")
        self.fields["end_day"].help_text = _("Needed for a time of 24 hours or more.")

    def clean(self) -> dict[str, Any]:
        """Refuse equal times without a last day."""
        data = super().clean()
        same = data.get("start_time") is not None and data.get("start_time") == data.get("end_time")
        if same and not data.get("end_day"):
            self.add_error(
                "end_time", _("Start and end are the same. For 24 hours name the last day as well.")
            )
        return data

    @staticmethod
    def initial_of(start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values for an interval, the last day also where the times are equal."""
        initial = SlotForm.initial_of(start, end)
        if initial["start_time"] == initial["end_time"]:
            initial["end_day"] = end.astimezone(LOCAL).date()
        return initial
