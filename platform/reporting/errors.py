"""Why a report cannot be asked for or made, each a sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ReportError(Exception):
    """Base of all refusals of this room; also raised while a report is built, with a sentence for the reader."""

    code = "report"
    message: str | Promise = _("This report cannot be made.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class UnknownKind(ReportError):
    """No report bears this name."""

    code = "unknown_kind"
    message = _("There is no report of this kind.")


class InvalidParameters(ReportError):
    """Parameters are missing or wrong; `fields` maps a parameter to its messages."""

    code = "invalid_parameters"
    message = _("Some details of the report are missing or wrong.")

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = dict(fields)
        super().__init__()


class TooManyRuns(ReportError):
    """The person has as many unfinished reports as one may have."""

    code = "too_many_runs"
    message = _("You already have several reports in the making. Wait until one is done.")


class WrongState(ReportError):
    """The run is no longer, or not yet, in a state in which this can be done."""

    code = "wrong_state"
    message = _("This report is already finished.")


class NotAllowed(ReportError, PermissionDenied):
    """The person has no right to this report."""

    code = "not_allowed"
    message = _("You have no right to this report.")
