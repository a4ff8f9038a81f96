"""Actions room: new people of a unit, and the mail with which they set their password."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from changes import Work
from members.actions.people import PersonData, write_person
from members.actions.roles import write_unit_role
from members.enums import Affiliation, UnitRoleKind
from members.errors import InvalidPerson
from members.locks import lock_person, lock_unit
from members.models import MemberUnit, Person
from members.permissions import require
from members.queries.people import account_elsewhere, officers
from notices.wording import both_names

TASK = "members.send_invitation"


def invite_person(work: Work, data: PersonData, unit: MemberUnit, *, kind: str = "") -> Person:
    """Create an account without password in a unit, with a role where one is named, and send the invitation.

    Officers, and managers of the unit. Raises NotAllowed, InvalidPerson (all wrong fields at once);
    ValueError for an unknown role.
    """
    if kind:
        UnitRoleKind(kind)
    unit = lock_unit(work, unit.pk)
    require(work.actor, "create_person", unit)
    person = write_person(
        work, replace(data, affiliation=Affiliation.MEMBER_UNIT.value, home_unit=unit, organisation="")
    )
    if kind:
        write_unit_role(work, person, unit, kind, timezone.localdate(work.now))
    # A broker that is away does not undo the account; the page offers to send the mail again.
    work.after(partial(_hand_over, person.pk))
    return person


def invite_again(work: Work, person: Person, unit: MemberUnit) -> None:
    """Send the invitation once more to somebody of the unit who has not set a password yet.

    Officers, and managers of the unit. Raises NotAllowed, InvalidPerson for anybody else.
    """
    unit = lock_unit(work, unit.pk)
    locked = lock_person(work, person.pk)
    require(work.actor, "create_person", unit)
    if not _waits(locked) or locked.home_unit_id != unit.pk:
        raise InvalidPerson({"email": [_("This person has an account in use already.")]})
    work.record("members.person.invited", locked, after={"unit": unit.code})
    work.after(partial(_hand_over, locked.pk))


def ask_transfer(work: Work, email: str, unit: MemberUnit) -> Person:
    """Ask the department to move somebody who has an account elsewhere into a unit; the person is told as well.

    Nothing of the account changes: what a person is in the network is the department's to decide. Officers, and
    managers of the unit. Raises NotAllowed, InvalidPerson where nobody elsewhere has that address.
    """
    found = account_elsewhere(email, unit)
    unit = lock_unit(work, unit.pk)
    require(work.actor, "create_person", unit)
    if found is None:
        raise InvalidPerson({"email": [_("Nobody of another unit has an account with this address.")]})
    person = lock_person(work, found.pk)
    work.record("members.person.transfer_asked", person, after={"unit": unit.code})
    said = {"person": str(person), "actor": str(work.actor), "unit": both_names(unit)}
    day = timezone.localdate(work.now)
    link = reverse("admin:members_person_change", args=[person.pk])
    work.tell(list(officers(day).exclude(pk=person.pk)), "transfer_asked", said, link=link)
    work.tell([person], "transfer_wanted", said)
    return person


def deliver_invitation(person_pk: int) -> bool:
    """Send the mail with the link that sets the first password; tell whether there was still need of it.

    The link is made when it is sent and kept nowhere. Called by the system; raises what the mail server says.
    """
    person = Person.objects.select_related("home_unit").filter(pk=person_pk).first()
    if person is None or not _waits(person) or person.home_unit is None:
        return False
    key = default_token_generator.make_token(person)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key}
    )
    with translation.override(person.language):
        unit = person.home_unit
        name = unit.name_zh if person.language.startswith("zh") else unit.name_en or unit.name_zh
        subject = _("Your account in the open sharing network of large scientific instruments")
        text = _(
            "%(person)s, an account has been made for you at %(unit)s.\n\n"
            "Set your password here; the link serves once, within %(days)s days:\n%(link)s\n\n"
            "After that, ask for a new link under “Reset password” on the sign-in page."
        ) % {
            "person": person.display_name,
            "unit": name,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
            "link": f"{settings.SITE_URL}{path}",
        }
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email]).send()
    return True


def _waits(person: Person) -> bool:
    return person.is_active and not person.has_usable_password()


def _hand_over(person_pk: int) -> None:
    current_app.loader.import_default_modules()
    current_app.tasks[TASK].delay(person_pk)
