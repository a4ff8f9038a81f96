"""Actions room: names who stands in for a steward, and ends it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes import Work
from changes.errors import Sentence
from instruments.inventory.errors import InvalidDeputy
from instruments.inventory.events import DeputyEnded, DeputyNamed
from instruments.inventory.models import Deputy, Stewardship
from instruments.inventory.permissions import forget_stewarded
from instruments.inventory.rules.deputies import days_problem
from members.locks import lock_unit
from members.models import MemberUnit, Person
from members.permissions import forget_roles, require

DAYS: dict[str, Sentence] = {
    "past": _("It begins today or later."),
    "order": _("The last day is not before the first."),
    "long": _("A deputy is named for a year at most."),
}


def name_deputy(
    work: Work, unit: MemberUnit, person: Person, deputy: Person, *, first_day: dt.date, last_day: dt.date
) -> Deputy:
    """Let somebody of a unit keep all instruments there that a steward keeps, from the first to the last day.

    The steward's own right, and that of the unit's managers. Both are told but who acts. Raises NotAllowed,
    InvalidDeputy with all that is wrong.
    """
    unit = lock_unit(work, unit.pk)
    row = Deputy(
        unit=unit,
        person=person,
        deputy=deputy,
        valid_from=first_day,
        valid_to=last_day + dt.timedelta(days=1),
        named_by=work.actor,
        named_at=work.now,
    )
    require(work.actor, "name_deputy", row)
    if wrong := _problems(row, timezone.localdate(work.now)):
        raise InvalidDeputy(wrong)
    row.save()
    _tell(work, row, "deputy_named")
    work.emit(DeputyNamed(target=row, after=_facts(row)))
    _forget(deputy)
    return row


def end_deputy(work: Work, row: Deputy) -> Deputy:
    """End it at once; over already, nothing changes. The right of whom it is for and of the unit's managers.

    Raises NotAllowed.
    """
    lock_unit(work, row.unit_id)
    row = Deputy.objects.select_related("unit", "person", "deputy").get(pk=row.pk)
    require(work.actor, "name_deputy", row)
    today = timezone.localdate(work.now)
    if row.valid_to <= today or row.valid_to == row.valid_from:
        return row
    before = _facts(row)
    row.valid_to = max(today, row.valid_from)
    row.save(update_fields=["valid_to"])
    _tell(work, row, "deputy_ended")
    work.emit(DeputyEnded(target=row, before=before, after=_facts(row)))
    _forget(row.deputy)
    return row


def _problems(row: Deputy, today: dt.date) -> dict[str, list[Sentence]]:
    wrong: dict[str, list[Sentence]] = {}
    if code := days_problem(row.valid_from, row.last_day, today):
        wrong["last_day" if code != "past" else "first_day"] = [DAYS[code]]
    kept = Stewardship.objects.on(max(row.valid_from, today))
    if not kept.filter(person=row.person, instrument__unit=row.unit).exists():
        wrong["person"] = [_("This person keeps no instrument of the unit then.")]
    deputy = row.deputy
    if not deputy.is_active or deputy.home_unit_id != row.unit_id:
        wrong["deputy"] = [_("A deputy has an open account in the unit.")]
    elif deputy.pk == row.person_id:
        wrong["deputy"] = [_("Nobody stands in for themselves.")]
    else:
        same = Deputy.objects.filter(unit=row.unit, person=row.person, deputy=deputy)
        if same.filter(valid_from__lt=row.valid_to, valid_to__gt=row.valid_from).exists():
            wrong["deputy"] = [_("This person stands in on some of these days already.")]
    return wrong


def _tell(work: Work, row: Deputy, kind: str) -> None:
    people = [one for one in (row.deputy, row.person) if work.actor is None or one.pk != work.actor.pk]
    said = {
        "person": str(row.person),
        "deputy": str(row.deputy),
        "first": row.valid_from,
        "last": row.last_day,
        "actor": str(work.actor),
    }
    work.tell(people, kind, said, link="/desk/")


def _facts(row: Deputy) -> dict[str, object]:
    return {
        "unit": row.unit.code,
        "person": row.person_id,
        "deputy": row.deputy_id,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _forget(person: Person) -> None:
    forget_stewarded(person)
    forget_roles(person)
