"""Forms room: maintenance entered at the desk, on one of the kept instruments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from instruments.booking.forms.acts import MaintenanceForm
from instruments.inventory.models import Instrument


class DeskMaintenanceForm(MaintenanceForm):
    """Which instrument, and on which of its stations."""

    instrument = forms.ChoiceField(label=_("Instrument"), widget=forms.Select(attrs={"class": "form-select"}))
    station = forms.IntegerField(
        label=pgettext_lazy("at an instrument", "Station"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        help_text=_("Empty takes the first free one."),
    )
    field_order = ("instrument", "day", "start_time", "end_time", "end_day", "station", "reason")

    def __init__(self, kept: Sequence[Instrument], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = {instrument.code: instrument for instrument in kept}
        chinese = (get_language() or "").startswith("zh")
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            (i.code, f"{i.name_zh if chinese else i.name_en or i.name_zh} · {i.code}") for i in kept
        ]
        if all(instrument.station_count == 1 for instrument in kept):
            del self.fields["station"]

    def chosen(self) -> Instrument:
        """Return the instrument. Call it on a valid form."""
        return self.kept[self.cleaned_data["instrument"]]
