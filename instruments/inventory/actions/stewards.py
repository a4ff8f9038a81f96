"""Actions room: who keeps an instrument."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work
from instruments.inventory.actions.parts import part_changed, seen_part
from instruments.inventory.enums import Part
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.events import StewardNamed, StewardshipEnded
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument, Stewardship
from instruments.inventory.permissions import forget_kept
from members.actions.roles import write_unit_role
from members.enums import UnitRoleKind
from members.models import MemberUnit, Person, UnitRole
from members.permissions import forget_roles, require


def give_stewardship(
    work: Work,
    instrument: Instrument,
    person: Person,
    *,
    valid_from: dt.date | None = None,
    seen: int | None = None,
) -> Stewardship:
    """Let a person of the owning unit keep an instrument from a day on (today unless told).

    The person becomes a steward in the unit, where not one already. Officers, and managers of the unit.
    Raises NotAllowed, StaleVersion, InvalidInstrument.
    """
    first_day = valid_from or timezone.localdate(work.now)
    unit = work.lock_one(MemberUnit.objects.all(), instrument.unit_id)
    locked = lock_instrument(work, instrument.pk)
    require(work.actor, "edit_stewards", locked)
    part = seen_part(work, locked, Part.STEWARDS, seen)
    _check(locked, person, first_day)
    kept = Stewardship.objects.create(instrument=locked, person=person, valid_from=first_day)
    what = {"instrument": locked.code, "person": person.pk, "valid_from": first_day}
    work.emit(StewardNamed(target=kept, after=what))
    roles = UnitRole.objects.filter(person=person, unit=unit, kind=UnitRoleKind.STEWARD)
    if not roles.filter(Q(valid_to=None) | Q(valid_to__gt=first_day)).exists():
        write_unit_role(work, person, unit, UnitRoleKind.STEWARD.value, first_day)
    part_changed(work, part)
    forget_kept(person)
    forget_roles(person)
    return kept


def end_stewardship(
    work: Work, stewardship: Stewardship, *, valid_to: dt.date | None = None, seen: int | None = None
) -> Stewardship:
    """End a stewardship; `valid_to` (today unless told) is the first day without it.

    An instrument may be without steward: the managers of its unit keep it then. Officers, and managers of
    the unit. Raises NotAllowed, StaleVersion, InvalidInstrument. Ending an ended one again changes nothing.
    """
    last_day = valid_to or timezone.localdate(work.now)
    locked = lock_instrument(work, stewardship.instrument_id)
    require(work.actor, "edit_stewards", locked)
    row = Stewardship.objects.select_related("instrument", "person").get(pk=stewardship.pk)
    if row.valid_to is not None and row.valid_to <= last_day:
        return row
    part = seen_part(work, locked, Part.STEWARDS, seen)
    if last_day < row.valid_from:
        raise InvalidInstrument({"valid_to": [_("A role cannot end before it begins.")]})
    before = row.valid_to
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    work.emit(StewardshipEnded(target=row, before={"valid_to": before}, after={"valid_to": last_day}))
    part_changed(work, part)
    forget_kept(stewardship.person)
    return row


def _check(instrument: Instrument, person: Person, first_day: dt.date) -> None:
    if not person.is_active:
        raise InvalidInstrument({"person": [_("This account is closed.")]})
    if person.home_unit_id != instrument.unit_id:
        raise InvalidInstrument({"person": [_("Only people of the owning unit keep its instruments.")]})
    held = Stewardship.objects.filter(Q(valid_to=None) | Q(valid_to__gt=first_day))
    if held.filter(instrument=instrument, person=person).exists():
        raise InvalidInstrument({"person": [_("This person keeps the instrument already.")]})
