"""Names of the history under their former address, until the last room imports them from `audit.history`."""

from audit.history import Event, record, record_many
from audit.verifying import first_fault as first_break

__all__ = ["Event", "first_break", "record", "record_many"]
