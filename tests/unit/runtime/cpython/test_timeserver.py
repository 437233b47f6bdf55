"""A question over loopback, and the machine's clock without touching it."""

import socket
import time

import pytest

from ezvpn.runtime.cpython.timeserver import TimeSocket, set_machine_clock

LOCAL = b"\x7f\0\0\x01"


def test_a_question_and_its_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as other:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        asks = TimeSocket(server.getsockname()[1])
        assert asks.receive() is None
        asks.send(b"question", LOCAL)
        question, where = server.recvfrom(100)
        assert question == b"question"
        asks.sock.settimeout(5)
        other.sendto(b"forged", where)
        assert asks.receive() == (LOCAL, b"")
        server.sendto(b"answer", where)
        assert asks.receive() == (LOCAL, b"answer")
        asks.close()


def test_setting_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: "list[tuple[int, int]]" = []
    monkeypatch.setattr(time, "clock_settime_ns", lambda which, ns: set_to.append((which, ns)))
    set_machine_clock(1767225600123)
    assert set_to == [(time.CLOCK_REALTIME, 1767225600123000000)]
