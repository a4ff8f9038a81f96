"""Forms room: what is said when a booking is moved, decided on or ended, and when time is taken for upkeep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instruments.booking.enums import BookingKind
from instruments.booking.forms.account import AccountField
from instruments.booking.forms.asked import answers_in, ask
from instruments.booking.forms.slots import SlotForm, WishForm, waive_field
from instruments.booking.models import Booking
from instruments.booking.rules.visits import forgotten
from instruments.replies.forms import AnsweringForm
from instruments.terms.rules.asked import Question


class MaintenanceForm(SlotForm):
    """Time the steward takes for upkeep."""

    night_is_implied = False

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class ReasonForm(AnsweringForm):
    """The reason of a decision or cancellation."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class AnswerForm(forms.Form):
    """The questions of the unit, where an offered time is taken."""

    def __init__(self, questions: Sequence[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked = ask(self, questions)

    @property
    def answers(self) -> dict[str, str]:
        """The answers of a valid form."""
        return answers_in(self._asked, self.cleaned_data)


class HandOverForm(forms.Form):
    """Who has the booking from then on."""

    to = AccountField(label=_("E-mail address of the new person"))


class CheckOutForm(forms.Form):
    """What the end of a visit tells: the hours that count and the samples."""

    effective_hours = forms.DecimalField(
        label=_("Effective hours"),
        max_digits=6,
        decimal_places=2,
        min_value=0,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "0.01"}),
        help_text=_("Start-up, measurement and post-processing; empty counts from check-in to the end."),
    )
    samples = forms.IntegerField(
        label=_("Samples"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    left_at = forms.SplitDateTimeField(
        label=_("Left at"),
        required=False,
        input_date_formats=["%Y-%m-%d"],
        input_time_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "class": "form-control"},
            time_attrs={"class": "form-control num", "inputmode": "numeric", "placeholder": "14:00"},
        ),
    )

    def __init__(self, booking: Booking, now: dt.datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if booking.end > now:
            del self.fields["left_at"]
        elif forgotten(booking.end, now):
            self.fields["left_at"].help_text = _(
                "Left empty, the booked end counts: this visit was very likely over before now."
            )
        else:
            self.fields["left_at"].help_text = _("Left empty, the visit ends now.")


class MoveForm(WishForm):
    """A new time for a booking, and for those that follow it in a series; upkeep is bound to no choices."""

    following = forms.BooleanField(
        label=_("Move the following of the series by as much"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    waive = waive_field()

    def __init__(self, booking: Booking, *args: Any, waives: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not waives or booking.kind == BookingKind.MAINTENANCE:
            del self.fields["waive"]
        if booking.kind == BookingKind.USE:
            self.offer(booking.instrument)
        if booking.series_id is None:
            del self.fields["following"]
