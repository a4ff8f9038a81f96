"""Actions room: the booking rules of an instrument, and those of a unit for its instruments that have none."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from changes import Work, unchanged
from instruments.inventory.actions.parts import part_changed, seen_part
from instruments.inventory.enums import Part
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.events import PolicyChanged, UnitPolicyChanged
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.limits import PolicyData, limit_problems
from members.locks import lock_unit
from members.models import MemberUnit
from members.permissions import require


def set_policy(
    work: Work, instrument: Instrument, data: PolicyData, *, seen: int | None = None
) -> BookingPolicy:
    """Give an instrument booking rules of its own; they hold for wishes from now on. Custodians and officers.

    Raises NotAllowed, StaleVersion, InvalidInstrument (all wrong fields at once).
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_terms", locked)
    part = seen_part(work, locked, Part.POLICY, seen)
    policy = BookingPolicy.objects.filter(instrument=locked).first() or BookingPolicy(instrument=locked)
    before, after = _write(policy, data)
    if before != after:
        part_changed(work, part)
        work.emit(PolicyChanged(target=locked, before=before, after=after))
    return policy


def follow_unit(work: Work, instrument: Instrument, *, seen: int | None = None) -> None:
    """Let an instrument go by the booking rules of its unit from now on. Custodians and officers.

    One that does so already changes nothing. Raises NotAllowed, StaleVersion.
    """
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_terms", locked)
    part = seen_part(work, locked, Part.POLICY, seen)
    policy = BookingPolicy.objects.filter(instrument=locked).first()
    if policy is None:
        return
    before = _facts(policy)
    policy.delete()
    part_changed(work, part)
    work.emit(PolicyChanged(target=locked, before=before))


def set_unit_policy(
    work: Work, unit: MemberUnit, data: PolicyData, *, seen: int | None = None
) -> BookingPolicy:
    """Set the booking rules of all instruments of a unit that have none of their own. Its managers, and officers.

    `seen` is the version of these rules, 1 where there were none. Raises NotAllowed, StaleVersion, InvalidInstrument.
    """
    locked = lock_unit(work, unit.pk)
    require(work.actor, "edit_unit_rules", locked)
    policy = BookingPolicy.objects.filter(unit=locked).first() or BookingPolicy(unit=locked)
    unchanged(policy, seen)
    policy.version += 1
    before, after = _write(policy, data)
    if before != after:
        work.emit(UnitPolicyChanged(target=locked, before=before, after=after))
    return policy


def _write(policy: BookingPolicy, data: PolicyData) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Save the rules where they are others; return what they were (None: there were none) and are now."""
    if wrong := limit_problems(data):
        raise InvalidInstrument(wrong)
    before = None if policy.pk is None else _facts(policy)
    after = asdict(data)
    if before != after:
        for name, value in after.items():
            setattr(policy, name, value)
        policy.save()
    return before, after


def _facts(policy: BookingPolicy) -> dict[str, Any]:
    return {field.name: getattr(policy, field.name) for field in fields(PolicyData)}
