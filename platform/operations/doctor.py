"""The doctor: every check by its name, those of the database only where it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from operations import database_checks, surrounding_checks
from operations.findings import Finding, Level, fault

Check = Callable[[], Finding]
Named = tuple[str | Promise, Check]

OF_THE_TABLES: list[Named] = [
    (pgettext_lazy("doctor", "database guards"), database_checks.guards),
    (pgettext_lazy("doctor", "worker"), database_checks.worker),
    (pgettext_lazy("doctor", "schedule"), database_checks.schedule),
    (pgettext_lazy("doctor", "sealer"), database_checks.sealer),
    (pgettext_lazy("doctor", "clock"), database_checks.clock),
]
"""These read tables, which are there once all migrations have run."""
AROUND: list[Named] = [
    (pgettext_lazy("doctor", "Redis"), surrounding_checks.redis_server),
    (pgettext_lazy("doctor", "sending of mail"), surrounding_checks.mail),
    (pgettext_lazy("doctor", "folders"), surrounding_checks.folders),
    (pgettext_lazy("doctor", "fonts"), surrounding_checks.fonts),
    (pgettext_lazy("doctor", "proxies"), surrounding_checks.proxies),
]


def examine(*, mend: bool = False) -> Iterator[tuple[str, Finding]]:
    """Look at everything; with `mend` put missing guards of the database back first."""
    name = str(pgettext_lazy("doctor", "database"))
    found = database_checks.database()
    yield name, found
    if found.level is not Level.FAULT:
        yield from _in_the_database(mend=mend)
    for title, check in AROUND:
        yield str(title), check()


def _in_the_database(*, mend: bool) -> Iterator[tuple[str, Finding]]:
    found = database_checks.migrations()
    yield str(pgettext_lazy("doctor", "migrations")), found
    if mend:
        obstacle = database_checks.mend_guards()
        if obstacle:
            yield str(pgettext_lazy("doctor", "mending")), fault(obstacle, _("Then run this command again."))
    for title, check in OF_THE_TABLES:
        try:
            yield str(title), check()
        except DatabaseError as error:
            # A table that no migration made yet, or an outage since the first check.
            words = database_checks.first_line(error)
            yield str(title), fault(_("Could not be looked at: %(words)s") % {"words": words}, found.todo)
