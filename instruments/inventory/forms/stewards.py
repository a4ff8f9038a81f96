"""Forms room: who keeps an instrument, from when, until when."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.inputs import day_input
from instruments.inventory.models import Instrument
from instruments.inventory.queries.stewards import stewardships_of
from members.models import Person
from members.queries.people import people_of


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.display_name} · {obj.email}"


class StewardForm(forms.Form):
    """A person of the owning unit who does not keep the instrument yet, and the first day."""

    person = _PersonField(
        Person.objects.none(), label=_("Steward"), widget=forms.Select(attrs={"class": "form-select"})
    )
    valid_from = forms.DateField(
        label=pgettext_lazy("first day", "From"),
        widget=day_input(),
        initial=timezone.localdate,
    )

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        super().__init__(*args, **options)
        holders = stewardships_of(instrument).filter(valid_to=None).values("person")
        people = people_of(instrument.unit).exclude(pk__in=holders)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class DeputyForm(forms.Form):
    """Who stands in for which steward of an instrument, from the first to the last day."""

    person = _PersonField(
        Person.objects.none(),
        label=_("Steward who is away"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    deputy = _PersonField(
        Person.objects.none(), label=_("Deputy"), widget=forms.Select(attrs={"class": "form-select"})
    )
    first_day = forms.DateField(label=_("First day"), widget=day_input(), initial=timezone.localdate)
    last_day = forms.DateField(label=_("Last day"), widget=day_input(), initial=timezone.localdate)

    def __init__(self, *args: Any, instrument: Instrument, stewards: Collection[int], **options: Any) -> None:
        options.setdefault("auto_id", "deputy_%s")
        super().__init__(*args, **options)
        people = people_of(instrument.unit)
        self.fields["person"].queryset = people.filter(pk__in=stewards)  # type: ignore[attr-defined]
        self.fields["deputy"].queryset = people  # type: ignore[attr-defined]
        if len(stewards) == 1:
            self.initial["person"] = next(iter(stewards))


class EndForm(forms.Form):
    """The first day without the role; today unless told."""

    valid_to = forms.DateField(
        label=_("First day without"),
        required=False,
        widget=day_input(),
        initial=timezone.localdate,
    )
