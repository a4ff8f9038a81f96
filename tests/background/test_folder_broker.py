"""The folder broker: whole messages or none, and no message that stops a worker."""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from background import folder_broker


@pytest.fixture
def folder(tmp_path):
    """Where the messages lie."""
    (tmp_path / "broker").mkdir()
    return tmp_path / "broker"


@pytest.fixture
def channel(folder):
    """An open channel of that folder."""
    options = {
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": folder.parent / "control",
    }
    with Connection("filesystem://", transport_options={k: str(v) for k, v in options.items()}) as line:
        assert line.transport_cls == "filesystem"
        yield line.channel()


def test_what_is_put_is_taken_once_and_in_order(channel, folder):
    """Two messages of one queue, one of another."""
    for queue, number in (("a", 1), ("b", 2), ("a", 3)):
        channel._put(queue, {"number": number})
        time.sleep(0.002)
    assert [channel._get("a"), channel._get("a"), channel._get("b")] == [{"number": n} for n in (1, 3, 2)]
    with pytest.raises(Empty):
        channel._get("a")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"body": "half', b"\xff\xfe"])
def test_an_unreadable_message_is_dropped_with_one_warning(channel, folder, caplog, content):
    """The next one is taken; the bad one is gone. Names begin with the machine's clock, so a nought comes first."""
    (folder / "0_x.a.msg").write_bytes(content)
    channel._put("a", {"number": 1})
    assert channel._get("a") == {"number": 1}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "0_x.a.msg" in caplog.text
    assert list(folder.iterdir()) == []


def test_without_room_nothing_is_left(channel, folder, monkeypatch):
    """The sender hears of it; no half message lies there."""

    def full(path, content):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ChannelError, match="No space left"):
        channel._put("a", {"number": 1})
    assert list(folder.iterdir()) == []


def test_an_empty_table_of_queues_is_written_anew(channel, folder):
    """As a full disk leaves it."""
    control = folder.parent / "control"
    control.mkdir()
    (control / "a.exchange").touch()
    assert channel.get_table("a") == []
    channel._queue_bind("a", "a", "", "a")
    channel._queue_bind("a", "b", "", "b")
    channel._queue_bind("a", "b", "", "b")
    assert [row.queue for row in channel.get_table("a")] == ["b", "a"]


def test_old_remains_are_swept(folder):
    """An hour old, not those of now, nor messages."""
    old, new, message = folder / "1.a.msg.x.part", folder / "2.a.msg.y.part", folder / "3.a.msg"
    for path in (old, new, message):
        path.touch()
    os.utime(old, (time.time() - 3601,) * 2)
    os.utime(message, (time.time() - 3601,) * 2)
    folder_broker.sweep(folder)
    assert sorted(path.name for path in folder.iterdir()) == [new.name, message.name]
