"""Queries room: which organisation a typed name means, and the organisations there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from members.models import MemberUnit, Organisation
from members.rules.credit_code import clean_credit_code
from members.rules.organisation_names import fold_name, spellings

Wanted = tuple[int, str]
"""Key of the unit that typed a name, and the name."""


class KnownOrganisations:
    """The organisations some typed names may mean, as the tables have them now."""

    def __init__(self, rows: Iterable[Organisation]) -> None:
        self._own: dict[int, tuple[Organisation, set[str]]] = {}
        self._members: dict[str, Organisation] = {}
        self._registered: dict[str, Organisation] = {}
        self._private: dict[Wanted, Organisation] = {}
        others: defaultdict[str, set[Organisation]] = defaultdict(set)
        for row in rows:
            if row.unit is not None:
                names = {fold_name(name) for name in _names_of(row.unit)}
                self._own[row.unit.pk] = row, names
                self._members[row.folded] = row
                for name in names:
                    others[name].add(row)
                if row.credit_code:
                    self._members[fold_name(row.credit_code)] = row
            elif row.private_to_id is not None:
                self._private[row.private_to_id, row.folded] = row
            else:
                for name in (row.folded, fold_name(row.credit_code or "")):
                    known = self._registered.get(name)
                    if name and (known is None or known.merged_into_id is not None):
                        self._registered[name] = row
        # A short name that two units have means neither.
        self._short = {name: next(iter(found)) for name, found in others.items() if len(found) == 1}

    def own(self, unit_pk: int) -> Organisation:
        """Return the organisation that a unit is. Raises KeyError for a unit that has none."""
        return self._own[unit_pk][0]

    def find(self, unit_pk: int, text: str) -> Organisation | None:
        """Return what a name means that a unit typed: itself, a member unit, a registered one, its private name."""
        names = spellings(text) if text.strip() else ()
        own, its_names = self._own.get(unit_pk, (None, set()))
        if own is not None and not its_names.isdisjoint(names):
            return own
        for known in (self._members, self._registered, self._short):
            for name in names:
                if name in known:
                    return known[name]
        return self._private.get((unit_pk, names[0])) if names else None


def known_organisations(wanted: Collection[Wanted]) -> KnownOrganisations:
    """Read what is needed to tell what typed names mean; one query, however many names."""
    names = {name for _, text in wanted for name in spellings(text)}
    rows = Organisation.objects.filter(
        Q(unit__isnull=False)
        | Q(private_to=None) & (Q(folded__in=names) | Q(credit_code__in=_codes(text for _, text in wanted)))
        | Q(private_to__in={unit for unit, _ in wanted}, folded__in=names)
    )
    return KnownOrganisations(rows.select_related("unit", "merged_into").order_by("pk"))


def known_names(unit: MemberUnit) -> list[str]:
    """Return the names a unit may choose from: members, registered ones, and its own private ones; by name."""
    rows = Organisation.objects.filter(merged_into=None).exclude(unit=unit)
    rows = rows.filter(Q(private_to=None) | Q(private_to=unit))
    return list(rows.order_by("name_zh").values_list("name_zh", flat=True))


def private_organisations(unit: MemberUnit) -> QuerySet[Organisation]:
    """Return the names a unit typed, with what they count as; by name."""
    return (
        Organisation.objects.filter(private_to=unit).select_related("merged_into").order_by("name_zh", "pk")
    )


def public_organisations() -> QuerySet[Organisation]:
    """Return member units and registered organisations that count by themselves, by name."""
    return Organisation.objects.public().select_related("unit").order_by("name_zh", "pk")


def _names_of(unit: MemberUnit) -> list[str]:
    return [name for name in (unit.name_zh, unit.short_name, unit.name_en) if name.strip()]


def _codes(texts: Iterable[str]) -> set[str]:
    codes = set()
    for text in texts:
        try:
            codes.add(clean_credit_code(fold_name(text)))
        except ValueError:
            continue
    return codes
