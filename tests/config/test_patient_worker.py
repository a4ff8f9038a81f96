"""What a web process gathers before a thread hears of a request."""

from __future__ import annotations

import pytest

from config.patient_worker import MOST_HEAD_BYTES, Arriving


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
