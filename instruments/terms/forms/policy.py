"""Forms room: the booking rules of an instrument or a unit, in groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.models import fields_for_model
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display.formats import HOUR, minutes
from display.versions import differences
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.limits import LIMITS, PolicyData
from members.enums import UserCategory

GROUPS: list[tuple[Sentence, Sentence, list[str]]] = [
    (
        _("Length and time ahead"),
        "",
        ["lent_out", "shortest_minutes", "longest_minutes", "step_minutes", "notice_minutes", "horizon_days"],
    ),
    (
        _("Approval"),
        _("Where both are chosen, only long bookings of people of other units wait for it."),
        ["approval_required", "approval_outsiders_only", "approval_over_hours", "request_expiry_hours",
         "requests_hold_hours"],
    ),
    (
        _("Who may book"),
        _(
            "Beside the sharing mode; stewards always may. Where people are named, nobody else books. What is booked "
            "already stays."
        ),
        ["open_to", "named_people"],
    ),
    (
        _("Files with a booking"),
        _("PDF or pictures, seen by whoever books and whoever keeps the instrument."),
        ["attachments"],
    ),
    (
        _("Between two bookings"),
        _("What stays free after one and before the next adds up. It cannot be booked by anybody."),
        ["buffer_before_minutes", "buffer_after_minutes", "own_gap_minutes", "own_overlap"],
    ),
    (
        _("How much"),
        _(
            "Hours held on one instrument in a day, a week from Monday, or a month; empty: no limit. A unit is the "
            "home unit of the person, outside the network the organisation."
        ),
        ["most_open", "person_day_hours", "person_week_hours", "person_month_hours", "group_day_hours",
         "group_week_hours", "group_month_hours"],
    ),
    (
        _("Night and busy hours"),
        _("24-hour clock. The longest booking in busy hours is how much of it may lie in them."),
        ["nights", "night_begins", "night_ends", "night_week_hours", "peak_begins", "peak_ends",
         "peak_longest_minutes", "peak_week_hours"],
    ),
    (
        _("Coming and cancelling"),
        "",
        ["cancel_cutoff_minutes", "check_in_early_minutes", "no_show_minutes"],
    ),
    (
        _("Questions to whoever books"),
        _(
            "One a line; the answers are kept with the booking. Behind // the English words, behind | the answers "
            "offered, or the word number: Is the sample radioactive? // … | yes / no. With (optional) it may be left "
            "open."
        ),
        ["questions"],
    ),
]  # fmt: skip


class PolicyForm(forms.Form):
    """The booking rules; `policy` is what they are now."""

    def __init__(self, *args: Any, policy: BookingPolicy, **options: Any) -> None:
        names = [name for _title, _hint, group in GROUPS for name in group]
        stored = {name: getattr(policy, name) for name in names}
        options.setdefault("initial", stored | {"open_to": policy.open_to.split(",")})
        super().__init__(*args, **options)
        made = fields_for_model(BookingPolicy, fields=names)
        for name in names:
            field = made[name]
            if name in LIMITS:
                field.required = True
            if isinstance(field, forms.TimeField):
                field.widget = forms.TimeInput(
                    {"class": "form-control num", "maxlength": "8"}, format="%H:%M"
                )
                field.initial = None
            elif name == "open_to":
                field = forms.MultipleChoiceField(
                    label=field.label, choices=UserCategory.choices, widget=forms.CheckboxSelectMultiple
                )
            elif name in {"questions", "named_people"}:
                field.widget = forms.Textarea({"class": "form-control", "rows": 5})
            elif isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"
            elif not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "form-control"
            length = getattr(policy, name)
            if name.endswith("_minutes") and length is not None and length >= HOUR:
                field.help_text = _("Now: %(length)s") % {"length": minutes(length, get_language())}
            self.fields[name] = field

    def clean_open_to(self) -> str:
        """The categories as they are stored: in their own order, with commas between."""
        return ",".join(code for code in UserCategory.values if code in self.cleaned_data["open_to"])

    @property
    def groups(self) -> list[tuple[Sentence, Sentence, list[BoundField]]]:
        """The fields as the page shows them: heading, what is said to them, fields."""
        return [(title, hint, [self[name] for name in names]) for title, hint, names in GROUPS]

    @property
    def differences(self) -> list[tuple[BoundField, str]]:
        """What was typed otherwise than it is stored: each field with the stored value in words."""
        return differences(self)

    @property
    def policy(self) -> PolicyData:
        """The rules. Call it on a valid form."""
        return PolicyData(**{name: self.cleaned_data[name] for name in PolicyData.__dataclass_fields__})
