"""Actions room: who keeps an instrument."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.chain import Event, record, record_many
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument, Stewardship
from instruments.inventory.permissions import forget_kept
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from members.permissions import Actor, forget_roles, require


def give_stewardship(
    instrument: Instrument, person: Person, *, actor: Actor, valid_from: dt.date | None = None
) -> Stewardship:
    """Let a person of the owning unit keep an instrument from a day on (today unless told).

    The person becomes a steward in the unit, where not one already. Officers, and managers of the unit.
    Raises NotAllowed, InvalidInstrument.
    """
    require(actor, "edit_stewards", instrument)
    first_day = valid_from or timezone.localdate()
    with transaction.atomic():
        locked = lock_instrument(instrument.pk)
        _check(locked, person, first_day)
        kept = Stewardship.objects.create(instrument=locked, person=person, valid_from=first_day)
        what = {"instrument": locked.code, "person": person.pk, "valid_from": first_day}
        events = [Event("instruments.stewardship.given", kept, None, what)]
        roles = UnitRole.objects.filter(person=person, unit=locked.unit_id, kind=UnitRoleKind.STEWARD)
        if not roles.filter(Q(valid_to=None) | Q(valid_to__gt=first_day)).exists():
            role = UnitRole.objects.create(
                person=person, unit=locked.unit, kind=UnitRoleKind.STEWARD.value, valid_from=first_day
            )
            given = {
                "person": person.pk,
                "unit": locked.unit.code,
                "kind": role.kind,
                "valid_from": first_day,
            }
            events.append(Event("members.role.given", role, None, given))
        record_many(actor=_who(actor), events=events)
    forget_kept(person)
    forget_roles(person)
    return kept


def end_stewardship(
    stewardship: Stewardship, *, actor: Actor, valid_to: dt.date | None = None
) -> Stewardship:
    """End a stewardship; `valid_to` (today unless told) is the first day without it.

    An instrument may be without steward: the managers of its unit keep it then. Officers, and managers of
    the unit. Raises NotAllowed, InvalidInstrument. Ending an ended one again changes nothing.
    """
    require(actor, "edit_stewards", stewardship.instrument)
    last_day = valid_to or timezone.localdate()
    with transaction.atomic():
        lock_instrument(stewardship.instrument_id)
        row = Stewardship.objects.select_related("instrument", "person").get(pk=stewardship.pk)
        if row.valid_to is not None and row.valid_to <= last_day:
            return row
        if last_day < row.valid_from:
            raise InvalidInstrument({"valid_to": [_("A role cannot end before it begins.")]})
        before = row.valid_to
        row.valid_to = last_day
        row.save(update_fields=["valid_to"])
        record(
            actor=_who(actor),
            verb="instruments.stewardship.ended",
            target=row,
            before={"valid_to": before},
            after={"valid_to": last_day},
        )
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


def _who(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None
