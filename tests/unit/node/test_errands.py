"""A name, a socket, the work, and the session that waits for it."""

from __future__ import annotations

from typing import Any

from ezvpn.console.probes import PingRequest, Progress, TraceRequest
from ezvpn.node.errands import LOOKUPS_FROM, Errands

PEER = b"\xc6\x33\x64\x0b"
NOW = 2**30 - 5000


class Bench:
    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []
        self.told: list[tuple[int, Progress]] = []
        self.errands = Errands(
            lambda *order: self.orders.append(order),
            lambda session, progress, now: self.told.append((session, progress)),
            "boot",
        )

    def begin(self, session: int = 7, request: PingRequest | TraceRequest | None = None) -> int:
        self.errands.start(session, request or PingRequest("gw", repeat=1), NOW)
        name, lookup, host = self.orders.pop()
        assert (name, host) == ("resolve", "gw")
        assert lookup < LOOKUPS_FROM
        return int(lookup)

    def echo(self) -> bytes:
        return next(bytes(order[2]) for order in reversed(self.orders) if order[0] == "icmp_send")


def test_a_ping_from_name_to_verdict() -> None:
    b = Bench()
    lookup = b.begin(request=PingRequest("gw", repeat=1, source=b"\xc0\0\2\7", df=True))
    b.errands.resolved(lookup, [PEER], NOW)
    id = LOOKUPS_FROM - lookup
    assert b.orders[0] == ("icmp_open", id, b"\xc0\0\2\7", False)
    assert b.orders[1][0] == "icmp_send" and b.orders[1][3:] == (PEER, 0, True)
    assert b.told == [
        (
            7,
            Progress(
                [
                    "Type escape sequence to abort.",
                    "Sending 1, 100-byte ICMP Echos to 198.51.100.11, timeout is 2 seconds:",
                    "Packet sent with a source address of 192.0.2.7",
                    "Packet sent with the DF bit set",
                ]
            ),
        )
    ]
    assert b.errands.deadline() == NOW + 2000
    b.errands.received(id, PEER, b"\0" + b.echo()[1:], NOW + 3)
    assert b.orders[-1] == ("icmp_close", id)
    assert b.told[-1] == (
        7,
        Progress(["Success rate is 100 percent (1/1), round-trip min/avg/max = 3/3/3 ms"], "!", True),
    )
    assert b.errands.deadline() is None


def test_a_traceroute_wants_errors_and_hops() -> None:
    b = Bench()
    lookup = b.begin(request=TraceRequest("gw"))
    b.errands.resolved(lookup, [PEER], NOW)
    id = LOOKUPS_FROM - lookup
    assert b.orders[0] == ("icmp_open", id, None, True)
    assert b.orders[1][4:] == (1, False)
    assert [progress.lines or progress.text for _, progress in b.told] == [
        ["Type escape sequence to abort.", "Tracing the route to 198.51.100.11"],
        "  1 ",
    ]


def test_an_unknown_name() -> None:
    b = Bench()
    b.errands.resolved(b.begin(), [], NOW)
    assert b.told[0][1].problem.startswith("Unrecognized host")
    assert b.orders == []


def test_a_socket_that_cannot_be_had() -> None:
    b = Bench()
    lookup = b.begin()
    b.errands.resolved(lookup, [PEER], NOW)
    b.errands.failed(LOOKUPS_FROM - lookup, "Cannot send ICMP: not permitted", NOW)
    assert b.told[-1] == (7, Progress([], "", True, "Cannot send ICMP: not permitted"))
    assert b.errands.deadline() is None


def test_broken_off_it_is_silent() -> None:
    b = Bench()
    lookup = b.begin()
    assert b.errands.stop(7) == []  # before the name was known
    b.errands.resolved(lookup, [PEER], NOW)
    assert b.told == []
    lookup = b.begin()
    b.errands.resolved(lookup, [PEER], NOW)
    assert b.errands.stop(7) == ["Success rate is 0 percent (0/0)"]
    assert b.orders[-1] == ("icmp_close", LOOKUPS_FROM - lookup)
    count = len(b.told)
    b.errands.received(LOOKUPS_FROM - lookup, PEER, b"\0" + b.echo()[1:], NOW)
    b.errands.failed(LOOKUPS_FROM - lookup, "late", NOW)
    b.errands.timeout(NOW + 10_000)
    assert len(b.told) == count


def test_a_second_one_of_a_session_replaces_the_first() -> None:
    b = Bench()
    first, second = b.begin(), b.begin()
    assert first != second
    b.errands.resolved(first, [PEER], NOW)
    assert b.told == []


def test_sessions_do_not_disturb_each_other() -> None:
    b = Bench()
    one, two = b.begin(7), b.begin(8)
    b.errands.resolved(one, [PEER], NOW)
    b.errands.resolved(two, [PEER], NOW + 500)
    assert b.errands.deadline() == NOW + 2000
    b.errands.timeout(NOW + 2000)
    assert b.told[-1] == (7, Progress(["Success rate is 0 percent (0/1)"], ".", True))
    assert b.errands.deadline() == NOW + 2500


def test_packets_that_do_not_fit_into_memory_end_it() -> None:
    b = Bench()
    lookup = b.begin()
    b.errands.resolved(lookup, [PEER], NOW)

    def full(*order: Any) -> None:
        if order[0] == "icmp_send":
            raise MemoryError
        b.orders.append(order)

    b.errands._order = full
    lookup = b.begin(8)
    b.errands.resolved(lookup, [PEER], NOW)
    assert b.told[-1] == (8, Progress([], "", True, "Not enough memory for packets of this size"))
    assert b.orders[-1] == ("icmp_close", LOOKUPS_FROM - lookup)
