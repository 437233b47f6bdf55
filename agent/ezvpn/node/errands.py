"""What consoles have sent out and wait for: a name is looked up, a socket opened, then `ping` or `traceroute` runs over it.
`test crypto` runs without either.

Level 4, sans-I/O. Belongs here: whose errand it is, the orders to the runtime, the answers to the session. Not here: what is
sent and when (`ping`, `traceroute`). Nothing of it is recorded: it changes nothing of the device.
"""

from ezvpn.compat import const
from ezvpn.console.probes import PingRequest, Progress, TraceRequest
from ezvpn.node.work import Work
from ezvpn.wire.inet import checksum, ipv4_text

# Answers to `resolve` with an id up to this one are for an errand.
LOOKUPS_FROM = -1000

_SERIALS = const(0x7FFF)
_UNKNOWN_HOST = "Unrecognized host or address, or protocol not running."


class _Errand:
    """One console's errand. request: None for what needs no socket · work: None while its name is looked up."""

    def __init__(self, id: int, session: int, request: "PingRequest | TraceRequest | None") -> None:
        self.id = id
        self.session = session
        self.request = request
        self.work: "Work | None" = None


class Errands:
    """order(name, *arguments) queues one for the runtime; answer(session, Progress, now) reaches the command that waits. boot_id
    makes identifiers that differ from those of another device on the same machine."""

    def __init__(self, order: object, answer: object, boot_id: str) -> None:
        self._order = order
        self._answer = answer
        self._identifier = checksum(boot_id.encode())
        self._serial = 0
        self._running: "dict[int, _Errand]" = {}  # by id

    def start(self, session: int, request: "PingRequest | TraceRequest", now: int) -> None:
        """The answers come later, at least one."""
        self.stop(session)
        self._serial = self._serial % _SERIALS + 1
        errand = _Errand(self._serial, session, request)
        self._running[errand.id] = errand
        self._order("resolve", LOOKUPS_FROM - errand.id, request.host)  # type: ignore[operator]

    def begin(self, session: int, work: Work, now: int) -> None:
        """The same for work that needs no name and no socket."""
        self.stop(session)
        self._serial = self._serial % _SERIALS + 1
        errand = _Errand(self._serial, session, None)
        errand.work = work
        self._running[errand.id] = errand
        self._work(errand, lambda work: work.start(now), now)

    def stop(self, session: int) -> "list[str]":
        """Nobody waits any more. Returns the last lines of what ran."""
        for errand in list(self._running.values()):
            if errand.session == session:
                self._end(errand)
                if errand.work is not None:
                    return errand.work.verdict()
        return []

    def resolved(self, lookup: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`."""
        errand = self._running.get(LOOKUPS_FROM - lookup)
        request = errand.request if errand is not None else None
        if errand is None or request is None or errand.work is not None:
            return
        if not addresses:
            self._fail(errand, _UNKNOWN_HOST, now)
            return
        identifier = (self._identifier + errand.id) & 0xFFFF
        head = "Type escape sequence to abort."
        if isinstance(request, PingRequest):
            from ezvpn.node.ping import Ping  # imported here, like the other: few consoles ever need both

            errand.work = Ping(request, addresses[0], identifier)
            lines = [head, _sending(request, addresses[0])]
            if request.source is not None:
                lines.append("Packet sent with a source address of " + ipv4_text(request.source))
            if request.df:
                lines.append("Packet sent with the DF bit set")
        else:
            from ezvpn.node.traceroute import Traceroute

            errand.work = Traceroute(request, addresses[0], identifier)
            lines = [head, "Tracing the route to " + ipv4_text(addresses[0])]
        self._order("icmp_open", errand.id, request.source, errand.work.needs_errors)  # type: ignore[operator]
        self._tell(errand, Progress(lines), now)
        self._work(errand, lambda work: work.start(now), now)

    def received(self, id: int, source: bytes, view: "bytes | memoryview", now: int) -> None:
        """An ICMP message came in."""
        errand = self._running.get(id)
        if errand is not None and errand.work is not None:
            self._work(errand, lambda work: work.received(source, view, now), now)

    def failed(self, id: int, why: str, now: int) -> None:
        """The socket could not be opened, or not be used."""
        errand = self._running.get(id)
        if errand is not None:
            self._fail(errand, why, now)

    def timeout(self, now: int) -> None:
        for errand in list(self._running.values()):
            if errand.work is not None:
                self._work(errand, lambda work: work.timeout(now), now)

    def deadline(self) -> "int | None":
        first: "int | None" = None
        for id in self._running:
            work = self._running[id].work
            at = work.deadline() if work is not None else None
            if at is not None and (first is None or at < first):
                first = at
        return first

    def _work(self, errand: _Errand, step: object, now: int) -> None:
        try:
            step(errand.work)  # type: ignore[operator]
            self._go_on(errand, now)
        except MemoryError:
            self._fail(errand, "Not enough memory for packets of this size", now)

    def _go_on(self, errand: _Errand, now: int) -> None:
        work = errand.work
        if work is None:
            return
        while True:
            data = work.outgoing()
            if data is None:
                break
            self._order("icmp_send", errand.id, bytes(data), work.address, work.ttl, work.df)  # type: ignore[operator]
        text = work.marks()
        if work.done:
            self._end(errand)
            self._tell(errand, Progress(work.verdict(), text, True), now)
        elif text:
            self._tell(errand, Progress([], text), now)

    def _fail(self, errand: _Errand, why: str, now: int) -> None:
        self._end(errand)
        self._tell(errand, Progress([], "", True, why), now)

    def _end(self, errand: _Errand) -> None:
        self._running.pop(errand.id, None)
        if errand.work is not None and errand.request is not None:
            self._order("icmp_close", errand.id)  # type: ignore[operator]

    def _tell(self, errand: _Errand, progress: Progress, now: int) -> None:
        self._answer(errand.session, progress, now)  # type: ignore[operator]


def _sending(request: PingRequest, address: bytes) -> str:
    seconds = request.timeout_ms // 1000
    return f"Sending {request.repeat}, {request.size}-byte ICMP Echos to {ipv4_text(address)}, timeout is {seconds} seconds:"
