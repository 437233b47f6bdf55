"""Hop by hop: who answers where, in IOS's lines."""

from __future__ import annotations

from ezvpn.console.probes import TraceRequest
from ezvpn.node.traceroute import Traceroute
from unit.wire.test_icmp import error

PEER, ROUTER, OTHER = b"\xc6\x33\x64\x0b", b"\xc0\0\2\1", b"\xc0\0\2\2"
NOW = 2**30 - 5000


class Run:
    def __init__(self, **how: object) -> None:
        self.trace = Traceroute(TraceRequest("peer", **how), PEER, 0x1234)  # type: ignore[arg-type]
        self.now = NOW
        self.text = ""
        self.trace.start(NOW)
        self.look()

    def look(self) -> None:
        self.sent = bytes(self.trace.outgoing() or b"")
        self.text += self.trace.marks()

    def reply(self, after: int) -> None:
        self.now += after
        self.trace.received(PEER, b"\0" + self.sent[1:], self.now)
        self.look()

    def expire(self, after: int, router: bytes = ROUTER, kind: int = 11, code: int = 0) -> None:
        self.now += after
        self.trace.received(router, error(kind, code, self.sent), self.now)
        self.look()

    def wait(self) -> None:
        at = self.trace.deadline()
        assert at is not None
        self.now = at
        self.trace.timeout(at)
        self.look()


def test_two_hops() -> None:
    r = Run()
    assert r.trace.ttl == 1
    for ms in (4, 4, 0):
        r.expire(ms)
    assert r.trace.ttl == 2
    for ms in (4, 5, 4):
        r.reply(ms)
    assert r.trace.done and r.trace.deadline() is None
    assert r.text == "  1 192.0.2.1 4 msec 4 msec 0 msec \n  2 198.51.100.11 4 msec 5 msec 4 msec "
    assert r.trace.verdict() == []


def test_silence_and_a_second_router_in_one_hop() -> None:
    r = Run(last=1)
    r.expire(1)
    r.wait()
    r.expire(2, OTHER)
    assert r.text == "  1 192.0.2.1 1 msec  * 192.0.2.2 2 msec "
    assert r.trace.done


def test_the_last_hop_ends_it() -> None:
    r = Run(first=3, last=4, probes=1, timeout_ms=1000)
    r.wait()
    r.wait()
    assert (r.text, r.trace.done, r.now) == ("  3  * \n  4  * ", True, NOW + 2000)


def test_refusals_end_it_with_their_letter() -> None:
    for code, mark in ((0, "!N"), (1, "!H"), (2, "!P"), (13, "!A"), (5, "!U")):
        r = Run(probes=1)
        r.expire(1, kind=3, code=code)
        assert (r.text, r.trace.done) == ("  1 192.0.2.1 " + mark + " 1 msec ", True)


def test_answers_to_others_and_late_ones() -> None:
    r = Run()
    first = r.sent
    r.wait()
    r.trace.received(ROUTER, error(11, 0, first), r.now)
    r.trace.received(ROUTER, error(11, 0, r.sent[:4] + b"\x77\x77" + r.sent[6:]), r.now)
    r.trace.received(PEER, b"\0" + r.sent[1:8] + b"somebody", r.now)
    r.look()
    assert r.text == "  1  * "
