"""Refusals of the members app, each a sentence a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, FieldsRefused

CODE_KEPT = "an evaluation names this unit by its code"
"""What the database says where a guard of an upper room keeps the code of a unit."""


class LastManager(Conflict):
    """A unit would be left without a manager."""

    code = "last_manager"
    message = _("A unit always keeps at least one manager. Name another manager first.")


class RoleExists(Conflict):
    """The person already has this role at that time."""

    code = "role_exists"
    message = _("This person already has this role in that period.")


class InvalidUnit(FieldsRefused):
    """Fields of a unit are wrong."""

    code = "invalid_unit"
    message = _("Some fields of the unit are wrong.")


class InvalidPerson(FieldsRefused):
    """Fields of a person are wrong."""

    code = "invalid_person"
    message = _("Some fields of the person are wrong.")


class InvalidRole(Conflict):
    """The dates or the holder of a role make no sense."""

    code = "invalid_role"
    message = _("A role cannot end before it begins.")


class RoleBeforeUnit(InvalidRole):
    """A role would begin before its unit was a member."""

    code = "role_before_unit"
    message = _("The unit was not a member yet on that day; a role in it begins later.")


class InvalidOrganisation(FieldsRefused):
    """Fields of an organisation are wrong."""

    code = "invalid_organisation"
    message = _("Some fields of the organisation are wrong.")


class MergeRefused(Conflict):
    """Two organisations cannot be counted as one, or one cannot be taken out of the other."""

    code = "merge_refused"
    message = _("These organisations cannot be merged.")
