"""Sockets of pings are opened, watched, used and closed, and a refusal says why."""

from __future__ import annotations

import errno
from typing import Any

from ezvpn.runtime.probes import Probes, message_of, words
from unit.runtime.test_attach import Loop

PEER = b"\xc0\0\2\1"


class Icmp:
    def __init__(self) -> None:
        self.sock = object()
        self.sent: list[tuple[Any, ...]] = []
        self.incoming: list[tuple[bytes, bytes]] = []
        self.closed = False
        self.refuses = 0

    def send(self, *what: Any) -> None:
        if self.refuses:
            raise OSError(self.refuses, "")
        self.sent.append(what)

    def receive(self) -> tuple[bytes, bytes] | None:
        return self.incoming.pop(0) if self.incoming else None

    def close(self) -> None:
        self.closed = True


class Bench:
    def __init__(self) -> None:
        self.loop = Loop()
        self.icmp = Icmp()
        self.refuses = 0
        self.told: list[tuple[Any, ...]] = []
        self.probes = Probes(
            self.loop,
            self.open,
            lambda *what: self.told.append(what),
            lambda *what: self.told.append(what),
        )

    def open(self, source: bytes | None, with_errors: bool) -> Icmp:
        if self.refuses:
            raise OSError(self.refuses, "")
        return self.icmp


def test_from_open_to_close() -> None:
    b = Bench()
    b.probes.open(3, None, True)
    b.probes.send(3, b"echo", PEER, 0, False)
    assert b.icmp.sent == [(b"echo", PEER, 0, False)]
    b.icmp.incoming = [(PEER, b"one"), (PEER, b"two")]
    b.loop.watched[b.icmp.sock][0]()
    assert b.told == [(3, PEER, b"one"), (3, PEER, b"two")]
    b.probes.close(3)
    assert b.icmp.closed
    assert b.loop.watched == {}
    b.probes.close(3)
    b.probes.send(3, b"late", PEER, 0, False)
    assert len(b.icmp.sent) == 1


def test_a_socket_that_is_refused() -> None:
    b = Bench()
    b.refuses = errno.EACCES
    b.probes.open(3, None, False)
    assert b.told == [
        (
            3,
            "Cannot send ICMP: not permitted: run as root, or let this group ping (net.ipv4.ping_group_range)",
        )
    ]


def test_a_send_that_is_refused() -> None:
    b = Bench()
    b.probes.open(3, None, False)
    b.icmp.refuses = errno.ENETUNREACH
    b.probes.send(3, b"echo", PEER, 0, False)
    assert b.told == [(3, "Cannot send: network is unreachable")]


def test_an_answer_that_ends_it_stops_the_reading() -> None:
    b = Bench()
    b.probes.open(3, None, False)
    b.icmp.incoming = [(PEER, b"one"), (PEER, b"two")]
    b.probes._on_icmp = lambda id, source, message: b.probes.close(id)
    b.loop.watched[b.icmp.sock][0]()
    assert b.icmp.incoming == [(PEER, b"two")]


def test_all_are_closed_at_the_end() -> None:
    b = Bench()
    b.probes.open(3, None, False)
    b.probes.close_all()
    assert b.icmp.closed


def test_the_ip_header_goes() -> None:
    assert message_of(b"\x45" + bytes(19) + b"message") == b"message"
    assert message_of(b"\x46" + bytes(23) + b"message") == b"message"
    assert message_of(b"\x45") == b""


def test_an_errno_without_words() -> None:
    assert words(5) == "error 5"
    assert words(None) == "error None"
