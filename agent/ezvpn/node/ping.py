"""`ping`: echo after echo to one address, each sent when the one before was answered or given up (RFC 792).

Level 4, sans-I/O. Belongs here: pace, marks, what is counted. Not here: which answers are ours (`echoes`), the socket and who
waits for it (`errands`).

    start · received · timeout     each with now; then `outgoing()` until None, `marks()`, `deadline()`, `done`
"""

from ezvpn.console.probes import PingRequest
from ezvpn.node.echoes import Echoes
from ezvpn.wire import icmp
from ezvpn.wire.icmp import Type, Unreachable
from ezvpn.wire.inet import IPV4_HEADER_BYTES

SHORTEST_MS = 10  # `timeout 0`: as fast as can be, and still not all at once
_PATTERN = b"\xab\xcd"  # IOS's

# What an error is shown as; anything else of its type as the entry without a code.
_MARKS = {
    (Type.UNREACHABLE, Unreachable.NETWORK): "N",
    (Type.UNREACHABLE, Unreachable.PROTOCOL): "P",
    (Type.UNREACHABLE, Unreachable.TOO_BIG): "M",
    (Type.QUENCH, 0): "Q",
}
_MARKS_OF_TYPE = {Type.UNREACHABLE: "U", Type.EXCEEDED: "&", Type.QUENCH: "Q"}
_UNREACHABLE_PAUSE_MS = 1000  # a router that refuses each one at once is not asked at full speed


class Ping(Echoes):
    """One ping."""

    needs_errors = False  # replies alone are enough
    ttl = 0  # the system's own

    def __init__(self, request: PingRequest, address: bytes, identifier: int) -> None:
        super().__init__(b"ping", address, identifier)
        self.request = request
        self.df = request.df
        self.sent = 0
        self.received_count = 0
        self._waiting = False
        self._times: "list[int]" = [0, 0, 0]  # least, sum, most

    def start(self, now: int) -> None:
        self._send(now)

    def received(self, source: bytes, view: "bytes | memoryview", now: int) -> None:
        """One ICMP message; whose it is shows here."""
        found = self._answer(view, self._sequence()) if self._waiting else None
        if found is None:
            return
        if found.type == Type.ECHO_REPLY:
            self._count(now - self._asked_at)
            self._mark("!")
            self._send(now)
            return
        self._mark(_MARKS.get((found.type, found.code)) or _MARKS_OF_TYPE[found.type])
        self._next = min(now + _UNREACHABLE_PAUSE_MS, self._asked_at + self.request.timeout_ms)
        if self.sent == self.request.repeat:
            self._finish()

    def verdict(self) -> "list[str]":
        """The last line, also of one that was broken off."""
        asked = self.sent - (1 if self._waiting else 0)
        percent = self.received_count * 100 // asked if asked else 0
        line = f"Success rate is {percent} percent ({self.received_count}/{asked})"
        if self.received_count:
            least, total, most = self._times
            average = (total + self.received_count // 2) // self.received_count
            line += f", round-trip min/avg/max = {least}/{average}/{most} ms"
        return [line]

    def _waited(self, now: int) -> None:
        if self._waiting:
            self._mark(".")
        self._send(now)

    def _sequence(self) -> int:
        return self.sent & 0xFFFF

    def _send(self, now: int) -> None:
        if self.sent == self.request.repeat:
            self._finish()
            return
        self.sent += 1
        room = self.request.size - IPV4_HEADER_BYTES - icmp.HEADER_BYTES
        data = (self._token + _PATTERN * (room // 2))[:room]
        self._ask(self._sequence(), data, max(self.request.timeout_ms, SHORTEST_MS), now)
        self._waiting = True

    def _mark(self, mark: str) -> None:
        self._waiting = False
        self._text += mark

    def _count(self, ms: int) -> None:
        times = self._times
        self._times = [ms if not self.received_count else min(times[0], ms), times[1] + ms, max(times[2], ms)]
        self.received_count += 1
