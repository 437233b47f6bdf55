"""The socket to the servers opens with the first question; a clock that cannot be set says why."""

from __future__ import annotations

import errno
from typing import Any

from ezvpn.runtime.timekeeping import Timekeeping
from unit.runtime.test_attach import Loop

SERVER = b"\x0a\0\0\x01"


class Socket:
    def __init__(self) -> None:
        self.sock = object()
        self.sent: list[tuple[bytes, bytes]] = []
        self.incoming: list[tuple[bytes, bytes]] = []
        self.closed = False

    def send(self, data: bytes, address: bytes) -> None:
        if address != SERVER:
            raise OSError(errno.ENETUNREACH, "")
        self.sent.append((data, address))

    def receive(self) -> tuple[bytes, bytes] | None:
        return self.incoming.pop(0) if self.incoming else None

    def close(self) -> None:
        self.closed = True


class Bench:
    def __init__(self) -> None:
        self.loop = Loop()
        self.socket = Socket()
        self.heard: list[tuple[Any, ...]] = []
        self.clock: list[int] = []
        self.time = Timekeeping(self.loop, lambda: self.socket, self.set, lambda *what: self.heard.append(what))

    def set(self, wall_ms: int) -> None:
        if wall_ms < 0:
            raise PermissionError(errno.EPERM, "")
        self.clock.append(wall_ms)


def test_questions_and_answers() -> None:
    b = Bench()
    b.time.close()
    assert b.loop.watched == {}
    b.time.send(SERVER, b"question")
    b.time.send(SERVER, b"another")
    assert len(b.socket.sent) == 2
    b.socket.incoming = [(SERVER, b"answer")]
    b.loop.watched[b.socket.sock][0]()
    assert b.heard == [(SERVER, b"answer")]
    b.time.close()
    assert b.socket.closed and b.loop.watched == {}


def test_a_send_that_fails_is_counted() -> None:
    b = Bench()
    b.time.send(b"\x0a\0\0\x02", b"question")
    assert b.time.refused == 1


def test_the_machine_s_clock() -> None:
    b = Bench()
    assert b.time.set_clock(5000) == ""
    assert b.clock == [5000]
    assert b.time.set_clock(-1) == "cannot set the machine's clock: not permitted"
