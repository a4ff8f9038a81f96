"""The instruments of a snapshot as a table: the rows behind every sum."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from display.formats import is_chinese
from evaluations.results.reports.naming import language
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from reporting.document import Column, Kind, Row, Table

CHUNK = 500


@dataclass(frozen=True)
class _Rows:
    """Rows read anew each time, a chunk at a time."""

    snapshot: MetricSnapshot
    units: tuple[int, ...]
    name: str

    def __iter__(self) -> Iterator[Row]:
        rows = SnapshotRow.objects.filter(snapshot=self.snapshot, unit__in=self.units)
        fields = (
            "instrument_code", self.name, "unit_code", "in_scope", "original_value", "open_hours",
            "effective_hours", "external_hours", "income", "external_income", "samples", "records",
        )  # fmt: skip
        yes, no = _("yes"), _("no")
        # Each chunk is a query of its own: between two of them the maker writes how far it is.
        keys = list(rows.order_by("unit_code", "instrument_code").values_list("pk", flat=True))
        for at in range(0, len(keys), CHUNK):
            found = {
                row[0]: row[1:]
                for row in rows.filter(pk__in=keys[at : at + CHUNK]).values_list("pk", *fields)
            }
            for key in keys[at : at + CHUNK]:
                code, name, unit, counts, *figures = found[key]
                yield (code, name, unit, yes if counts else no, *figures)


def instrument_table(
    snapshot: MetricSnapshot, units: Collection[int], *, only_in: frozenset[str] = frozenset()
) -> Table:
    """Each instrument of the units with its frozen figures."""
    name = "name_zh" if is_chinese(language()) else "name_en"
    return Table(
        _("Instruments"),
        (
            Column(_("Code"), Kind.TEXT, 4),
            Column(_("Instrument"), Kind.TEXT, 5),
            Column(_("Unit code"), Kind.TEXT, 2),
            Column(_("In scope"), Kind.TEXT, 2),
            Column(_("Original value"), Kind.MONEY, 3),
            Column(_("Open hours"), Kind.HOURS, 2),
            Column(_("Effective hours"), Kind.HOURS, 2),
            Column(_("External hours"), Kind.HOURS, 2),
            Column(_("Income"), Kind.MONEY, 3),
            Column(_("External income"), Kind.MONEY, 3),
            Column(_("Samples"), Kind.INTEGER, 2),
            Column(_("Usage records"), Kind.INTEGER, 2),
        ),
        _Rows(snapshot, tuple(units), name),
        only_in=only_in,
    )
