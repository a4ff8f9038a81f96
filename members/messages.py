"""The notices this app sends, their sentences, and the reasons it gives for what it takes away."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from display.templatetags.display import named
from members.enums import UnitState
from notices.topics import Topic

KINDS = {
    "transfer_asked": (
        gettext_lazy("%(unit)s asks for the move of %(person)s"),
        gettext_lazy(
            "%(actor)s asks to move the account of %(person)s to %(unit)s. Whoever moves it sees first what rests on "
            "the old unit."
        ),
    ),
    "transfer_wanted": (
        gettext_lazy("%(unit)s wants you as one of its people"),
        gettext_lazy(
            "%(actor)s has asked the department to move your account to %(unit)s. Until the department does so, "
            "nothing changes. If you do not want this, tell the department."
        ),
    ),
    "role_ended": (
        gettext_lazy("A role of yours ends: %(role)s"),
        gettext_lazy(
            "From %(day)s on you no longer have this role: %(role)s. Whoever has questions asks a manager of the unit "
            "or the department."
        ),
    ),
    "unit_suspended": (
        gettext_lazy("%(unit)s is suspended"),
        gettext_lazy(
            "Your unit takes no new bookings for now. Everybody whose booking is hit has been told; roles, records and "
            "reports of the unit stay. Please turn to the department."
        ),
    ),
    "unit_left": (
        gettext_lazy("%(unit)s has left the network"),
        gettext_lazy(
            "The instruments of your unit can no longer be booked and its roles have ended. Everybody whose booking is "
            "hit has been told. Please turn to the department."
        ),
    ),
}
TOPICS = {Topic.PEOPLE: tuple(KINDS)}


def _text(sentence: Callable[[], str]) -> Promise:
    """Put a sentence off until its reader's language is known."""
    return cast("Promise", lazy(sentence, str)())


def account_closed(person: object) -> Promise:
    """Say that an account is closed."""
    return _text(lambda: _("The account of %(person)s has been closed.") % {"person": person})


def unit_changed(person: object, unit: object) -> Promise:
    """Say that a person is no longer of a unit, and what that means for a price."""
    return _text(
        lambda: (
            _("%(person)s no longer belongs to %(unit)s. A new booking has the price that holds from now on.")
            % {"person": person, "unit": named(unit)}
        )
    )


def reason_of_state(unit: object, state: str) -> Promise | None:
    """Say why a unit does not take part, or None where it does."""
    if state == UnitState.SUSPENDED:
        return _text(lambda: _("%(unit)s is suspended in the network.") % {"unit": named(unit)})
    if state == UnitState.LEFT:
        return _text(lambda: _("%(unit)s has left the network.") % {"unit": named(unit)})
    return None


def role_ended(role: object) -> Promise:
    """Say that a role has ended."""
    return _text(lambda: _("The role “%(role)s” has ended.") % {"role": role_name(role)})


def role_text(role: object) -> Promise:
    """Name a role in each reader's language."""
    return _text(lambda: role_name(role))


def role_name(role: object) -> str:
    """Name a role in the active language: "Manager, Inner Mongolia University"."""
    kind, unit = role.get_kind_display(), getattr(role, "unit", None)  # type: ignore[attr-defined]
    return str(kind) if unit is None else f"{kind} · {named(unit)}"
