"""Actions room: who was served by uses that are about to be written."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from changes import Work
from instruments.usage.enums import UserKind
from instruments.usage.errors import usage_problem
from instruments.usage.models import UsageRecord
from instruments.usage.rules.usage_entries import Problems
from members.actions.organisations import name_organisations
from members.queries.organisations import KnownOrganisations, Wanted, known_organisations
from members.rules.organisation_names import fold_name


def known_of(wanted: Collection[Wanted]) -> KnownOrganisations:
    """Read what typed names mean; names that no table can hold are left out, for they are refused anyway."""
    return known_organisations({(unit, text) for unit, text in wanted if "\0" not in text})


def served_problems(record: UsageRecord, known: KnownOrganisations) -> Problems:
    """Say what is wrong with who was served: one's own legal person is never external, whatever it is called."""
    if record.user_kind != UserKind.EXTERNAL:
        return []
    served = known.find(record.unit_id, record.user_unit)
    if served is None or served.counted.unit_id != record.unit_id:
        return []
    return [("user_kind", usage_problem("own_unit", name=record.user_unit))]


def name_served(work: Work | None, records: Iterable[UsageRecord], known: KnownOrganisations) -> None:
    """Set who was served by unsaved records; a name of outside users that means nothing yet becomes a private one.

    `known` holds what the names of these records mean. One's own people need no name: theirs stays as typed unless
    it means a unit or a registered organisation.
    """
    rows = list(records)
    # In the order of the records, each once.
    outside = dict.fromkeys(
        (row.unit_id, row.user_unit) for row in rows if row.user_kind == UserKind.EXTERNAL
    )
    with_fresh = name_organisations(work, list(outside), known)
    for row in rows:
        row.folded_user = fold_name(row.user_name) if row.user_name else ""
        if row.user_kind == UserKind.EXTERNAL:
            row.served = with_fresh.find(row.unit_id, row.user_unit)
        else:
            meant = known.find(row.unit_id, row.user_unit)
            row.served = None if meant is None or meant.private_to_id is not None else meant
