"""Forms room: an instrument is stopped, or stands still for longer or shorter than was said."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from instruments.booking.forms.slots import SlotForm
from instruments.inventory.models import Instrument
from instruments.upkeep.actions.faults import MOST_WORDS
from instruments.upkeep.enums import Severity
from instruments.upkeep.forms.photo import PhotoField
from instruments.upkeep.models import Breakdown, Fault

NEW = "new"
MOST_KEPT = 4 * 1024 * 1024


class OutageForm(SlotForm):
    """From when until when, and which stations."""

    WHERE = ("stations", "under_repair")

    stations = forms.TypedMultipleChoiceField(
        label=_("Which stations stand still?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("None ticked means all of them."),
    )

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = instrument.station_count
        self.fields["day"].label = _("Since which day")
        self.fields["start_time"].label = _("Since when")
        self.fields["end_time"].label = _("Expected end")
        self.fields["end_day"].label = _("Day of the expected end")
        for name in ("end_day", "end_time"):
            self.fields[name].help_text = ""
        if instrument.station_count == 1:
            del self.fields["stations"]
        else:
            numbers = range(1, instrument.station_count + 1)
            choices = [(number, _("station %(n)s") % {"n": number}) for number in numbers]
            self.fields["stations"].choices = choices  # type: ignore[attr-defined]

    @property
    def parts(self) -> dict[str, Any]:
        """The fields as the page groups them: what is broken, the two moments, and where."""
        pairs = (("day", "start_time"), ("end_day", "end_time"))
        timed = {name for pair in pairs for name in pair}
        names = [name for name in self.fields if name not in timed | {*self.WHERE}]
        return {
            "before": [self[name] for name in names],
            "pairs": [[self[name] for name in pair] for pair in pairs],
            "after": [self[name] for name in self.WHERE if name in self.fields],
        }

    @property
    def chosen_stations(self) -> tuple[int, ...]:
        """The stations that stand still; none means all. Call it on a form whose time is valid."""
        return tuple(self.cleaned_data.get("stations") or ())

    @classmethod
    def initial_of(cls, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        """Return the fields' values, the day of the end always among them."""
        initial = super().initial_of(start, end)
        return initial | {"end_day": initial.get("end_day") or end.astimezone(start.tzinfo).date()}


class BreakdownForm(OutageForm):
    """What is broken, a fault known already or a new one, and for how long nobody can use it."""

    fault = forms.ChoiceField(
        label=_("Which fault is it?"),
        widget=forms.Select(attrs={"class": "form-select"}),
        required=False,
    )
    words = forms.CharField(
        label=_("What is broken?"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=_("Everybody who is hit reads this as the reason."),
    )
    severity = forms.ChoiceField(
        label=_("Can it still be used?"),
        choices=[(one.value, one.label) for one in Severity if one != Severity.NOTE],
        initial=Severity.OUT,
        widget=forms.RadioSelect,
    )
    photo = PhotoField(
        label=_("Photo"), required=False, help_text=_("At most 5 MB; its keepers alone see it.")
    )
    photo_kept = forms.CharField(required=False, max_length=MOST_KEPT, widget=forms.HiddenInput)
    under_repair = forms.BooleanField(
        label=_("Put the instrument under repair until then"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        help_text=_(
            "For long break-downs: until it is back nobody can book it at all, for later days either."
        ),
    )
    field_order = (
        *("fault", "words", "severity", "photo", "day", "start_time", "end_day", "end_time"),
        *("stations", "under_repair"),
    )

    def __init__(self, instrument: Instrument, standing: Sequence[Fault], *args: Any, **kwargs: Any) -> None:
        super().__init__(instrument, *args, **kwargs)
        self.standing = {str(fault.pk): fault for fault in standing}
        if standing:
            known = [
                (str(fault.pk), f"{fault.get_severity_display()} · {fault.words[:60]}") for fault in standing
            ]
            self.fields["fault"].choices = [(NEW, _("A new one")), *known]  # type: ignore[attr-defined]
        else:
            del self.fields["fault"]
            self.fields["words"].required = True

    @property
    def has_photo(self) -> bool:
        """Tell whether the page carries a photo that was sent with it before."""
        return bool(self.is_bound and self.data.get("photo_kept"))

    @property
    def chosen_fault(self) -> Fault | None:
        """The fault that was known already. Call it on a valid form."""
        return self.standing.get(self.cleaned_data.get("fault", ""))

    def clean(self) -> dict[str, Any]:
        """Ask for words where the fault is new; a photo that was sent with a refused page is taken up again."""
        data = super().clean()
        if "words" in data and not data["words"] and not self.standing.get(data.get("fault", "")):
            self.add_error("words", _("Say what is broken."))
        kept = data.get("photo_kept")
        if data.get("photo") is None and kept and "photo" not in self.errors:
            data["photo"] = self._photo_again(kept)
        return data

    def keep_photo(self) -> None:
        """Let the page that is shown again carry the photo that was sent: no browser sends a file twice by itself."""
        photo: bytes | None = getattr(self, "cleaned_data", {}).get("photo")
        data = self.data.copy()  # type: ignore[attr-defined]
        data["photo_kept"] = "" if photo is None else base64.b64encode(photo).decode()
        self.data = data

    def _photo_again(self, kept: str) -> bytes | None:
        try:
            sent = base64.b64decode(kept, validate=True)
            return PhotoField(required=False).clean(SimpleUploadedFile("photo.jpg", sent))
        except (ValueError, forms.ValidationError):
            return None


class ChangeForm(OutageForm):
    """Until when it is expected to stand still now, and which stations."""

    field_order = ("day", "start_time", "end_day", "end_time", "stations")

    def __init__(self, breakdown: Breakdown, *args: Any, **kwargs: Any) -> None:
        super().__init__(breakdown.instrument, *args, **kwargs)
        for name in ("day", "start_time"):
            self.fields[name].disabled = True
