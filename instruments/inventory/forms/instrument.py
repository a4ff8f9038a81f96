"""Forms room: the record of an instrument and the narrowing of an inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from display.refusals import show_refusal
from display.versions import differences
from instruments.inventory.actions.instruments import COLUMNS, InstrumentData
from instruments.inventory.enums import Funding, InstrumentState, SharingMode
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.forms.choices import ClassChoiceField, NamedChoiceField, field_choices
from instruments.inventory.forms.record_help import explain
from instruments.inventory.models import Instrument
from instruments.inventory.queries.inventory import InventoryFilters
from instruments.inventory.rules.record import MOST_FIELDS, TEXT_LIMITS, inside_the_region
from members.forms.web_address import WebAddressField
from members.models import MemberUnit, Region

SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        _("What it is"),
        ("code", "inner_id", "name_zh", "name_en", "instrument_class", "model", "manufacturer", "country"),
    ),
    (pgettext_lazy("of science", "Fields"), tuple(f"field_{number}" for number in range(1, MOST_FIELDS + 1))),
    (
        _("What it can do"),
        (
            "technical",
            "functions",
            "description_zh",
            "description_en",
            "services",
            "achievements",
            "department",
        ),
    ),
    (
        _("Purchase"),
        (
            "original_value",
            "funding",
            "source",
            "started_on",
            "equipment_kind",
            "customs_supervised",
            "carrier_kind",
            "carrier_name",
        ),
    ),
    (
        pgettext_lazy("section of a record", "Sharing"),
        (
            "sharing_mode",
            "running_state",
            "station_count",
            "requirements",
            "fee_note",
            "service_url",
            "joined_on",
        ),
    ),
    (
        _("Place and contact"),
        (
            "region",
            "address",
            "longitude",
            "latitude",
            "contact_name",
            "contact_phone",
            "contact_email",
            "postal_address",
            "postal_code",
        ),
    ),
)
DATES = ("started_on", "joined_on")


class InstrumentForm(forms.Form):
    """The national record of one instrument, in sections; what is wrong beyond single fields the action says."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        unit: MemberUnit,
        instrument: Instrument | None = None,
        **options: Any,
    ) -> None:
        self.unit, self.instrument = unit, instrument
        super().__init__(data, initial=_initial(unit, instrument), **options)
        columns = [name for name in COLUMNS if name != "unit"]
        made = fields_for_model(
            Instrument,
            fields=columns,
            field_classes={"service_url": WebAddressField},
            widgets={
                **{name: forms.Textarea(attrs={"rows": 3}) for name in TEXT_LIMITS},
                **{name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}) for name in DATES},
            },
        )
        for name in columns:
            field = self.fields[name] = made[name]
            # A default that is called would be compared with a second, hidden copy of itself.
            field.show_hidden_initial = False
            if isinstance(field, forms.ChoiceField):
                continue
            known = {type(validator) for validator in field.validators}
            checks = Instrument._meta.get_field(name).validators  # type: ignore[union-attr]
            field.validators += [check for check in checks if type(check) not in known]
        self.fields["code"].disabled = instrument is not None
        self.fields["code"].required = instrument is not None
        self.fields["code"].help_text = (
            _("Leave this empty for the next free code of the unit.")
            if instrument is None
            else _("The code of an instrument never changes.")
        )
        self.fields["instrument_class"] = ClassChoiceField(label=_("Class"))
        self.fields["region"] = NamedChoiceField(Region.objects.order_by("code"), label=_("League or city"))
        self._rows, names = field_choices()
        for number in range(1, MOST_FIELDS + 1):
            self.fields[f"field_{number}"] = forms.ChoiceField(
                label=_("Main field") if number == 1 else _("Further field"),
                choices=names,
                required=number == 1,
            )
        self.fields["funding"] = forms.MultipleChoiceField(
            label=_("Source of funds"), choices=Funding.choices, widget=forms.CheckboxSelectMultiple
        )
        if instrument is not None:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=instrument.version)
        for name, field in self.fields.items():
            _dress(field)
            explain(name, field)

    def clean(self) -> dict[str, Any]:
        """What lies between fields is told at once with what lies in them; the action checks it all again."""
        data = self.cleaned_data
        chosen = [code for number in range(1, MOST_FIELDS + 1) if (code := data.get(f"field_{number}"))]
        if len(set(chosen)) != len(chosen):
            self.add_error("field_1", _("Choose one to four different fields."))
        if "longitude" in data and "latitude" in data:
            longitude, latitude = data["longitude"], data["latitude"]
            if (longitude is None) != (latitude is None):
                self.add_error(
                    "latitude" if latitude is None else "longitude", _("Give both coordinates or none.")
                )
            elif longitude is not None and not inside_the_region(longitude, latitude):
                self.add_error(
                    "longitude",
                    _("This place lies outside Inner Mongolia (97 to 126.1° E, 37.4 to 53.4° N)."),
                )
        if data.get("started_on") and data["started_on"] > timezone.localdate():
            self.add_error("started_on", _("This day is still to come."))
        return data

    @property
    def sections(self) -> list[tuple[str | Promise, list[BoundField]]]:
        """The fields as the page shows them: headings with their bound fields."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    @property
    def differences(self) -> list[tuple[BoundField, str]]:
        """What was typed otherwise than it is stored: each field with the stored value in words."""
        return differences(self)

    @property
    def version(self) -> int:
        """The version the custodian was shown. Call it on a valid form."""
        return int(self.cleaned_data["version"])

    def record(self) -> InstrumentData:
        """Return what the action takes. Call it on a valid form."""
        data = self.cleaned_data
        chosen = [data[f"field_{number}"] for number in range(1, MOST_FIELDS + 1)]
        columns = {name: data[name] for name in COLUMNS if name != "unit"}
        return InstrumentData(
            unit=self.unit,
            fields=tuple(self._rows[code] for code in chosen if code),
            funding=tuple(data["funding"]),
            **columns,
        )

    def show(self, refusal: InvalidInstrument) -> None:
        """Put what the action refused beside the fields it concerns."""
        show_refusal(self, refusal, {"fields": "field_1", "unit": "code"})


class StateForm(forms.Form):
    """A new state and why."""

    state = forms.ChoiceField(label=pgettext_lazy("condition", "State"), choices=InstrumentState.choices)
    note = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed for anything but “in service”; readers see it."),
    )

    back_on = forms.DateField(
        label=_("Expected back in service on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Bookings from this day on stay as they are."),
    )

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        options.setdefault(
            "initial",
            {"state": instrument.state, "note": instrument.state_note, "back_on": instrument.back_on},
        )
        super().__init__(*args, **options)
        for field in self.fields.values():
            _dress(field)

    @property
    def differences(self) -> list[tuple[BoundField, str]]:
        """What was typed otherwise than it is stored: each field with the stored value in words."""
        return differences(self)


class InventoryForm(forms.Form):
    """What a unit narrows its inventory by."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    state = forms.MultipleChoiceField(
        label=pgettext_lazy("condition", "State"), choices=InstrumentState.choices, required=False
    )
    sharing_mode = forms.MultipleChoiceField(
        label=_("Sharing mode"), choices=SharingMode.choices, required=False
    )
    incomplete = forms.BooleanField(label=_("Incomplete records only"), required=False)
    own = forms.BooleanField(label=_("Instruments I keep"), required=False)
    page = forms.IntegerField(min_value=1, required=False)

    @property
    def is_own(self) -> bool:
        """Whether only the reader's own instruments are wanted."""
        self.is_valid()
        return bool(self.cleaned_data.get("own"))

    @property
    def chosen(self) -> InventoryFilters:
        """What was chosen; nonsense narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        return InventoryFilters(
            q=data.get("q") or "",
            states=tuple(data.get("state") or ()),
            modes=tuple(data.get("sharing_mode") or ()),
            incomplete=bool(data.get("incomplete")),
        )

    @property
    def page_number(self) -> int:
        """The page asked for, 1 where none or nonsense."""
        self.is_valid()
        return int(self.cleaned_data.get("page") or 1)


def _initial(unit: MemberUnit, instrument: Instrument | None) -> dict[str, Any]:
    if instrument is None:
        return {
            "region": unit.region_id,
            "contact_name": unit.contact_name,
            "contact_phone": unit.contact_phone,
            "contact_email": unit.contact_email,
            "funding": [Funding.OWN.value],
        }
    initial = {
        name: getattr(instrument, Instrument._meta.get_field(name).attname)  # type: ignore[union-attr]
        for name in COLUMNS
    }
    codes = instrument.field_links.order_by("position").values_list("field__code", flat=True)
    for number, code in enumerate(codes, 1):
        initial[f"field_{number}"] = code
    initial["funding"] = list(instrument.funding.values_list("source", flat=True))
    return initial


def _dress(field: forms.Field) -> None:
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.CheckboxInput | forms.HiddenInput):
        return
    widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
