"""The doors of one edge device (docs/architecture.md): the sans-I/O node that a runtime drives.

Level 4. Belongs here: the five verbs, the other doors, and the consoles behind them. Not here: what follows from what comes in
(`device`), descriptors and clocks (`runtime`).
"""

from ezvpn.compat import const
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import DataPlane, Edge
from ezvpn.node.device import Device
from ezvpn.node.facts import Facts, Order
from ezvpn.report.outbox import Outbox

_REFRESH_MS = const(200)  # news of routes come in swarms: one look for all of them


class Node(Device):
    """`to` is where the datagram of the last `transmit` goes; `closed` turns True when all is out after `close`."""

    def __init__(self, crypto: Crypto, entropy: object, plane: DataPlane, facts: Facts) -> None:
        super().__init__(crypto, entropy, plane, facts)
        self.to: "tuple[int, bytes, int]" = (0, b"\0\0\0\0", 0)
        self._desk: "Desk | None" = None  # type: ignore[name-defined] # noqa: F821

    # --- the five verbs -----------------------------------------------------------------------------------------------

    def receive(self, view: "memoryview | bytes", now: int, source: "tuple[int, bytes, int]") -> None:
        """One datagram of the IKE sockets, marker included on SOCKET_NATT."""
        self.endpoint.receive(view, now, source)

    def timeout(self, now: int) -> None:
        self.endpoint.timeout(now)
        for edge in self._edges:
            edge.tunnel.timeout(now)
            self._obey(edge, now)
        if self._report_at is not None and self._report_at <= now:
            self._configure_reports(now)
        if self._refresh_at is not None and self._refresh_at <= now:
            self._refresh(now)
        self._handover.timeout(now)
        self.reporter.timeout(now)
        self._settle(now)

    def transmit(self, buf: "bytearray | memoryview", now: int) -> int:
        """The next datagram, 0 = none. The core's own law holds inside: its events are handed on when it has nothing to send,
        and what the tunnels then order may be something to send again."""
        while True:
            length = self.endpoint.transmit(buf, now)
            if length:
                self.to = self.endpoint.to
                return length
            if not self._hand_out(now):
                return 0

    def event(self) -> "Order | None":
        return self._orders.pop(0) if self._orders else None

    def deadline(self) -> "int | None":
        first = self.endpoint.deadline()
        for at in [edge.tunnel.deadline() for edge in self._edges] + [
            self.reporter.deadline(),
            self._handover.deadline(),
            self._report_at,
            self._refresh_at,
        ]:
            if at is not None and (first is None or at < first):
                first = at
        return first

    # --- more doors ---------------------------------------------------------------------------------------------------

    def resolved(self, id: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`."""
        name, ticket = self._lookups.pop(id, ("", 0))
        edge = self._edge(name)
        if edge is None:
            self._count("stale_lookups")
            return
        edge.tunnel.resolved(ticket, addresses, now)
        self._obey(edge, now)
        self._settle(now)

    def link(self, name: str, up: bool, address: "bytes | None", now: int) -> None:
        """A device went up or down, or its address or a route through it changed."""
        if not self.links.tell(name, up, address):
            self._count("links_beyond_bound")
            return
        for edge in self._edges:
            tunnel = edge.tunnel
            tunnel.interface(self._available(tunnel.settings.outside), now)
            self._check_way(edge, now)
            if up:
                tunnel.hurry(now)
            elif edge.route is not None and edge.route.device == name:
                tunnel.suspect(now)  # where no outside interface is named, this is the one
            self._obey(edge, now)
        self.routes_changed(now)

    def routes_changed(self, now: int) -> None:
        """Routes went, or something of ours was undone: in a moment the way to each peer and what the data plane put into the
        kernel are looked at."""
        if self._refresh_at is None and not self._closing:
            self._refresh_at = now + _REFRESH_MS
        self._settle(now)

    def unreachable(self, peer: bytes, now: int) -> None:
        """ICMP says that what we sent to this address (4 bytes) did not arrive. Nobody proves that, so it is no verdict: its
        gateway is asked at once."""
        self._count("icmp_unreachable")
        self.endpoint.suspect(peer, now)
        self._settle(now)

    def plane_edges(self, now: int) -> None:
        """The packet movers left edges behind."""
        while True:
            found = self.plane.event()
            if found is None:
                break
            session, name = self._children.get(found.spi, (0, ""))
            edge = self._edge(name)
            if found.kind == Edge.FIRST_IN and session:
                self.endpoint.note_inbound(session, now, found.spi)
            elif found.kind == Edge.FIRST_OUT and session:
                self.endpoint.note_outbound(session, now)
            elif found.kind == Edge.ICMP and session:
                self.endpoint.probe(session, now)
            elif found.kind == Edge.VOLUME and edge is not None:
                edge.tunnel.rekey(found.spi, now)
                self._obey(edge, now)
            elif found.kind == Edge.UNKNOWN_SPI:
                self._stray(found.spi, found.peer, now)
            elif found.kind == Edge.DEVICE:
                for other in self._edges:
                    if other.attached:
                        other.tunnel.plane_failed("the tunnel device was removed", now)
                        self._obey(other, now)
        self._settle(now)

    def clock(self, wall_ms: int, synced: bool, now: int) -> None:
        """What wall time it is."""
        self._wall_offset = wall_ms - now
        self._wall_synced = synced
        self.reporter.clock(wall_ms, synced, now)
        self._settle(now)

    def mqtt(self, what: str, now: int, topic: str = "", payload: "bytes | str" = b"") -> None:
        """What the MQTT adapter says: "up", "down", "refused" (payload: the reason), "message"."""
        if what != "message" and not isinstance(payload, str):
            payload = _as_text(payload)
        line = self.reporter.mqtt(what, now, topic, payload)
        if line:
            self._add_log(now, "MQTT", line)
        self._settle(now)

    def stored(self, id: int, ok: bool, now: int) -> None:
        """Answer to the order `store`; id is the console that asked, 0 for `execute`, below 0 for nobody."""
        if id < 0:
            if not ok:
                self._count("records_not_stored")
            return
        self._consoles().stored(id, ok, now)
        self._settle(now)

    def console_open(self, id: int, width: int, now: int) -> None:
        """A console was attached, `width` columns wide."""
        self._consoles().open(id, width, now)
        self._settle(now)

    def console(self, id: int, view: "memoryview | bytes", now: int) -> None:
        """Bytes typed at a console."""
        self._consoles().feed(id, view, now)
        self._settle(now)

    def console_close(self, id: int, now: int) -> None:
        """A console is gone."""
        self._consoles().close(id)
        self._settle(now)

    def execute(self, line: str, now: int) -> "tuple[int, str]":
        """One command with all rights: (exit code, text)."""
        answer: "tuple[int, str]" = self._consoles().execute(line, now)
        self._settle(now)
        return answer

    def executed(self) -> "tuple[int, str]":
        """The answer of the last `execute` once more, with what came of the orders it gave."""
        answer: "tuple[int, str]" = self._consoles().executed
        return answer

    def close(self, now: int) -> None:
        """Send deletes, free the data plane, publish `offline`."""
        if self._closing:
            return
        self._closing = True
        self._refresh_at = None
        for edge in self._edges:
            edge.tunnel.close(now)
            self._obey(edge, now)
        self._settle(now)
        self.reporter.stop(now)
        self._settle(now)

    @property
    def closed(self) -> bool:
        return self._closing and self.reporter.closed

    @property
    def outbox(self) -> Outbox:
        """What the MQTT adapter reads."""
        return self.reporter.outbox

    # --- consoles -----------------------------------------------------------------------------------------------------

    def _consoles_read(self, now: int) -> bool:
        if self._desk is None:
            return False
        self._desk.flush(now)
        attended: bool = self._desk.attended
        return attended

    def _consoles(self) -> "Desk":  # type: ignore[name-defined] # noqa: F821
        if self._desk is None:
            # Imported here: no datagram waits for the grammar of the console, and a device without one never loads it.
            from ezvpn.node.desk import Desk

            self._desk = Desk(self)
        return self._desk


def _as_text(data: bytes) -> str:
    """A reason that came as bytes, whatever they are."""
    try:
        return bytes(data).decode()
    except UnicodeError:
        return "".join([chr(byte) if 32 <= byte < 127 else "?" for byte in data])
