"""Why a report cannot be asked for or made, each a sentence a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, FieldsRefused, Refusal

NO_RIGHT = _("You have no right to this report.")


class ReportError(Refusal):
    """Raised while a report is built, with a sentence for the reader."""

    code = "report"
    message = _("This report cannot be made.")


class UnknownKind(FieldsRefused):
    """No report bears this name."""

    code = "unknown_kind"
    message = _("There is no report of this kind.")

    def __init__(self) -> None:
        super().__init__({"kind": [self.message]})


class InvalidParameters(FieldsRefused):
    """Parameters are missing or wrong; `fields` maps a parameter to its messages."""

    code = "invalid_parameters"
    message = _("Some details of the report are missing or wrong.")


class TooManyRuns(Conflict):
    """The person has as many unfinished reports as one may have."""

    code = "too_many_runs"
    message = _("You already have several reports in the making. Wait until one is done.")


class WrongRunState(Conflict):
    """The run is no longer, or not yet, in a state in which this can be done."""

    code = "wrong_state"
    message = _("This report is already finished.")
