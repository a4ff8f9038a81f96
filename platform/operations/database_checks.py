"""Checks of the doctor that ask the database."""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.sealing import LATE_SECONDS, newest_at, unsealed_age
from background.queries import SCHEDULE, WORKER, WORKERS, signs_of_life
from operations.findings import Finding, fault, ok, warning
from safeguards import constraints, triggers
from safeguards.pending import pending_migrations

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
MOST_NAMED = 6
LARGEST_CLOCK_DIFFERENCE = dt.timedelta(seconds=2)


def database() -> Finding:
    """The database answers, and which one it is."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        version = ".".join(str(part) for part in connection.get_database_version())
    except DatabaseError as error:
        return fault(
            _("The database does not answer: %(words)s") % {"words": first_line(error)},
            _("Start it, or correct DATABASE_URL. Everything else waits for it."),
        )
    return ok(
        _("%(name)s %(version)s answers.")
        % {"name": NAMES.get(connection.vendor, connection.vendor), "version": version}
    )


def migrations() -> Finding:
    """Tables are as this version of the code wants them."""
    pending = pending_migrations()
    if not pending:
        return ok(_("All migrations are applied."))
    return fault(
        ngettext(
            "%(count)s migration is not applied: %(first)s.",
            "%(count)s migrations are not applied, the first is %(first)s.",
            len(pending),
        )
        % {"count": len(pending), "first": pending[0]},
        _("Run “manage.py migrate”."),
    )


def guards() -> Finding:
    """Triggers and constraints against double booking and rewriting are in place and switched on."""
    missing = triggers.missing()
    if not missing:
        return ok(_("All %(count)s guards of the database are in place.") % {"count": _number_of_guards()})
    return fault(
        _("%(count)s guards of the database are missing or switched off, among them: %(names)s.")
        % {"count": len(missing), "names": ", ".join(missing[:MOST_NAMED])},
        _(
            "Run “manage.py doctor --mend”, then “manage.py verify_audit” to see whether anything happened meanwhile."
        ),
    )


def mend_guards() -> str:
    """Put back every guard that is missing or switched off; say what stands in the way, or "".

    While migrations are pending nothing is done: they may be what is missing.
    """
    if pending_migrations():
        return _("Guards are not put back before “manage.py migrate” has run.")
    try:
        triggers.install()
        for app in apps.get_app_configs():
            constraints.restore(app)
    except IntegrityError as error:
        return _("Rows break the rule of a guard and have to be mended first: %(words)s") % {
            "words": first_line(error)
        }
    return ""


def worker() -> Finding:
    """Each queue has a worker that does what is sent to it; the first that has none is named."""
    signs = signs_of_life()
    name = next((each for each in WORKERS if not signs[each]["alive"]), WORKER)
    queue = name.partition(".")[2]
    return _sign(
        name,
        _("The worker of the queue %(queue)s") % {"queue": queue} if queue else _("The worker"),
        _(
            "Start “manage.py serve” or the worker's unit, and look into its log. Mail, reports and rounds wait."
        ),
    )


def schedule() -> Finding:
    """The schedule sends what is due."""
    return _sign(
        SCHEDULE,
        _("The schedule"),
        _(
            "Start “manage.py serve” or the schedule's unit, and look into its log. No request expires meanwhile."
        ),
    )


def sealer() -> Finding:
    """The history is sealed into its log within seconds."""
    age = unsealed_age()
    if age is None:
        return ok(_("No entry of the history waits to be sealed."))
    if age <= LATE_SECONDS:
        return ok(
            _("The oldest entry that waits to be sealed is %(seconds)s s old.") % {"seconds": f"{age:.0f}"}
        )
    return fault(
        _("An entry of the history has been waiting for %(seconds)s s to be sealed.")
        % {"seconds": f"{age:.0f}"},
        _("Start “manage.py serve” or the sealer's unit, and look into its log."),
    )


def clock() -> Finding:
    """This machine's clock agrees with the database's, and does not lie before what was written last."""
    newest = newest_at()
    here = timezone.now()
    if newest is not None and newest - here > LARGEST_CLOCK_DIFFERENCE:
        return fault(
            _("The clock is %(seconds)s s behind the newest entry of the history.")
            % {"seconds": f"{(newest - here).total_seconds():.0f}"},
            _("Set the clock of this machine by a time server before anything else is written."),
        )
    if connection.vendor != "postgresql":
        return ok(_("The clock does not lie before the newest entry of the history."))
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: dt.datetime = cursor.fetchone()[0]
    middle = before + (timezone.now() - before) / 2
    difference = abs(there - middle)
    if difference <= LARGEST_CLOCK_DIFFERENCE:
        return ok(_("The clock agrees with the database's."))
    return warning(
        _("The clock differs from the database's by %(seconds)s s.")
        % {"seconds": f"{difference.total_seconds():.0f}"},
        _("Let a time server set the clocks of both machines."),
    )


def _sign(name: str, subject: str, todo: str) -> Finding:
    sign = signs_of_life()[name]
    if sign["at"] is None:
        return warning(_("%(subject)s has never given a sign of life.") % {"subject": subject}, todo)
    seconds = (timezone.now() - sign["at"]).total_seconds()
    said = _("%(subject)s gave its last sign of life %(seconds)s s ago.") % {
        "subject": subject,
        "seconds": f"{max(seconds, 0):.0f}",
    }
    return ok(said) if sign["alive"] else fault(said, todo)


def _number_of_guards() -> int:
    return sum(len(trigger.parts(connection.vendor)) for trigger in triggers.REGISTER.values())


def first_line(error: BaseException) -> str:
    """Return what an error says in one line: its kind where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
