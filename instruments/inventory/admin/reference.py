"""Admin room: the reference lists; rows come with the release, names may be mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from django.db.models import Model

from changes import perform
from instruments.inventory.actions.reference import rename_class, rename_field
from instruments.inventory.models import ApplicationField, InstrumentClass
from members.admin.acting import ActingAdmin, ActionForm


class RenamingForm(ActionForm):
    """The names of a row of a list."""

    rename: ClassVar[Callable[..., Model]]

    def act(self) -> Model:
        """Rename the row."""
        names = {name: self.cleaned_data[name] for name in ("name_zh", "name_en")}
        return perform(self.actor, type(self).rename, self.instance, **names, seen=self.seen)


class FieldForm(RenamingForm):
    """The names of an application field."""

    rename = staticmethod(rename_field)

    class Meta:
        model = ApplicationField
        fields = ["name_zh", "name_en"]


class InstrumentClassForm(RenamingForm):
    """The names of a class."""

    rename = staticmethod(rename_class)

    class Meta:
        model = InstrumentClass
        fields = ["name_zh", "name_en"]


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
