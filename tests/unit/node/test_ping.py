"""Echo after echo: pace, marks, and what the last line says."""

from __future__ import annotations

from ezvpn.console.probes import PingRequest
from ezvpn.node.ping import Ping
from unit.wire.test_icmp import error

PEER, ROUTER = b"\xc6\x33\x64\x0b", b"\xc0\0\2\1"
NOW = 2**30 - 5000


class Run:
    def __init__(self, **how: object) -> None:
        self.ping = Ping(PingRequest("peer", **how), PEER, 0x1234)  # type: ignore[arg-type]
        self.now = NOW
        self.ping.start(NOW)
        self.sent = bytes(self.ping.outgoing() or b"")

    def reply(self, after: int, identifier: bytes | None = None) -> None:
        self.now += after
        data = b"\0" + self.sent[1:4] + (identifier or self.sent[4:6]) + self.sent[6:]
        self.ping.received(PEER, data, self.now)
        self.sent = bytes(self.ping.outgoing() or b"")

    def refuse(self, kind: int, code: int, after: int = 1) -> None:
        self.now += after
        self.ping.received(ROUTER, error(kind, code, self.sent), self.now)

    def wait(self) -> None:
        at = self.ping.deadline()
        assert at is not None
        self.now = at
        self.ping.timeout(self.now)
        self.sent = bytes(self.ping.outgoing() or b"")


def test_five_answers() -> None:
    r = Run()
    for ms in (1, 2, 4, 2, 1):
        assert len(r.sent) == 80  # and 20 of IP: 100 bytes
        r.reply(ms)
    assert r.ping.done and r.ping.deadline() is None
    assert r.ping.marks() == "!!!!!"
    assert r.ping.verdict() == ["Success rate is 100 percent (5/5), round-trip min/avg/max = 1/2/4 ms"]


def test_silence_takes_the_timeout_each_time() -> None:
    r = Run(repeat=2, timeout_ms=1000)
    r.wait()
    assert r.now == NOW + 1000
    r.wait()
    assert r.now == NOW + 2000
    assert (r.ping.marks(), r.ping.done) == ("..", True)
    assert r.ping.verdict() == ["Success rate is 0 percent (0/2)"]


def test_errors_have_their_letters_and_slow_it_down() -> None:
    for kind, code, mark in (
        (3, 1, "U"),
        (3, 0, "N"),
        (3, 2, "P"),
        (3, 4, "M"),
        (3, 13, "U"),
        (4, 0, "Q"),
        (11, 0, "&"),
    ):
        r = Run(repeat=2)
        r.refuse(kind, code)
        assert r.ping.marks() == mark
        assert r.ping.outgoing() is None
        r.wait()
        assert r.now == NOW + 1001
        assert r.sent
        r.refuse(kind, code)
        assert r.ping.done


def test_answers_to_others_are_not_ours() -> None:
    r = Run()
    other = Ping(PingRequest("peer"), PEER, 0x9999)
    other.start(NOW)
    foreign = bytes(other.outgoing() or b"")
    r.ping.received(PEER, b"\0" + foreign[1:], NOW + 1)
    r.ping.received(ROUTER, error(3, 1, foreign), NOW + 1)
    r.ping.received(PEER, b"rubbish", NOW + 1)
    assert r.ping.marks() == ""


def test_a_late_answer_counts_for_nobody() -> None:
    r = Run(repeat=3)
    first = r.sent
    r.wait()
    r.ping.received(PEER, b"\0" + first[1:], r.now + 1)
    assert r.ping.marks() == "."


def test_a_socket_that_replaces_the_identifier_is_understood() -> None:
    r = Run(repeat=1)
    r.reply(3, b"\xbe\xef")
    assert r.ping.done and r.ping.marks() == "!"


def test_broken_off_the_one_under_way_does_not_count() -> None:
    r = Run()
    r.reply(1)
    assert r.ping.verdict() == ["Success rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms"]
    assert Run().ping.verdict() == ["Success rate is 0 percent (0/0)"]


def test_no_timeout_at_all_still_has_a_pace() -> None:
    r = Run(repeat=2, timeout_ms=0)
    r.wait()
    assert r.now == NOW + 10


def test_sequence_numbers_wrap() -> None:
    r = Run(repeat=70000, size=36)
    r.ping.sent = 65535
    r.reply(1)
    assert r.ping.marks() == "" and r.ping.sent == 65535
    r.ping.timeout(NOW + 5000)
    r.sent = bytes(r.ping.outgoing() or b"")
    assert r.sent[6:8] == b"\0\0"
    r.reply(1)
    assert r.ping.marks() == ".!"


def test_every_size_is_what_was_asked_for() -> None:
    for size in (36, 37, 99, 1500, 18024):
        assert len(Run(size=size).sent) == size - 20
