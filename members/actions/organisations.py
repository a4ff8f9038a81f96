"""Actions room: organisations that are served: known by name, registered, merged and parted again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from changes import Work, unchanged
from members.enums import OrganisationKind, UnitKind
from members.errors import InvalidOrganisation, InvalidUnit, MergeRefused
from members.events import (
    OrganisationChanged,
    OrganisationMerged,
    OrganisationParted,
    OrganisationRegistered,
    UnitChanged,
    UnitCreated,
)
from members.locks import lock_organisations
from members.models import MemberUnit, Organisation, Region
from members.permissions import can, require
from members.queries.organisations import KnownOrganisations, Wanted, known_organisations
from members.rules.credit_code import clean_credit_code
from members.rules.organisation_names import fold_name

_KIND_OF_UNIT = {kind: OrganisationKind(kind) for kind in UnitKind.values}


@dataclass(frozen=True, kw_only=True)
class OrganisationData:
    """What is known of an organisation outside the network."""

    name_zh: str
    kind: str
    name_en: str = ""
    region: Region | None = None
    credit_code: str | None = None


def name_organisations(
    _work: Work | None, wanted: Collection[Wanted], known: KnownOrganisations
) -> KnownOrganisations:
    """Make a private name of each typed name that means nothing yet, as first written; return all known then.

    `known`: what `known_organisations(wanted)` gave. No query where every name means something.
    """
    fresh: dict[Wanted, Organisation] = {}
    for unit, text in wanted:
        if text.strip() and known.find(unit, text) is None:
            row = Organisation(name_zh=text.strip()[:100], private_to_id=unit, folded=fold_name(text))
            fresh.setdefault((unit, row.folded), row)
    if not fresh:
        return known
    # Who types the same name at the same moment gets the same row.
    Organisation.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=200)
    return known_organisations(wanted)


def register_organisation(
    work: Work, data: OrganisationData, *, unit: MemberUnit | None = None
) -> Organisation:
    """Make an organisation outside the network known to all units, and count the same name typed by any as it.

    The department may register without a credit code, the manager of a unit only with one. Raises NotAllowed,
    InvalidOrganisation.
    """
    require(work.actor, "register_organisation", unit)
    row = Organisation()
    _fill(row, data)
    _check(row, needs_code=not can(work.actor, "change_organisation"))
    row.save(force_insert=True)
    work.emit(OrganisationRegistered(target=row, after=organisation_state(row)))
    _gather(work, row)
    return row


def change_organisation(
    work: Work, organisation: Organisation, data: OrganisationData, *, seen: int | None = None
) -> Organisation:
    """Change a registered organisation. Officers only. Raises NotAllowed, StaleVersion, InvalidOrganisation."""
    row = lock_organisations(work, [organisation.pk])[organisation.pk]
    require(work.actor, "change_organisation", row)
    unchanged(row, seen)
    if row.unit_id is not None or row.private_to_id is not None:
        raise InvalidOrganisation({"name_zh": [_("Only a registered organisation is changed here.")]})
    before = organisation_state(row)
    _fill(row, data)
    _check(row, needs_code=False)
    after = organisation_state(row)
    if after == before:
        return row
    row.version += 1
    row.save()
    work.emit(OrganisationChanged(target=row, before=before, after=after))
    if row.merged_into_id is None:
        _gather(work, row)
    return row


def merge_organisation(
    work: Work, organisation: Organisation, into: Organisation, *, seen: int | None = None
) -> Organisation:
    """Count an organisation as another from now on, with all that counted as it; records keep what was typed.

    A private name goes into a member unit, a registered organisation or another name of the same unit; a registered
    organisation, by officers alone, into a member unit or another registered one. Raises NotAllowed, StaleVersion,
    MergeRefused.
    """
    rows = lock_organisations(work, {organisation.pk, into.pk})
    row, goal = rows[organisation.pk], rows[into.pk]
    require(work.actor, "merge_organisation", row)
    unchanged(row, seen)
    if row.unit_id is not None:
        raise MergeRefused(_("A member unit always counts by itself."))
    if row.pk == goal.pk:
        raise MergeRefused(_("An organisation is not merged into itself."))
    if goal.merged_into_id is not None:
        raise MergeRefused(
            _("“%(name)s” counts as another itself; choose that one.") % {"name": goal.name_zh}
        )
    if goal.private_to_id is not None and goal.private_to_id != row.private_to_id:
        raise MergeRefused(_("A name that a unit typed takes in only other names of that unit."))
    if row.merged_into_id == goal.pk:
        return row
    _merge(work, row, goal)
    return row


def part_organisation(work: Work, organisation: Organisation, *, seen: int | None = None) -> Organisation:
    """Let an organisation count by itself again. Raises NotAllowed, StaleVersion, MergeRefused."""
    row = lock_organisations(work, [organisation.pk])[organisation.pk]
    require(work.actor, "merge_organisation", row)
    unchanged(row, seen)
    goal = row.merged_into
    if goal is None:
        raise MergeRefused(_("This organisation counts by itself already."))
    if goal.folded == row.folded:
        raise MergeRefused(_("Both have the same name, so they stay one."))
    row.merged_into = None
    row.version += 1
    row.save(update_fields=["merged_into", "version"])
    work.emit(OrganisationParted(target=row, before=_merging(row, goal), after=_merging(row, None)))
    return row


def keep_unit_organisation(work: Work, event: UnitCreated | UnitChanged) -> Organisation:
    """Keep the organisation that a unit is as the unit says; what was registered or typed under its name joins it.

    Raises InvalidUnit where another unit goes by the same name but for what nobody sees.
    """
    unit = event.target
    folded = fold_name(unit.name_zh)
    if Organisation.objects.filter(folded=folded, unit__isnull=False).exclude(unit=unit).exists():
        raise InvalidUnit({"name_zh": [_("Another unit goes by this name already.")]})
    row = Organisation.objects.filter(unit=unit).first() or Organisation(unit=unit)
    row.name_zh, row.name_en, row.folded = unit.name_zh, unit.name_en, folded
    row.kind, row.region, row.credit_code = _KIND_OF_UNIT[unit.kind], unit.region, unit.credit_code
    row.save()
    if unit.credit_code:
        same_code = Organisation.objects.public().filter(unit=None, credit_code=unit.credit_code)
        for other in lock_organisations(work, same_code.values_list("pk", flat=True)).values():
            _merge(work, other, row)
    _gather(work, row)
    return row


def organisation_state(row: Organisation) -> dict[str, object]:
    """Return what the history keeps of a registered organisation."""
    region = None if row.region is None else row.region.code
    return {f.name: getattr(row, f.name) for f in fields(OrganisationData)} | {"region": region}


def _gather(work: Work, row: Organisation) -> None:
    """Count all that goes by the very name of a public organisation as it."""
    same = (
        Organisation.objects.filter(folded=row.folded, unit=None).exclude(pk=row.pk).exclude(merged_into=row)
    )
    loose = same.filter(merged_into=None)
    for other in lock_organisations(work, loose.values_list("pk", flat=True)).values():
        _merge(work, other, row)


def _merge(work: Work, row: Organisation, goal: Organisation) -> None:
    followers = list(Organisation.objects.filter(merged_into=row).values_list("pk", flat=True))
    for one in [*lock_organisations(work, followers).values(), row]:
        before = _merging(one, one.merged_into)
        one.merged_into = goal
        one.version += 1
        one.save(update_fields=["merged_into", "version"])
        work.emit(OrganisationMerged(target=one, into=goal, before=before, after=_merging(one, goal)))


def _merging(row: Organisation, goal: Organisation | None) -> dict[str, object]:
    return {
        "name": row.name_zh,
        "unit": None if row.private_to is None else row.private_to.code,
        "counts_as": None if goal is None else goal.name_zh,
        "counts_as_id": None if goal is None else goal.pk,
    }


def _fill(row: Organisation, data: OrganisationData) -> None:
    for field in fields(data):
        value = getattr(data, field.name)
        setattr(row, field.name, value.strip() if isinstance(value, str) else value)
    row.credit_code = row.credit_code or None
    row.folded = fold_name(row.name_zh)


def _check(row: Organisation, *, needs_code: bool) -> None:
    """Raise InvalidOrganisation with every wrong field, a name or code that others have too among them."""
    problems: dict[str, list[str]] = {}
    if row.credit_code is not None:
        try:
            row.credit_code = clean_credit_code(row.credit_code)
        except ValueError:
            problems["credit_code"] = [
                _("This is no valid unified social credit code: check its 18 characters.")
            ]
    elif needs_code:
        problems["credit_code"] = [_("A unit registers an organisation by its unified social credit code.")]
    if not row.kind:
        problems["kind"] = [_("Choose what the organisation is.")]
    try:
        row.full_clean(exclude={*problems, "folded"}, validate_constraints=False)
    except ValidationError as error:
        problems |= dict(error.message_dict)
    for name in ("name_zh", "credit_code"):
        text = getattr(row, name)
        same = _same(row, text) if text and name not in problems else None
        if same is not None:
            problems[name] = [_("“%(name)s” is known already.") % {"name": same.name_zh}]
    if problems:
        raise InvalidOrganisation(problems)


def _same(row: Organisation, text: str) -> Organisation | None:
    """Return another public organisation that the text means already."""
    found = known_organisations([(0, text)]).find(0, text)
    return None if found is None or found.pk == row.pk else found.counted
