"""Refusals of the members app, each a sentence a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CODE_KEPT = "an evaluation names this unit by its code"
"""What the database says where a guard of an upper room keeps the code of a unit."""


class MembersError(Exception):
    """Base of all refusals in this app. `message` is translatable, `code` is stable."""

    code = "members"
    message = _("This is not possible.")

    def __init__(self, message: object | None = None) -> None:
        if message is not None:
            self.message = message  # type: ignore[assignment]
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(MembersError):
    """The person has no right to do this."""

    code = "not_allowed"
    message = _("You have no right to do this.")


class LastManager(MembersError):
    """A unit would be left without a manager."""

    code = "last_manager"
    message = _("A unit always keeps at least one manager. Name another manager first.")


class RoleExists(MembersError):
    """The person already has this role at that time."""

    code = "role_exists"
    message = _("This person already has this role in that period.")


class InvalidUnit(MembersError):
    """Fields of a unit are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_unit"
    message = _("Some fields of the unit are wrong.")

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields
        super().__init__()


class InvalidPerson(MembersError):
    """Fields of a person are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_person"
    message = _("Some fields of the person are wrong.")

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields
        super().__init__()


class InvalidRole(MembersError):
    """The dates or the holder of a role make no sense."""

    code = "invalid_role"
    message = _("A role cannot end before it begins.")


class RoleBeforeUnit(InvalidRole):
    """A role would begin before its unit was a member."""

    code = "role_before_unit"
    message = _("The unit was not a member yet on that day; a role in it begins later.")


class InvalidOrganisation(MembersError):
    """Fields of an organisation are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_organisation"
    message = _("Some fields of the organisation are wrong.")

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields
        super().__init__()


class MergeRefused(MembersError):
    """Two organisations cannot be counted as one, or one cannot be taken out of the other."""

    code = "merge_refused"
    message = _("These organisations cannot be merged.")
