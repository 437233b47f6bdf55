"""Echoes over a loopback of its own, with a raw socket and with the one for everybody."""

import errno
import socket
from typing import Any

import pytest
from doubles import own_namespace

from ezvpn.runtime.cpython import icmp
from unit.runtime.icmp_script import SAID, SCRIPT


def test_echoes_over_loopback() -> None:
    assert own_namespace.run(SCRIPT.replace("INTERPRETER", "cpython"), micropython=False) == SAID


class Socket:
    """A machine where raw sockets are for others."""

    made: "list[int]" = []

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        if kind == socket.SOCK_RAW:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        Socket.made.append(kind)

    def setblocking(self, on: bool) -> None:
        pass

    def recvfrom(self, count: int) -> Any:
        return b"\0\0message", ("192.0.2.1", 0)


def test_without_rights_replies_are_heard_and_errors_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Socket)
    assert icmp.IcmpSocket(None, False).receive() == (b"\xc0\0\2\1", b"\0\0message")
    assert Socket.made == [socket.SOCK_DGRAM]
    with pytest.raises(OSError) as raised:
        icmp.IcmpSocket(None, True)
    assert raised.value.errno == errno.EPERM
