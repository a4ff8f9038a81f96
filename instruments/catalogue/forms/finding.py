"""Forms room: what somebody tells the finder: what, how long, when, where, for how much."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from folding.words import LONGEST_QUERY
from instruments.availability.queries.free_times import DAYS_AHEAD
from instruments.catalogue.forms.catalogue import FOUR_CITIES, LONGEST_WINDOW, regions_of
from instruments.catalogue.queries.facets import PRICE_LIMITS
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.rules.questions import Technique, techniques
from instruments.inventory.queries.labels import labels
from instruments.terms.rules.booking_policy import USUAL_MINUTES

LENGTHS = (30, 60, 90, 120, 180, 240, 480)
ORDERS = [("earliest", _("Earliest")), ("price", _("Cheapest")), ("nearest", _("Nearest"))]


class FindForm(forms.Form):
    """Every field has an answer of its own where nothing is said; what makes no sense is named and left out."""

    q = forms.CharField(max_length=LONGEST_QUERY, required=False, label=_("What do you want to know or use?"))
    technique = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    minutes = forms.IntegerField(min_value=5, max_value=44_640, required=False, label=_("How long"))
    first = forms.DateField(required=False, label=pgettext_lazy("of days", "From"))
    last = forms.DateField(required=False, label=_("To (included)"))
    area = forms.ChoiceField(required=False, label=_("Where"))
    near = forms.ChoiceField(required=False, label=_("Distance from"))
    max_price = forms.ChoiceField(
        required=False,
        label=_("Price for you"),
        choices=[("", ""), *((str(yuan), str(yuan)) for yuan in PRICE_LIMITS)],
    )
    hours = forms.ChoiceField(required=False, choices=[("", ""), ("any", "any")], label=_("Hours"))
    at_once = forms.ChoiceField(
        required=False, choices=[("", ""), ("on", "on")], label=_("Without waiting for approval")
    )
    ordering = forms.ChoiceField(
        required=False, choices=[("", ""), *ORDERS], label=pgettext_lazy("of a list", "Order")
    )

    def __init__(self, *args: Any, home: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.home = home
        regions = [("", ""), *((label.code, label.name) for label in labels().regions.values())]
        self.fields["near"].choices = regions  # type: ignore[attr-defined]
        self.fields["area"].choices = [*regions, (FOUR_CITIES, FOUR_CITIES)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order, not over, and not too many."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        today = timezone.localdate()
        if last is not None and last < max(first or today, today):
            self.add_error("last", _("The last day must not be before the first one, nor be over."))
        elif max(day or today for day in (first, last)) - today > LONGEST_WINDOW:
            self.add_error("last" if last else "first", _("Choose days within the coming 62."))
        return data

    def said(self, name: str) -> Any:
        """Return a cleaned value, None where nothing or nonsense was said."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day: two weeks from today on where nothing is said."""
        today = timezone.localdate()
        first = max(self.said("first") or today, today)
        return first, self.said("last") or first + dt.timedelta(days=DAYS_AHEAD - 1)

    @property
    def chosen_technique(self) -> Technique | None:
        """The technique that was chosen among the answers to a question."""
        return techniques(get_language() or "zh").get(self.said("technique") or "")

    @property
    def filters(self) -> CatalogueFilters:
        """What is looked for. Words narrow only where no technique is chosen; a window of days means office hours."""
        first, last = self.days
        area, price = self.said("area"), self.said("max_price")
        return CatalogueFilters(
            q="" if self.chosen_technique else self.said("q") or "",
            regions=tuple(regions_of(area)) if area else (),
            max_price=None if price is None else Decimal(price),
            at_once=bool(self.said("at_once")),
            days=tuple(first + dt.timedelta(days=n) for n in range((last - first).days + 1)),
            minutes=self.said("minutes") or USUAL_MINUTES,
            any_hour=bool(self.said("hours")),
            near=self.said("near") or self.home,
            ordering=self.said("ordering") or "earliest",
        )
