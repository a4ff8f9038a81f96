"""Admin room: public holidays and shifted working days, which officers extend once the state has ordered them."""

from __future__ import annotations

from django.contrib import admin

from changes import perform
from instruments.terms.actions.holidays import set_holiday
from instruments.terms.models import Holiday
from members.admin.acting import ActingAdmin, ActionForm

ASKED = ("day", "works_like", "name_zh", "name_en")


class HolidayForm(ActionForm):
    """One day and how it is worked."""

    class Meta:
        model = Holiday
        fields = ASKED

    def act(self) -> Holiday:
        """Enter it."""
        said = {name: self.cleaned_data[name] for name in ASKED}
        row = self.instance if self.instance.pk else None
        return perform(self.actor, set_holiday, row, **said, seen=self.seen)


@admin.register(Holiday)
class HolidayAdmin(ActingAdmin):
    """Public holidays and shifted working days."""

    form = HolidayForm
    add_verb = change_verb = "change_reference"
    fields = ASKED
    list_display = ("day", "name_zh", "name_en", "works_like")
    date_hierarchy = "day"
    ordering = ("-day",)
