"""Who was served in the demonstration: every unit as an organisation, those outside registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from demo.loading import USAGE_COLUMNS
from demo.usage import Row
from members.enums import Affiliation, OrganisationKind
from members.models import MemberUnit, Organisation, Person
from members.queries.organisations import known_organisations
from members.rules.organisation_names import fold_name

_UNIT, _NAME, _TEXT = (USAGE_COLUMNS.index(column) for column in ("unit_id", "user_name", "user_unit"))


def organisations_of(units: Sequence[MemberUnit], people: Iterable[Person]) -> list[Organisation]:
    """Draft the organisation that each unit is, and those that people outside the network name."""
    found = {
        fold_name(unit.name_zh): Organisation(
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            kind=unit.kind,
            region=unit.region,
            credit_code=unit.credit_code,
            unit=unit,
            folded=fold_name(unit.name_zh),
        )
        for unit in units
    }
    for person in people:
        folded = fold_name(person.organisation)
        if folded and folded not in found:
            is_firm = person.affiliation == Affiliation.ENTERPRISE
            kind = OrganisationKind.ENTERPRISE if is_firm else OrganisationKind.OTHER
            found[folded] = Organisation(name_zh=person.organisation, kind=kind, folded=folded)
    return list(found.values())


def with_served(rows: Iterable[Row]) -> Iterator[Row]:
    """Add to each row its user's folded name and the organisation served, the last two of `USAGE_COLUMNS`."""
    known = known_organisations([(0, organisation.name_zh) for organisation in Organisation.objects.all()])
    meant: dict[tuple[object, object], int | None] = {}
    for row in rows:
        key = (row[_UNIT], row[_TEXT])
        if key not in meant:
            served = known.find(int(str(key[0])), str(key[1]))
            meant[key] = None if served is None else served.pk
        yield (*row, fold_name(str(row[_NAME])), meant[key])
