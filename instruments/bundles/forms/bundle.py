"""Forms room: the set that was chosen among the proposals, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from instruments.booking.actions.requests import SAID
from instruments.booking.forms.asked import answers_in, ask
from instruments.booking.forms.booking import BookingForm
from instruments.booking.forms.slots import moment_of
from instruments.bundles.actions.bundles import MOST_PARTS, WantedPart
from instruments.bundles.enums import WhenLost
from instruments.bundles.queries.baskets import instruments_named
from instruments.bundles.queries.chains import Chain
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import asked_by, policy_of
from instruments.terms.rules.intervals import between

_LONGEST = 2000


def written(chain: Chain) -> str:
    """Return a chain as a form carries it: step, code, start and end of each part."""
    return ";".join(
        f"{part.step}|{part.instrument.code}|{part.time.start.isoformat()}|{part.time.end.isoformat()}"
        for part in chain.parts
    )


class BundleForm(forms.Form):
    """One of the proposed chains, what becomes of the rest where a part is lost, and what the booking form asks for."""

    chain = forms.CharField(
        max_length=_LONGEST,
        error_messages={"required": _("Choose one of the proposals.")},
    )
    when_lost = forms.ChoiceField(
        label=_("If a part is declined or falls through"),
        choices=WhenLost.choices,
        initial=WhenLost.ALL,
        widget=forms.RadioSelect(),
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput())

    field_order = ("chain", "when_lost")

    def __init__(
        self, *args: Any, instruments: Sequence[Instrument] = (), at_night: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._asked = [name for name in SAID if at_night or name != "companion"]
        for name in self._asked:
            self.fields[name] = deepcopy(BookingForm.base_fields[name])
        asked = [one for place in instruments for one in asked_by(policy_of(place))]
        # What two units ask in the same words is answered once; which of them must be answered depends on the chain.
        self._questions = ask(self, list({question.zh: question for question in asked}.values()))
        for name in self._questions:
            self.fields[name].required = False
        self.fields["purpose"].help_text = _("Project and samples in a few words; every unit reads it.")
        # A form sent twice books once; a new number for each page shown.
        self.initial.setdefault("once", uuid4())

    def clean_chain(self) -> list[WantedPart]:
        """Read the parts; whatever is none of ours is refused as a whole."""
        rows = [row.split("|") for row in self.cleaned_data["chain"].split(";")]
        found = instruments_named([row[1] for row in rows if len(row) == 4])
        parts = []
        for row in rows:
            start, end = (moment_of(text) for text in row[2:]) if len(row) == 4 else (None, None)
            time = between(start, end) if start and end else []
            if not time or row[1] not in found or not row[0].isdecimal() or len(row[0]) > 2:
                raise forms.ValidationError(_("Choose one of the proposals."))
            parts.append(WantedPart(max(int(row[0]), 1), found[row[1]], time[0]))
        if len(parts) > MOST_PARTS:
            raise forms.ValidationError(_("A set has at most %(most)s bookings.") % {"most": MOST_PARTS})
        return parts

    def said(self) -> dict[str, Any]:
        """Return what `request_bundle` takes beside the parts. Needs a valid form."""
        data = self.cleaned_data
        return {
            "when_lost": data["when_lost"],
            "said": {name: data[name] for name in self._asked}
            | {"answers": answers_in(self._questions, data)},
            "form": str(data["once"] or ""),
        }
