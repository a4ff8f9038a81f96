"""Actions room: create and change member units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, unchanged
from changes.dependants import NO_CHOICES, Choices, resolve, resting_on
from members.actions.people import PersonData, write_person
from members.actions.roles import write_unit_role
from members.actions.unit_facts import keep_first_unit_facts, keep_unit_facts
from members.bases import BeingMember, TakingPart
from members.enums import Affiliation, UnitKind, UnitRoleKind, UnitState
from members.errors import CODE_KEPT, InvalidUnit
from members.events import UnitChanged, UnitCreated
from members.locks import lock_unit
from members.messages import reason_of_state
from members.models import MemberUnit, Person, Region
from members.permissions import forget_roles, require
from members.queries.people import managers_of
from members.rules.credit_code import clean_credit_code
from notices.wording import both_names


@dataclass(frozen=True)
class UnitProfile:
    """What a unit's own manager may change."""

    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    website: str = ""
    about_zh: str = ""
    about_en: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitData(UnitProfile):
    """Everything the department keeps about a unit."""

    code: str
    name_zh: str
    region: Region
    joined_on: dt.date
    name_en: str = ""
    short_name: str = ""
    kind: str = UnitKind.UNIVERSITY.value
    credit_code: str | None = None
    nrii_code: str = ""
    state: str = UnitState.ACTIVE.value
    invented: bool = False


def create_unit(work: Work, data: UnitData, *, manager: Person | PersonData) -> MemberUnit:
    """Create a unit together with its first manager: an account there is, or a new one in this unit.

    Officers only. Raises NotAllowed, InvalidUnit, InvalidPerson, InvalidRole; then nothing is written.
    """
    require(work.actor, "create_unit")
    unit = MemberUnit()
    _fill(unit, data)
    _check(unit)
    unit.save(force_insert=True)
    keep_unit_facts(unit, work.now)
    work.emit(UnitCreated(target=unit, after=unit_state(unit)))
    if isinstance(manager, PersonData):
        person = write_person(
            work, replace(manager, affiliation=Affiliation.MEMBER_UNIT.value, home_unit=unit, organisation="")
        )
    else:
        person = manager
    write_unit_role(work, person, unit, UnitRoleKind.MANAGER.value, timezone.localdate(work.now))
    forget_roles(person)
    return unit


def change_unit(
    work: Work,
    unit: MemberUnit,
    data: UnitData,
    *,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> MemberUnit:
    """Change everything about a unit. Officers only.

    For everything that rests on a unit which is suspended or leaves somebody says what shall happen (`choices`); its
    managers are told. Raises NotAllowed, StaleVersion, Unresolved, InvalidUnit (also for another code, once an
    evaluation names the unit by it).
    """
    locked = lock_unit(work, unit.pk)
    require(work.actor, "change_unit", locked)
    before = locked.state
    written = _write(work, locked, data, seen)
    if written.state not in {before, UnitState.ACTIVE}:
        _resolve(work, written, before, choices)
    return written


def _resolve(work: Work, unit: MemberUnit, before: str, choices: Choices) -> None:
    """Do what was chosen for what rests on a unit that takes part no longer, and tell its managers."""
    leaves = unit.state == UnitState.LEFT
    managers = list(managers_of(unit.pk, timezone.localdate(work.now)))
    hits = resting_on(BeingMember(unit), work.now) if leaves else []
    if leaves or before == UnitState.ACTIVE:
        # Who leaves for good may not keep what was kept while the unit was suspended.
        hits = [*resting_on(TakingPart(unit), work.now), *hits]
    resolve(work, hits, choices, reason_of_state(unit, unit.state) or "", field="state")
    if leaves or before == UnitState.ACTIVE:
        told = {"unit": both_names(unit)}
        work.tell(managers, "unit_left" if leaves else "unit_suspended", told)


def change_unit_profile(
    work: Work, unit: MemberUnit, profile: UnitProfile, *, seen: int | None = None
) -> MemberUnit:
    """Change contact, website and description. Officers, and managers of the unit.

    Raises NotAllowed, StaleVersion, InvalidUnit.
    """
    locked = lock_unit(work, unit.pk)
    require(work.actor, "change_unit_profile", locked)
    return _write(work, locked, profile, seen)


def unit_state(unit: MemberUnit) -> dict[str, object]:
    """Return what the history keeps of a unit."""
    return {
        field.name: unit.region.code if field.name == "region" else getattr(unit, field.name)
        for field in fields(UnitData)
    }


def _write(work: Work, unit: MemberUnit, data: UnitProfile, seen: int | None) -> MemberUnit:
    unchanged(unit, seen)
    before = unit_state(unit)
    keep_first_unit_facts(unit)
    _fill(unit, data)
    _check(unit)
    after = unit_state(unit)
    if after == before:
        return unit
    unit.version += 1
    try:
        unit.save()
    except IntegrityError as error:
        if CODE_KEPT not in str(error):
            raise
        problem = _("An evaluation names this unit by its code, so the code no longer changes.")
        raise InvalidUnit({"code": [problem]}) from error
    keep_unit_facts(unit, work.now)
    work.emit(UnitChanged(target=unit, before=before, after=after))
    return unit


def _fill(unit: MemberUnit, data: UnitProfile) -> None:
    for field in fields(data):
        value = getattr(data, field.name)
        setattr(unit, field.name, value.strip() if isinstance(value, str) else value)
    unit.credit_code = unit.credit_code or None


def unit_faults(given: Mapping[str, object], unit: MemberUnit) -> dict[str, list[str]]:
    """Return what is wrong with some fields of a unit by themselves, nothing about the others; writes nothing."""
    wish = MemberUnit(pk=unit.pk, **given)
    wish._state.adding = unit._state.adding
    wish.credit_code = wish.credit_code or None
    others = {field.name for field in MemberUnit._meta.fields} - set(given)
    return _faults(wish, others)


def _check(unit: MemberUnit) -> None:
    problems = _faults(unit, set())
    if problems:
        raise InvalidUnit(problems)


def _faults(unit: MemberUnit, unasked: set[str]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if unit.credit_code is not None:
        try:
            unit.credit_code = clean_credit_code(unit.credit_code)
        except ValueError:
            problems["credit_code"] = [
                _("This is no valid unified social credit code: check its 18 characters.")
            ]
    try:
        unit.full_clean(exclude=set(problems) | unasked)
    except ValidationError as error:
        problems |= dict(error.message_dict)
    return problems
