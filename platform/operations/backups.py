"""Making a back-up: the database as of one moment, the files of the site, a manifest; read back before it counts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from audit.log import newest_checkpoint
from operations import archive, databases
from operations.surrounding_checks import kept_folders


def back_up(folder: Path) -> tuple[Path, archive.Manifest]:
    """Write a back-up into the folder and return its path and manifest. Raises databases.Failed, archive.Damaged.

    The site may go on meanwhile. Files are copied after the database, so that those its rows speak of are there; one
    whose time was over in between is left out. The file is readable by its owner alone and has its name only once it
    has been read back.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = timezone.now()
    target = folder / f"open-instruments-{now:%Y%m%d-%H%M%SZ}.tar"
    about = _about() | {"made_at": now.isoformat()}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as work:
        part = databases.PARTS[connection.vendor]
        copy, unnamed = Path(work) / part, Path(work) / "unnamed.tar"
        databases.dump(copy)
        with unnamed.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            writer = archive.Writer(file, about)
            with copy.open("rb") as source:
                writer.add(part, source)
            for name, path in _files():
                try:
                    with path.open("rb") as source:
                        writer.add(name, source)
                except FileNotFoundError:
                    continue
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        manifest = archive.verify(unnamed)
        unnamed.replace(target)
    return target, manifest


def _about() -> dict[str, Any]:
    checkpoint = newest_checkpoint()
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "engine": connection.vendor,
        "engine_version": ".".join(str(part) for part in connection.get_database_version()),
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "checkpoint": None if checkpoint is None else str(checkpoint),
    }


def _files() -> Iterator[tuple[str, Path]]:
    for name, folder in kept_folders():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{name}/{path.relative_to(folder).as_posix()}", path
