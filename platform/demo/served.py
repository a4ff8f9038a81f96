"""Who was served in the demonstration: every unit as an organisation, those outside registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from demo.loading import USAGE_COLUMNS
from demo.usage import Row
from instruments.usage.enums import UsageSource
from members.enums import Affiliation, OrganisationKind
from members.models import MemberUnit, Organisation, Person
from members.queries.organisations import known_organisations
from members.rules.organisation_names import fold_name

_UNIT, _NAME, _TEXT, _SOURCE = (
    USAGE_COLUMNS.index(column) for column in ("unit_id", "user_name", "user_unit", "source")
)
WHERE_MISSPELT, FIRM = "IMU", "有限公司"


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
    """Add to each row its user's folded name and the organisation served, the last two of `USAGE_COLUMNS`.

    The stewards of one unit misspell one firm whenever they type it, so that there is a name to put right.
    """
    known = known_organisations([(0, organisation.name_zh) for organisation in Organisation.objects.all()])
    fold = cache(fold_name)
    meant: dict[tuple[object, object], int | None] = {}
    typist, right, wrong = MemberUnit.objects.get(code=WHERE_MISSPELT), "", ""
    for row in rows:
        key = (row[_UNIT], str(row[_TEXT]))
        if key[0] == typist.pk and row[_SOURCE] == UsageSource.STEWARD and key[1].endswith(FIRM):
            if not right:
                right, wrong = key[1], key[1][:2] + key[1][3:]
                new = Organisation.objects.create(name_zh=wrong, private_to=typist, folded=fold_name(wrong))
                meant[typist.pk, wrong] = new.pk
            if key[1] == right:
                key = (typist.pk, wrong)
        if key not in meant:
            served = known.find(int(str(key[0])), key[1])
            meant[key] = None if served is None else served.pk
        yield (*row[:_TEXT], key[1], *row[_TEXT + 1 :], fold(str(row[_NAME])), meant[key])
