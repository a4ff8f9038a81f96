"""Files of reports in their storage: written once, hashed while written, deleted when their time is over."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import storages

from reporting.models import ReportRun

ORPHAN_AFTER = dt.timedelta(days=1)
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
LONGEST_STEM = 80


@dataclass(frozen=True)
class StoredFile:
    """Where a file lies in the storage, and what it is."""

    name: str
    size: int
    sha256: str


def store(run: ReportRun, path: Path, ending: str) -> StoredFile:
    """Copy a finished file into the storage under a name that says nothing; each attempt has its own."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        name = storages["reports"].save(
            f"{run.created_at:%Y/%m}/{run.pk}-{run.attempts}.{ending}", File(source)
        )
    return StoredFile(name, path.stat().st_size, digest)


def open_file(name: str) -> IO[bytes]:
    """Open a stored file for reading. Raises FileNotFoundError."""
    return storages["reports"].open(name, "rb")


def is_there(name: str) -> bool:
    """Whether a stored file is there."""
    return storages["reports"].exists(name)


def delete(name: str) -> None:
    """Delete a stored file; one that is gone already is no trouble."""
    storages["reports"].delete(name)


def delete_orphans(known: set[str], now: dt.datetime) -> int:
    """Delete files that no run refers to and that are older than a day; return how many."""
    storage = storages["reports"]
    orphans = [
        name
        for name in _walk("")
        if name not in known and now - storage.get_modified_time(name) > ORPHAN_AFTER
    ]
    for name in orphans:
        storage.delete(name)
    return len(orphans)


def display_name(stem: str, ending: str) -> str:
    """A file name for people: no path, control or direction characters, of bearable length."""
    safe = UNSAFE.sub(" ", stem).strip(" .") or "report"
    return f"{' '.join(safe.split())[:LONGEST_STEM]}.{ending}"


def _walk(folder: str) -> list[str]:
    storage = storages["reports"]
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    prefix = f"{folder}/" if folder else ""
    found = [f"{prefix}{name}" for name in names]
    for inner in folders:
        found += _walk(f"{prefix}{inner}")
    return found
