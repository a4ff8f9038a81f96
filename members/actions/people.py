"""Actions room: create and change people."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.chain import record
from members.actions.access import end_access
from members.actions.roles import end_unit_role
from members.enums import Affiliation, UnitRoleKind
from members.errors import InvalidPerson, LastManager
from members.locks import lock_person, lock_unit
from members.models import MemberUnit, Person, UnitRole
from members.permissions import Actor, require
from members.rules.coverage import covers_for_ever


@dataclass(frozen=True)
class PersonData:
    """What others may set about a person; rights are never among it."""

    email: str
    display_name: str
    affiliation: str = Affiliation.MEMBER_UNIT.value
    home_unit: MemberUnit | None = None
    organisation: str = ""
    phone: str = ""
    language: str = "zh-hans"
    mail_wanted: bool = True
    is_active: bool = True


def create_person(data: PersonData, *, actor: Actor, password: str | None = None) -> Person:
    """Create one account; without a password the person sets one by the reset mail.

    An officer may create anybody, a manager people of the own unit.
    Raises NotAllowed, InvalidPerson (all wrong fields at once).
    """
    require(actor, "create_person", data.home_unit)
    with transaction.atomic():
        person = write_person(data, password=password)
        record(actor=_who(actor), verb="members.person.created", target=person, after=person_state(person))
    return person


def change_person(person: Person, data: PersonData, *, actor: Actor) -> Person:
    """Change an account's particulars. Officers; for accounts of the department itself superusers alone.

    Who moves to another unit loses the roles in the old one; closing or opening an account ends its sessions and
    tokens. Raises NotAllowed, InvalidPerson, and LastManager where
    closing or moving the account would leave a unit unmanaged.
    """
    require(actor, "change_person", person)
    with transaction.atomic():
        if not data.is_active:
            _keep_units_managed(person)
        if person.home_unit is not None and person.home_unit != data.home_unit:
            _leave_unit(person, person.home_unit, actor)
        locked = lock_person(person.pk)
        before = person_state(locked)
        _fill(locked, data)
        _check(locked)
        locked.save()
        after = person_state(locked)
        if after["is_active"] != before["is_active"]:
            end_access(locked, actor=actor)
        if after != before:
            record(
                actor=_who(actor), verb="members.person.changed", target=locked, before=before, after=after
            )
    return locked


def change_own_account(
    person: Person, *, phone: str, language: str, mail_wanted: bool, actor: Actor
) -> Person:
    """Change what people set for themselves: phone, language of their mail, whether mail is wanted at all.

    Name, address and unit are the unit's and the department's to change. Raises NotAllowed, InvalidPerson.
    """
    require(actor, "change_own_account", person)
    with transaction.atomic():
        locked = lock_person(person.pk)
        before = own_state(locked)
        locked.phone, locked.language, locked.mail_wanted = phone.strip(), language, mail_wanted
        _check(locked)
        after = own_state(locked)
        if after != before:
            locked.save(update_fields=list(after))
            record(
                actor=_who(actor), verb="members.person.changed", target=locked, before=before, after=after
            )
    return locked


def set_admin_access(person: Person, allowed: bool, *, actor: Actor) -> Person:
    """Let a person into the admin, or no longer, which also ends sessions and tokens. Superusers only.

    Raises NotAllowed.
    """
    require(actor, "give_admin_access", person)
    with transaction.atomic():
        locked = lock_person(person.pk)
        if locked.is_staff != allowed:
            locked.is_staff = allowed
            locked.save(update_fields=["is_staff"])
            if not allowed:
                end_access(locked, actor=actor)
            record(
                actor=_who(actor),
                verb="members.person.changed",
                target=locked,
                before={"is_staff": not allowed},
                after={"is_staff": allowed},
            )
    return locked


def write_person(data: PersonData, *, password: str | None = None) -> Person:
    """Write a new account inside the caller's action, which checks rights and records it."""
    person = Person()
    _fill(person, data)
    person.set_password(password)
    _check(person)
    person.save(force_insert=True)
    return person


def person_state(person: Person) -> dict[str, object]:
    """Return what the history keeps of a person."""
    return {
        "email": person.email,
        "display_name": person.display_name,
        "affiliation": person.affiliation,
        "home_unit": person.home_unit_id,
        "organisation": person.organisation,
        "phone": person.phone,
        "language": person.language,
        "mail_wanted": person.mail_wanted,
        "is_active": person.is_active,
    }


def own_state(person: Person) -> dict[str, object]:
    """Return what people set for themselves."""
    return {"phone": person.phone, "language": person.language, "mail_wanted": person.mail_wanted}


def _keep_units_managed(person: Person) -> None:
    """Raise LastManager where a unit the person manages, now or later, would have a day without a manager."""
    today = timezone.localdate()
    coming = UnitRole.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), kind=UnitRoleKind.MANAGER)
    for unit_pk in coming.filter(person=person).order_by("unit_id").values_list("unit_id", flat=True):
        lock_unit(unit_pk)
        others = coming.filter(unit_id=unit_pk, person__is_active=True).exclude(person=person)
        if not covers_for_ever(others.values_list("valid_from", "valid_to"), today):
            raise LastManager


def _leave_unit(person: Person, unit: MemberUnit, actor: Actor) -> None:
    """End what the person is in a unit that is no longer the own one; its managers give roles anew where wanted."""
    today = timezone.localdate()
    for role in UnitRole.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), person=person, unit=unit):
        end_unit_role(role, actor=actor, valid_to=max(today, role.valid_from))


def _fill(person: Person, data: PersonData) -> None:
    for field in fields(data):
        setattr(person, field.name, getattr(data, field.name))
    person.email = data.email.strip().lower()


def _check(person: Person) -> None:
    problems: dict[str, list[str]] = {}
    try:
        person.full_clean(exclude=["password"], validate_constraints=False)
    except ValidationError as error:
        problems = dict(error.message_dict)
    if Person.objects.filter(email__iexact=person.email).exclude(pk=person.pk).exists():
        problems["email"] = [_("An account with this address exists already.")]
    in_network = person.affiliation == Affiliation.MEMBER_UNIT
    if in_network and person.home_unit_id is None and not person.is_staff:
        problems.setdefault("home_unit", []).append(_("Name the unit this person belongs to."))
    if not in_network and person.home_unit_id is not None and not person.is_staff:
        problems.setdefault("home_unit", []).append(_("A person outside the network has no unit in it."))
    if problems:
        raise InvalidPerson(problems)


def _who(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None
