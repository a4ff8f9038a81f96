"""Admin room: instruments and who keeps them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from changes import perform
from display.formats import money
from instruments.inventory.actions.instruments import (
    COLUMNS,
    InstrumentData,
    create_instrument,
    save_record,
)
from instruments.inventory.actions.stewards import end_stewardship, give_stewardship
from instruments.inventory.enums import Funding, InstrumentState, Part
from instruments.inventory.models import ApplicationField, Instrument, Stewardship
from instruments.inventory.queries.parts import parts_of
from instruments.inventory.rules.record import MOST_FIELDS, TEXT_LIMITS
from members.admin.acting import ActingAdmin, ActionForm
from members.admin.roles import DatedForm, RoleAdmin
from members.forms.web_address import WebAddressField
from members.permissions import can

FIELD_NAMES = [f"field_{number}" for number in range(1, MOST_FIELDS + 1)]
FIXED = ("unit", "code")


def _field(number: int) -> forms.ModelChoiceField[ApplicationField]:
    return forms.ModelChoiceField(
        ApplicationField.objects.order_by("code"),
        label=_("Main field") if number == 1 else _("Further field"),
        required=number == 1,
        widget=UnfoldAdminSelectWidget,
    )


class InstrumentAdminForm(ActionForm):
    """The record of an instrument, with fields, funds and state."""

    other_names = {"fields": "field_1", "note": "state_note"}

    field_1, field_2, field_3, field_4 = (_field(number) for number in range(1, MOST_FIELDS + 1))
    funding = forms.MultipleChoiceField(
        label=_("Source of funds"), choices=Funding.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    state = forms.ChoiceField(
        label=pgettext_lazy("condition", "State"),
        choices=InstrumentState.choices,
        widget=UnfoldAdminSelectWidget,
        required=False,
    )
    state_note = forms.CharField(
        label=_("Note on the state"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    back_on = forms.DateField(
        label=_("Expected back in service on"), required=False, widget=UnfoldAdminDateWidget
    )

    class Meta:
        model = Instrument
        fields = list(COLUMNS)
        field_classes = {"service_url": WebAddressField}
        widgets = {name: UnfoldAdminTextareaWidget(attrs={"rows": 3}) for name in TEXT_LIMITS}

    def __init__(self, *args: Any, **options: Any) -> None:
        instance: Instrument | None = options.get("instance")
        if instance is not None and instance.pk is not None:
            links = instance.field_links.order_by("position").values_list("field_id", flat=True)
            options["initial"] = {
                **dict(zip(FIELD_NAMES, links, strict=False)),
                "funding": list(instance.funding.values_list("source", flat=True)),
                "state": instance.state,
                "state_note": instance.state_note,
                "back_on": instance.back_on,
                **(options.get("initial") or {}),
            }
        super().__init__(*args, **options)
        if "code" in self.fields:
            self.fields["code"].required = False

    def act(self) -> Instrument:
        """Create the instrument, or change its record and then its state."""
        data = self.cleaned_data
        given: dict[str, Any] = {name: data[name] for name in COLUMNS if name in data}
        if self.instance.pk is not None:
            given |= {name: getattr(self.instance, name) for name in FIXED}
        wanted = InstrumentData(
            fields=tuple(data[name] for name in FIELD_NAMES if data.get(name)),
            funding=tuple(data["funding"]),
            **given,
        )
        if self.instance.pk is None:
            return perform(self.actor, create_instrument, wanted)
        return perform(
            self.actor,
            save_record,
            self.instance,
            wanted,
            state=data["state"],
            note=data["state_note"],
            back_on=data["back_on"],
            choices=self.choices,
            seen=self.seen,
        )


@admin.register(Instrument)
class InstrumentAdmin(ActingAdmin):
    """Instruments, retired and unshared ones too."""

    form = InstrumentAdminForm
    change_verb = "edit_instrument"
    list_display = ("code", "name_zh", "unit", "instrument_class", "value", "sharing_mode", "state")
    list_filter = ("sharing_mode", "state", "unit", "region")
    list_select_related = ("unit", "instrument_class")
    search_fields = ("code", "name_zh", "name_en", "model")
    autocomplete_fields = ("unit", "instrument_class")
    ordering = ("code",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("original value (yuan)"), ordering="original_value")
    def value(self, instrument: Instrument) -> str:
        """Show the value as every page does."""
        return money(instrument.original_value)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Officers add instruments of any unit here; managers use their own pages."""
        return can(request.user, "change_reference")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Ask for the instrument; for the list, whether there may be one."""
        return super().has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Instrument | None = None) -> tuple[str, ...]:
        """Fix what others refer to."""
        return FIXED if obj is not None else ()

    def groups(self, request: HttpRequest, obj: Instrument | None = None) -> list[Any]:
        """Group the fields; the state of a new one is given."""
        texts = list(TEXT_LIMITS)
        columns = [name for name in COLUMNS if name not in texts]
        groups: list[Any] = [
            (_("What it is"), {"fields": columns}),
            (pgettext_lazy("of science", "Fields"), {"fields": [*FIELD_NAMES, "funding"]}),
            (_("What it can do"), {"fields": texts}),
        ]
        if obj is not None:
            groups.append(
                (
                    pgettext_lazy("condition", "State"),
                    {"fields": ["state", "state_note", "back_on"]},
                )
            )
        return groups


class StewardshipForm(DatedForm):
    """A stewardship; the version is that of all stewards of the instrument."""

    give, end = staticmethod(give_stewardship), staticmethod(end_stewardship)
    given = ("instrument", "person")

    class Meta:
        model = Stewardship
        fields = ["instrument", "person", "valid_from", "valid_to"]

    def version_of(self, row: Stewardship) -> int | None:
        """Return the version of all stewards of the instrument."""
        return parts_of(row.instrument)[Part.STEWARDS].version


@admin.register(Stewardship)
class StewardshipAdmin(RoleAdmin):
    """Who keeps which instrument since when."""

    form = StewardshipForm
    columns = ("instrument", "person", "valid_from")
    add_verb, change_verb = "view_members", "view_members"
    list_display = ("instrument", "person", "valid_from", "valid_to")
    list_select_related = ("instrument", "person")
    search_fields = ("instrument__code", "person__display_name", "person__email")
    autocomplete_fields = ("instrument", "person")
