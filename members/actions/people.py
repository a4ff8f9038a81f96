"""Actions room: create and change people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import Work, unchanged
from changes.dependants import NO_CHOICES, Choices, resolve, resting_on
from members.actions.access import end_access
from members.bases import Membership, OpenAccount
from members.enums import Affiliation, UnitRoleKind
from members.errors import InvalidPerson, LastManager
from members.events import PersonChanged, PersonCreated
from members.locks import lock_person, lock_unit
from members.messages import account_closed, unit_changed
from members.models import MemberUnit, Person, UnitRole
from members.models.dated import lasting
from members.permissions import require
from members.rules.coverage import covers_for_ever
from notices.topics import Topic


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


def create_person(work: Work, data: PersonData, *, password: str | None = None) -> Person:
    """Create one account; without a password the person sets one by the reset mail.

    An officer may create anybody, a manager people of the own unit.
    Raises NotAllowed, InvalidPerson (all wrong fields at once).
    """
    require(work.actor, "create_person", data.home_unit)
    return write_person(work, data, password=password)


def change_person(
    work: Work,
    person: Person,
    data: PersonData,
    *,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> Person:
    """Change an account's particulars. Officers; for accounts of the department itself superusers alone.

    Who moves to another unit loses the roles in the old one, whose account is closed all roles; closing or opening an
    account ends its sessions and tokens. For everything that rests on the account or the membership somebody says what
    shall happen (`choices`). Raises NotAllowed, StaleVersion, InvalidPerson, Unresolved, and LastManager where closing
    or moving the account would leave a unit unmanaged.
    """
    for unit in sorted({*_managed_by(work, person), *([person.home_unit_id] if person.home_unit_id else [])}):
        lock_unit(work, unit)
    locked = lock_person(work, person.pk)
    require(work.actor, "change_person", locked)
    unchanged(locked, seen)
    old_unit, closes = locked.home_unit, locked.is_active and not data.is_active
    leaves = old_unit is not None and old_unit != data.home_unit
    if closes or leaves:
        _keep_units_managed(work, locked, None if closes else old_unit)
    before = person_state(locked)
    _fill(locked, data)
    _check(locked)
    after = person_state(locked)
    if after != before:
        locked.version += 1
        locked.save()
        work.emit(PersonChanged(target=locked, before=before, after=after))
    if closes:
        hits = resting_on(OpenAccount(locked), work.now)
        resolve(work, hits, choices, account_closed(locked), field="is_active")
    elif old_unit is not None and leaves:
        hits = resting_on(Membership(locked, old_unit), work.now)
        resolve(work, hits, choices, unit_changed(locked, old_unit), field="home_unit")
    if after["is_active"] != before["is_active"]:
        end_access(work, locked)
    return locked


def change_own_account(
    work: Work,
    person: Person,
    *,
    phone: str,
    language: str,
    mail_wanted: bool,
    daily_mail: Collection[str] | None = None,
    seen: int | None = None,
) -> Person:
    """Change what people set for themselves: phone, language of their mail, whether mail is wanted at all.

    `daily_mail` names the topics of which one mail a day is enough; None leaves them as they are.

    Name, address and unit are the unit's and the department's to change. Raises NotAllowed, StaleVersion,
    InvalidPerson.
    """
    locked = lock_person(work, person.pk)
    require(work.actor, "change_own_account", locked)
    unchanged(locked, seen)
    before = own_state(locked)
    locked.phone, locked.language, locked.mail_wanted = phone.strip(), language, mail_wanted
    if daily_mail is not None:
        locked.daily_mail = [topic for topic in Topic.values if topic in daily_mail]
    _check(locked)
    _save(work, locked, before, own_state(locked))
    return locked


def set_admin_access(work: Work, person: Person, *, allowed: bool) -> Person:
    """Let a person into the admin, or no longer, which ends sessions and tokens too. Superusers only.

    Raises NotAllowed.
    """
    locked = lock_person(work, person.pk)
    require(work.actor, "give_admin_access", locked)
    before = locked.is_staff
    locked.is_staff = allowed
    _save(work, locked, {"is_staff": before}, {"is_staff": allowed})
    if before and not allowed:
        end_access(work, locked)
    return locked


def write_person(work: Work, data: PersonData, *, password: str | None = None) -> Person:
    """Write a new account as a part of an action that has asked for the right."""
    person = Person()
    _fill(person, data)
    person.set_password(password)
    _check(person)
    person.save(force_insert=True)
    work.emit(PersonCreated(target=person, after=person_state(person)))
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
    return {
        "phone": person.phone,
        "language": person.language,
        "mail_wanted": person.mail_wanted,
        "daily_mail": person.daily_mail,
    }


def _managed_by(work: Work, person: Person) -> list[int]:
    """Return the keys of the units that a person manages, now or later."""
    roles = _coming_managers(work).filter(person=person)
    return list(roles.order_by("unit_id").values_list("unit_id", flat=True))


def _coming_managers(work: Work) -> QuerySet[UnitRole]:
    today = timezone.localdate(work.now)
    return UnitRole.objects.filter(lasting(today), kind=UnitRoleKind.MANAGER)


def _keep_units_managed(work: Work, person: Person, unit: MemberUnit | None) -> None:
    """Raise LastManager where a unit the person manages, now or later, would have a day without a manager.

    `unit`: that one alone, else all.
    """
    for unit_pk in _managed_by(work, person):
        if unit is not None and unit.pk != unit_pk:
            continue
        others = _coming_managers(work).filter(unit_id=unit_pk, person__is_active=True).exclude(person=person)
        if not covers_for_ever(others.values_list("valid_from", "valid_to"), timezone.localdate(work.now)):
            raise LastManager


def _save(work: Work, person: Person, before: dict[str, object], after: dict[str, object]) -> None:
    if after == before:
        return
    person.version += 1
    person.save(update_fields=[*after, "version"])
    work.emit(PersonChanged(target=person, before=before, after=after))


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
