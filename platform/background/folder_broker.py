"""The folder as message broker, made to survive a full disk and a killed process."""

from __future__ import annotations

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
UNFINISHED = ".part"
OLD_SECONDS = 3600


class Channel(filesystem.Channel):
    """Messages and tables appear whole or not at all; what cannot be read is dropped with one warning.

    A lost message is no lost work: messages are bells, and the sweepers ring again.
    """

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        """Put a message onto a queue. Raises ChannelError where it cannot be written."""
        folder = Path(self.data_folder_out)
        _write_whole(folder / f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg", payload)

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        """Take the oldest readable message of a queue: whoever renames it has it. Raises Empty."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / _beside(name)
            try:
                (folder / name).rename(taken)
                text = taken.read_bytes()
                taken.unlink()
                return loads(text.decode())
            except FileNotFoundError:
                continue
            except ValueError as error:
                logger.warning("The message %s cannot be read and is dropped: %s", name, error)
        raise Empty

    def get_table(self, exchange: str) -> Any:
        """Return the queues of an exchange; a table that cannot be read is none, and is written anew."""
        try:
            return super().get_table(exchange)
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        """Enter a queue at an exchange. Raises ChannelError where that cannot be written."""
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self.get_table(exchange)
        if entry not in table:
            Path(self.control_folder).mkdir(exist_ok=True)
            _write_whole(self._exchange_file(exchange), [entry, *table])  # type: ignore[attr-defined]


class Transport(filesystem.Transport):
    """The transport of `filesystem://` with our channel."""

    Channel = Channel


def sweep(folder: Path) -> None:
    """Delete what a process that died while writing or reading left behind."""
    for path in folder.glob(f"*{UNFINISHED}"):
        try:
            if time.time() - path.stat().st_mtime > OLD_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue


def _write_whole(path: Path, content: Any) -> None:
    """Write beside it and rename. Raises ChannelError, and leaves nothing behind, where there is no room."""
    beside = path.with_name(_beside(path.name))
    try:
        beside.write_bytes(dumps(content).encode())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ChannelError(f"{path} cannot be written: {error}") from error


def _beside(name: str) -> str:
    return f"{name}.{uuid.uuid4().hex}{UNFINISHED}"
