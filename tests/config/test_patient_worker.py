"""What a web process gathers before a thread hears of a request."""

from __future__ import annotations

import socket
from collections import deque
from types import SimpleNamespace
from unittest import mock

import pytest
from gunicorn.workers.gthread import ThreadWorker

from config.patient_worker import (
    GO_ON,
    MOST_GATHERED_BYTES,
    MOST_HEAD_BYTES,
    TOO_LARGE,
    Arriving,
    PatientWorker,
)


def arriving(*parts: bytes) -> Arriving:
    """These parts, one after the other."""
    request = Arriving()
    for part in parts:
        request.add(part)
    return request


@pytest.mark.parametrize(
    ("parts", "is_whole"),
    [
        ([b""], False),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n"], False),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], True),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n\r", b"\n"], True),
        ([b"POST / HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nab"], False),
        ([b"POST / HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nab", b"c"], True),
        ([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"], False),
        ([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", b"0\r\n\r\n"], True),
        ([b"GET /" + b"a" * MOST_HEAD_BYTES], True),
    ],
)
def test_whole(parts, is_whole):
    """By the end of the head, the length of the body, or the last chunk; an endless head is the parser's to refuse."""
    assert arriving(*parts).is_whole is is_whole


@pytest.mark.parametrize(("length", "is_too_large"), [(6 * 1024 * 1024, False), (7 * 1024 * 1024, True)])
def test_too_large(length, is_too_large):
    """Known before the body comes."""
    assert arriving(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % length).is_too_large is is_too_large


def test_who_waits_for_leave_to_send():
    """The client that asks first is told to go on."""
    assert arriving(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n").expects


@pytest.fixture
def worker(monkeypatch):
    """A worker with its lists alone: what it handed to a thread stands in `handed`."""
    made = object.__new__(PatientWorker)
    made.poller, made.pending_conns, made.nr_conns = mock.Mock(), deque(), 1
    made._gathered, made._orphan_since, made.handed = 0, None, []
    monkeypatch.setattr(ThreadWorker, "enqueue_req", lambda _self, conn: made.handed.append(conn))
    return made


@pytest.fixture
def wire():
    """A connection of the worker, and the visitor's end of it."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    with ours, theirs:
        yield SimpleNamespace(sock=ours, parser=None, arriving=None, close=ours.close), theirs


def test_a_request_reaches_a_thread_once_it_is_whole(worker, wire):
    """Byte by byte or at once; until then it waits in the loop, and nothing of it is counted afterwards."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    assert (list(worker.pending_conns), worker.handed) == ([conn], [])
    worker.on_pending_socket_readable(conn, conn.sock)  # nothing came yet
    visitor.send(b"GET / HTTP/1.1\r\n")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert worker.handed == []
    visitor.send(b"Host: a\r\n\r\n")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert (worker.handed, list(worker.pending_conns), worker._gathered) == ([conn], [], 0)


def test_what_a_body_brought_of_the_next_request_begins_it(worker, wire):
    """A kept connection may already hold all of it."""
    conn, _visitor = wire
    conn.parser = mock.Mock()
    conn.parser.unreader.take_buffered.return_value = b"GET / HTTP/1.1\r\n\r\n"
    worker.enqueue_req(conn)
    assert worker.handed == [conn]


def test_who_hangs_up_is_let_go(worker, wire):
    """And whose connection breaks."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    visitor.close()
    worker.on_pending_socket_readable(conn, conn.sock)
    assert (list(worker.pending_conns), worker.handed, worker.nr_conns) == ([], [], 0)
    worker.nr_conns = 1
    worker.enqueue_req(conn := SimpleNamespace(**vars(conn) | {"sock": mock.Mock()}))
    worker.on_pending_socket_readable(conn, mock.Mock(recv=mock.Mock(side_effect=ConnectionResetError)))
    assert (list(worker.pending_conns), worker.nr_conns) == ([], 0)


def test_who_sends_too_much_hears_why(worker, wire):
    """As soon as the head says so."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    visitor.send(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert visitor.recv(1000) == TOO_LARGE
    assert (list(worker.pending_conns), worker.handed, worker.nr_conns) == ([], [], 0)


def test_all_that_is_unfinished_has_a_bound(worker, wire):
    """Whoever sends past it is let go without a word."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    worker._gathered = MOST_GATHERED_BYTES
    visitor.send(b"G")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert visitor.recv(1000) == b""
    assert worker.nr_conns == 0


def test_who_asks_for_leave_is_told_to_go_on_once(worker, wire):
    """Not again with every piece."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    visitor.send(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert visitor.recv(1000) == GO_ON
    visitor.send(b"a")
    worker.on_pending_socket_readable(conn, conn.sock)
    visitor.send(b"bc")
    worker.on_pending_socket_readable(conn, conn.sock)
    assert worker.handed == [conn]
    visitor.setblocking(False)
    with pytest.raises(BlockingIOError):
        visitor.recv(1000)


def test_who_takes_longer_than_a_minute_is_let_go(worker, wire, monkeypatch):
    """The others wait on."""
    conn, visitor = wire
    worker.enqueue_req(conn)
    worker.murder_pending()
    assert list(worker.pending_conns) == [conn]
    conn.timeout = 0
    worker.murder_pending()
    assert (list(worker.pending_conns), visitor.recv(10)) == ([], b"")


def test_a_process_without_its_master_goes_on_for_a_while(worker, monkeypatch):
    """Twelve seconds from the first look on."""
    monkeypatch.setattr(ThreadWorker, "is_parent_alive", lambda _self: False)
    clock = mock.Mock(side_effect=[100.0, 100.0, 111.9, 112.0])
    monkeypatch.setattr("config.patient_worker.time.monotonic", clock)
    assert [worker.is_parent_alive() for _look in range(3)] == [True, True, False]
    monkeypatch.setattr(ThreadWorker, "is_parent_alive", lambda _self: True)
    assert worker.is_parent_alive() is True
