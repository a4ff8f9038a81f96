"""Admin room: the unit's page, which also keeps the search index of the unit's instruments true."""

from __future__ import annotations

from django.contrib import admin

from changes import Work, perform
from instruments.inventory.actions.search import reindex_unit
from instruments.inventory.queries.labels import forget_labels
from members.admin import UnitAdmin
from members.admin.units import UnitForm
from members.models import MemberUnit

NAMES = {"code", "name_zh", "name_en", "short_name"}


class IndexedUnitForm(UnitForm):
    """A unit whose instruments are found by its names."""

    def act(self) -> MemberUnit:
        """Change the unit and, where a name has changed, reindex its instruments with it."""
        return perform(self.actor, self._indexed)

    def _indexed(self, work: Work) -> MemberUnit:
        unit = super().act()
        if NAMES & set(self.changed_data):
            reindex_unit(unit)
            work.after(forget_labels)
        return unit


admin.site.unregister(MemberUnit)


@admin.register(MemberUnit)
class UnitWithInstrumentsAdmin(UnitAdmin):
    """Member units; the lower room knows no instruments, so this page takes its place."""

    form = IndexedUnitForm
