"""Admin room: the reference lists; rows come with the release, names may be mended."""

from __future__ import annotations

from django.contrib import admin

from changes import perform
from instruments.inventory.actions.reference import rename_class, rename_field
from instruments.inventory.models import ApplicationField, InstrumentClass
from members.admin.acting import ActingAdmin, ActionForm


class FieldForm(ActionForm):
    """The names of an application field."""

    class Meta:
        model = ApplicationField
        fields = ["name_zh", "name_en"]

    def act(self) -> ApplicationField:
        """Rename the field."""
        names = {name: self.cleaned_data[name] for name in ("name_zh", "name_en")}
        return perform(self.actor, rename_field, self.instance, **names, seen=self.seen)


class InstrumentClassForm(ActionForm):
    """The names of a class."""

    class Meta:
        model = InstrumentClass
        fields = ["name_zh", "name_en"]

    def act(self) -> InstrumentClass:
        """Rename the class."""
        names = {name: self.cleaned_data[name] for name in ("name_zh", "name_en")}
        return perform(self.actor, rename_class, self.instance, **names, seen=self.seen)


@admin.register(ApplicationField)
class FieldAdmin(ActingAdmin):
    """Application fields."""

    form = FieldForm
    change_verb = "change_reference"
    fields = ("code", "name_zh", "name_en")
    readonly_fields = ("code",)
    list_display = ("code", "name_zh", "name_en")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)


@admin.register(InstrumentClass)
class InstrumentClassAdmin(ActingAdmin):
    """Instrument classes."""

    form = InstrumentClassForm
    change_verb = "change_reference"
    fields = ("scheme", "code", "level", "parent", "name_zh", "name_en")
    readonly_fields = ("scheme", "code", "level", "parent")
    list_display = ("code", "name_zh", "name_en", "level", "scheme")
    list_filter = ("scheme", "level")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("scheme", "code")
