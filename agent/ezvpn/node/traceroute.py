"""`traceroute`: echoes with a rising time to live; the router where one expires says so (RFC 792, RFC 1393 1 tells the idea).

Level 4, sans-I/O. The same methods as `ping`. IOS sends UDP to high ports; an echo gets through more filters, and one socket is
enough for question and answer.
"""

from ezvpn.console.probes import TraceRequest
from ezvpn.node.echoes import Echoes
from ezvpn.wire.icmp import Type, Unreachable
from ezvpn.wire.inet import ipv4_text

_MARKS = {Unreachable.NETWORK: "!N", Unreachable.HOST: "!H", Unreachable.PROTOCOL: "!P"}


class Traceroute(Echoes):
    """One traceroute."""

    needs_errors = True
    df = False

    def __init__(self, request: TraceRequest, address: bytes, identifier: int) -> None:
        super().__init__(b"hops", address, identifier)
        self.request = request
        self.ttl = request.first
        self._sequence = 0
        self._probe = 0  # of this hop
        self._shown = b""  # whose address stands in this line
        self._arrived = False  # this hop is the last

    def start(self, now: int) -> None:
        self._hop()
        self._send(now)

    def received(self, source: bytes, view: "bytes | memoryview", now: int) -> None:
        """One ICMP message; whose it is shows here."""
        found = self._answer(view, self._sequence)
        if found is None:
            return
        if source != self._shown:
            self._shown = source
            self._text += ipv4_text(source) + " "
        mark = ""
        if found.type == Type.UNREACHABLE:
            mark = "!A" if found.code in Unreachable.FILTERED else _MARKS.get(found.code, "!U")
        self._arrived = self._arrived or found.type in (Type.ECHO_REPLY, Type.UNREACHABLE)
        self._text += (mark + " " if mark else "") + str(now - self._asked_at) + " msec "
        self._go_on(now)

    def verdict(self) -> "list[str]":
        """Nothing is left to say."""
        return []

    def _waited(self, now: int) -> None:
        self._text += " * "
        self._go_on(now)

    def _go_on(self, now: int) -> None:
        if self._probe < self.request.probes:
            self._send(now)
            return
        if self._arrived or self.ttl == self.request.last:
            self._finish()
            return
        self.ttl += 1
        self._hop()
        self._send(now)

    def _hop(self) -> None:
        if self._text or self._sequence:
            self._text += "\n"
        self._text += f"{self.ttl:3d} "
        self._probe = 0
        self._shown = b""

    def _send(self, now: int) -> None:
        self._probe += 1
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._ask(self._sequence, self._token, self.request.timeout_ms, now)
