"""The file of a back-up: a plain tar of parts and a manifest, closed by a line with the digest of everything before it.

Any tar program can take it apart. Whatever bit of it changes is found: the last line covers the whole file, and the
manifest's digests say which part it was.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

FORMAT = 1
MANIFEST = "manifest.json"
STEP = 1024 * 1024
_SEAL_START = b"\nsha256:"
_SEAL_LENGTH = len(_SEAL_START) + 64 + 1
LARGEST_MANIFEST = 64 * STEP


class Damaged(Exception):
    """The file is not what was written; `faults` says what is wrong in sentences."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass
class Manifest:
    """What a back-up says of itself: `about` for people and for the restore, `parts` with size and SHA-256 by name."""

    about: dict[str, Any]
    parts: dict[str, tuple[int, str]] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """As it is written."""
        parts = [
            {"name": name, "size": size, "sha256": digest} for name, (size, digest) in self.parts.items()
        ]
        return json.dumps(
            {"format": FORMAT, **self.about, "parts": parts}, indent=1, ensure_ascii=False
        ).encode()

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        """Read what `as_bytes` wrote. Raises ValueError for anything else."""
        said = json.loads(data)
        if not isinstance(said, dict) or said.pop("format", None) != FORMAT:
            raise ValueError("no manifest of this format")
        try:
            parts = {
                str(part["name"]): (int(part["size"]), str(part["sha256"])) for part in said.pop("parts")
            }
        except (KeyError, TypeError) as error:
            raise ValueError("no list of parts") from error
        return cls(said, parts)


class Writer:
    """Writes parts one after the other; `close` writes manifest and seal. Each byte is hashed as it goes."""

    def __init__(self, target: IO[bytes], about: dict[str, Any]) -> None:
        self._target = _Hashed(target)
        sink: Any = self._target
        self._tar = tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed below
        self.manifest = Manifest(about)

    def add(self, name: str, source: IO[bytes]) -> None:
        """Add an open file as a part, as long as it is now."""
        size = os.fstat(source.fileno()).st_size
        hashed = _Hashed(source)
        self._tar.addfile(_member(name, size), hashed)
        self.manifest.parts[name] = (size, hashed.digest())

    def close(self) -> None:
        """Write the manifest and the seal."""
        data = self.manifest.as_bytes()
        self._tar.addfile(_member(MANIFEST, len(data)), io.BytesIO(data))
        self._tar.close()
        self._target.write_past(_SEAL_START + self._target.digest().encode() + b"\n")


def verify(path: Path) -> Manifest:
    """Read the whole file and return its manifest. Raises Damaged with every part that is not what was written."""
    is_sealed = _is_sealed(path)
    found, manifest, faults = _read_parts(path)
    if manifest is None:
        raise Damaged([*faults, _("The manifest is missing or damaged.")])
    for name, (_size, digest) in manifest.parts.items():
        if name not in found:
            faults.append(_("The part %(name)s is missing.") % {"name": name})
        elif found[name] != digest:
            faults.append(_("The part %(name)s is damaged.") % {"name": name})
    faults += [
        _("The part %(name)s is not in the manifest.") % {"name": name}
        for name in found
        if name not in manifest.parts
    ]
    faults += [
        _("The part %(name)s would lie outside its folder.") % {"name": name}
        for name in manifest.parts
        if not is_inside(name)
    ]
    if not is_sealed and not faults:
        faults.append(_("The frame of the file is damaged, between or after its parts."))
    if faults:
        raise Damaged(faults)
    return manifest


def extract(path: Path, names: Iterable[str], into: Path) -> None:
    """Take parts out into a folder, under their names. The file was verified before."""
    wanted = set(names)
    with tarfile.open(path, mode="r:") as tar:
        for member in tar:
            source = tar.extractfile(member) if member.name in wanted else None
            if source is None:
                continue
            target = into / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(source, file, STEP)


def is_inside(name: str) -> bool:
    """Whether a part's name stays below the folder it is taken into."""
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in name and bool(pure.parts)


class _Hashed:
    """A file of which every byte that passes is hashed; reads or writes in one direction."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def write_past(self, data: bytes) -> None:
        self._file.write(data)

    def digest(self) -> str:
        return self._hash.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _is_sealed(path: Path) -> bool:
    left = path.stat().st_size - _SEAL_LENGTH
    if left < 0:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (data := file.read(min(STEP, left))):
            digest.update(data)
            left -= len(data)
        return file.read() == _SEAL_START + digest.hexdigest().encode() + b"\n"


def _read_parts(path: Path) -> tuple[dict[str, str], Manifest | None, list[str]]:
    """Digest of each part that can be read, the manifest, and where reading ended too early."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    last = _("the beginning")
    try:
        with tarfile.open(path, mode="r:") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if source is None:
                    return found, None, [_("The part %(name)s is no file.") % {"name": member.name}]
                last = member.name
                if member.name == MANIFEST and member.size <= LARGEST_MANIFEST:
                    manifest = Manifest.read(source.read())
                    continue
                digest = hashlib.sha256()
                while data := source.read(STEP):
                    digest.update(data)
                found[member.name] = digest.hexdigest()
    except (tarfile.TarError, EOFError, OSError, ValueError):
        return found, None, [_("The file cannot be read after %(name)s.") % {"name": last}]
    faults = [] if manifest else [_("The file cannot be read after %(name)s.") % {"name": last}]
    return found, manifest, faults
