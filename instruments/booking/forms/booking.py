"""Forms room: the booking form, for one time or a series of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.booking.actions import requests
from instruments.booking.enums import Purpose
from instruments.booking.forms.account import AccountField
from instruments.booking.forms.asked import ASKED, answers_in, ask
from instruments.booking.forms.slots import WishForm, waive_field
from instruments.booking.rules.repeats import LEAST, MOST, occurrences, overlap_each_other, rule_of
from instruments.inventory.models import Instrument
from instruments.terms.enums import Nights
from instruments.terms.queries.policy import asked_by, policy_of
from instruments.terms.rules.intervals import Interval
from members.models import Person


class QuoteForm(WishForm):
    """A wished time on one instrument, before anything else about the wish is known."""

    station = forms.TypedChoiceField(
        label=pgettext_lazy("at an instrument", "Station"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(instrument)
        if instrument.station_count == 1:
            del self.fields["station"]
        else:
            numbers = [(number, str(number)) for number in range(1, instrument.station_count + 1)]
            self.fields["station"].choices = [("", _("Any free one")), *numbers]  # type: ignore[attr-defined]


REPEATS = [
    ("", _("Once")),
    ("daily", _("Every day")),
    ("workdays", _("Monday to Friday")),
    ("weekly", _("Every week")),
    ("fortnightly", _("Every two weeks")),
    ("monthly", _("Every month, on the same date")),
]


_TIMES = {"day", "start_time", "end_time", "end_day"}


class BookingForm(QuoteForm):
    """One wish for one instrument, with those it is used together with (`beside`)."""

    SAID = (*requests.SAID, "station")
    """What is said beside the time; an address can carry it, so that signing in loses nothing."""

    purpose_kind = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    purpose = forms.CharField(
        label=_("What for"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    repeat = forms.ChoiceField(
        label=_("How often"),
        required=False,
        choices=REPEATS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    times = forms.IntegerField(
        label=_("How many times"),
        required=False,
        min_value=LEAST,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        help_text=_("The first time counts; at most 52. You see all of them before anything is booked."),
    )
    whom = AccountField(
        label=_("Book for somebody else"),
        required=False,
        help_text=_(
            "The e-mail address of the account; empty: for yourself. Price and rules are that person's."
        ),
    )
    companion = forms.CharField(
        label=_("Who comes along"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    waive = waive_field()
    once = forms.UUIDField(required=False, widget=forms.HiddenInput())
    knowing = forms.BooleanField(required=False)
    """Said at the warning of own bookings elsewhere."""
    field_order = ("day", "start_time", "end_time", "end_day", "station", "purpose_kind", "purpose")
    SERIES = ("repeat", "times")
    """What makes one booking a series; folded away on the page."""

    def __init__(
        self,
        instrument: Instrument,
        *args: Any,
        for_others: bool = False,
        beside: Sequence[Instrument] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(instrument, *args, **kwargs)
        if not for_others:
            del self.fields["whom"], self.fields["waive"]
        self.beside = beside
        policies = [policy_of(one) for one in (instrument, *beside)]
        if beside:  # a set is of one time, and each takes the station that is free
            for name in (*self.SERIES, "station"):
                self.fields.pop(name, None)
        at_night = next((one for one in policies if one.nights == Nights.TWO), None)
        if at_night is not None:
            self.fields["companion"].help_text = _("Needed at night, from %(begins)s to %(ends)s.") % {
                "begins": f"{at_night.night_begins:%H:%M}",
                "ends": f"{at_night.night_ends:%H:%M}",
            }
        else:
            del self.fields["companion"]
        self.fields["purpose"].help_text = (
            _("Project and samples in a few words; the steward decides by it.")
            if any(one.approval_required for one in policies)
            else _("Project and samples in a few words; the steward prepares by it.")
        )
        # What two of them ask in the same words is answered once.
        asked = {one.zh: one for policy in policies for one in asked_by(policy)}
        self._asked = ask(self, list(asked.values()))
        # A form sent twice books once; a new number for each page shown.
        self.initial.setdefault("once", uuid4())

    @classmethod
    def says(cls, name: str) -> bool:
        """Tell whether a field says something beside the time; the unit's questions do."""
        return name in cls.SAID or name.startswith(ASKED)

    @property
    def person(self) -> Person | None:
        """For whom a valid form books, None for whoever sends it."""
        found: Person | None = getattr(self, "cleaned_data", {}).get("whom")
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse a series without a number of times, or of times that overlap each other."""
        data = super().clean()
        if data.get("repeat") and "times" not in self.errors and not self.errors.keys() & _TIMES:
            if not data.get("times"):
                self.add_error("times", _("Say how many times."))
            elif overlap_each_other(self.series_times()):
                self.add_error("repeat", _("The times of this series would overlap each other."))
        return data

    @property
    def rule(self) -> str:
        """The recurrence rule of a valid form, empty for a single booking."""
        data = self.cleaned_data
        return rule_of(data["repeat"], data["times"]) if data.get("repeat") else ""

    def series_times(self) -> list[Interval]:
        """Return the times of the series that a valid form asks for."""
        return occurrences(Interval(*self.interval()), self.rule)

    def said(self) -> dict[str, Any]:
        """Return what `request_booking` takes beside the time. Needs a valid form."""
        data = self.cleaned_data
        return {name: data.get(name) for name in self.SAID} | {
            "companion": data.get("companion", ""),
            "answers": answers_in(self._asked, data),
            "waive": data.get("waive", ""),
            "form": str(data["once"] or ""),
            "person": self.person,
            # What another person holds elsewhere is not the sender's to know.
            "knowing": data["knowing"] or self.person is not None,
        }
