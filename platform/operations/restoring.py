"""Returning to a back-up: everything is looked at before anything is touched, and old rights do not come back."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from pathlib import Path

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.sealing import seal_all
from audit.verifying import first_fault
from changes import Work, perform
from operations import archive, databases
from operations.models import Restore
from operations.surrounding_checks import kept_folders
from safeguards.triggers import missing


class Refused(Exception):
    """The restore was not begun; the sentence says why."""


def restore(path: Path, *, force: bool) -> Restore:
    """Put the back-up in place of database and files, and end every way in that was opened before. Return its row.

    The site must be stopped. Without `force` database and folders must be empty; with it the folders, and the file of
    an embedded database, are moved aside under a name that ends in `.before-…`. Raises archive.Damaged, Refused or
    databases.Failed with everything as it was; a fault found afterwards is a Refused too, and says so.
    """
    manifest = archive.verify(path)
    _refuse_strange(manifest)
    if not force:
        _refuse_full()
    if databases.others_connected():
        raise Refused(_("The database is in use. Stop the site first, all its processes."))
    at = timezone.now()
    stamp = f"before-{at:%Y%m%d-%H%M%SZ}"
    place = _working_place()
    with tempfile.TemporaryDirectory(dir=place, prefix=".restore-") as work:
        folder = Path(work)
        archive.extract(path, manifest.parts, folder)
        copy = folder / databases.PARTS[connection.vendor]
        aside = Path(f"{connection.settings_dict['NAME']}.{stamp}")
        databases.load(copy, _closing(at), aside)
        _swap_folders(folder, stamp)
    # Tables as this version of the code wants them, and guards: those of an embedded copy came with it.
    call_command("migrate", verbosity=0, interactive=False)
    row = perform(None, _note, at, dt.datetime.fromisoformat(manifest.about["made_at"]), _digest(path))
    seal_all()
    cache.clear()
    fault = ", ".join(missing()) or first_fault()
    if fault:
        raise Refused(
            _("The back-up is in place, but not whole: %(words)s. Do not open the site.") % {"words": fault}
        )
    return row


def _refuse_strange(manifest: archive.Manifest) -> None:
    engine = manifest.about.get("engine")
    if engine != connection.vendor or databases.PARTS[connection.vendor] not in manifest.parts:
        raise Refused(
            _("This back-up is of %(theirs)s, the site's database is %(ours)s.")
            % {"theirs": engine, "ours": connection.vendor}
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    strange = sorted(set(manifest.about.get("migrations", [])) - known)
    if strange:
        raise Refused(
            _("This back-up is of a newer version: this one does not know %(name)s.") % {"name": strange[0]}
        )


def _refuse_full() -> None:
    if not databases.is_empty():
        raise Refused(_("The database is not empty. With --force the back-up takes its place."))
    for _name, folder in kept_folders():
        if folder.is_dir() and any(path.is_file() for path in folder.rglob("*")):
            raise Refused(
                _("The folder %(folder)s is not empty. With --force it is moved aside.") % {"folder": folder}
            )


def _closing(at: dt.datetime) -> list[str]:
    """What runs with the copy, before anybody can see it: no session, token or calendar of it opens anything."""
    moment = at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if connection.vendor == "postgresql":
        moment += "+00"
    return [
        "DELETE FROM django_session",
        f"UPDATE webapi_accesstoken SET revoked_at = '{moment}' WHERE revoked_at IS NULL",  # noqa: S608 - our own clock
        f"UPDATE instruments_calendarfeed SET ended_at = '{moment}' WHERE ended_at IS NULL",  # noqa: S608
    ]


def _note(work: Work, at: dt.datetime, made_at: dt.datetime, digest: str) -> Restore:
    """Put the restore on record; its moment ends the links of mails."""
    row = Restore.objects.create(at=at, made_at=made_at, sha256=digest)
    work.record("operations.network.restored", row, after={"made_at": made_at, "sha256": digest})
    return row


def _swap_folders(source: Path, stamp: str) -> None:
    for name, folder in kept_folders():
        if folder.is_dir() and any(folder.iterdir()):
            folder.rename(folder.with_name(f"{folder.name}.{stamp}"))
        elif folder.is_dir():
            folder.rmdir()
        new = source / name
        new.mkdir(exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # By copy where the folder lies on another disk.
        shutil.move(new, folder)


def _working_place() -> Path:
    """A folder on the disk on which the result will lie, so that it can be moved there at one stroke."""
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"]).parent
    else:
        place = kept_folders()[0][1].parent
    place.mkdir(parents=True, exist_ok=True)
    return place


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
