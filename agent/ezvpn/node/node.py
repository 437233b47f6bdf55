"""The doors of one edge device (docs/architecture.md): the sans-I/O node that a runtime drives.

Level 4. Belongs here: the five verbs, the other doors, and the consoles behind them. Not here: what follows from what comes in
(`device`), descriptors and clocks (`runtime`).
"""

from ezvpn.compat import const
from ezvpn.config.model import Config
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import DataPlane, Edge
from ezvpn.ike.timers import earlier
from ezvpn.node.device import Device
from ezvpn.node.facts import TRANSFER_LOOKUPS, Facts, Order
from ezvpn.node.provisional import STORE_ID
from ezvpn.report.outbox import Outbox

_BREAK_MS = const(10_000)
_TIME_LOOKUPS = const(-999)  # ids of `resolve` from this one to -1 are of the time servers, those below of consoles
_REFRESH_MS = const(200)  # news of routes come in swarms: one look for all of them


class Node(Device):
    """`to` is where the datagram of the last `transmit` goes; `closed` turns True when all is out after `close`."""

    def __init__(self, crypto: Crypto, entropy: object, plane: DataPlane, facts: Facts) -> None:
        super().__init__(crypto, entropy, plane, facts)
        self.to: "tuple[int, bytes, int]" = (0, b"\0\0\0\0", 0)
        self._break_at: "int | None" = None  # when one was last logged
        self._desk: "Desk | None" = None  # type: ignore[name-defined] # noqa: F821
        self._timed: "tuple[object, ...]" = (
            self.reporter,
            self._handover,
            self._last_run,
            self._reports,
            self.provisional,
            self.reload,
            self.time,
        )

    # --- the five verbs -----------------------------------------------------------------------------------------------

    def receive(self, view: "memoryview | bytes", now: int, source: "tuple[int, bytes, int]") -> None:
        """One datagram of the IKE sockets, marker included on SOCKET_NATT."""
        self.endpoint.receive(view, now, source)

    def timeout(self, now: int) -> None:
        self.provisional.timeout(now)  # first: what comes back may itself be due for something at once
        self.endpoint.timeout(now)
        for edge in self._edges:
            edge.tunnel.timeout(now)
            self._obey(edge, now)
        self._last_run.timeout(now)
        self._reports.timeout(now)
        if self._refresh_at is not None and self._refresh_at <= now:
            self._refresh(now)
        self._handover.timeout(now)
        self.reload.timeout(now)
        if self.transfers is not None:
            self.transfers.timeout(now)
        self.reporter.timeout(now)
        if self._desk is not None:
            self._desk.timeout(now)
            self._desk.errands.timeout(now)
        self.time.timeout(now)
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
        # Asked after each mutation: no list is made.
        first = self.endpoint.deadline()
        for edge in self._edges:
            at = edge.tunnel.deadline()
            if at is not None and (first is None or at < first):
                first = at
        for part in self._timed:
            at = part.deadline()  # type: ignore[attr-defined]
            if at is not None and (first is None or at < first):
                first = at
        if self.transfers is not None:
            first = earlier(first, self.transfers.deadline())
        if self._desk is not None:
            first = earlier(earlier(first, self._desk.deadline()), self._desk.errands.deadline())
        return earlier(first, self._refresh_at)

    # --- more doors ---------------------------------------------------------------------------------------------------

    def resolved(self, id: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`; ids below 0 are of file transfers, time servers and consoles."""
        if id < 0:
            if id < TRANSFER_LOOKUPS:
                if self.transfers is not None:
                    self.transfers.resolved(id, addresses, now)
            elif id >= _TIME_LOOKUPS:
                self.time.resolved(id, addresses, now)
            elif self._desk is not None:
                self._desk.errands.resolved(id, addresses, now)
            self._settle(now)
            return
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
            edge.check_way(now)
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
        """What the machine's clock says; synced: it was set once."""
        wall, believed = self.time.machine(wall_ms, synced, now)
        self.provisional.wall = wall - now if wall is not None and believed else None
        self._settle(now)

    def ntp(self, source: bytes, view: "memoryview | bytes", now: int) -> None:
        """A datagram from port 123 of `source` (4 bytes)."""
        self.time.received(source, view, now)
        self._settle(now)

    def mqtt(self, what: str, now: int, topic: str = "", payload: "bytes | str" = b"") -> None:
        """What the MQTT adapter says: "up", "down", "refused" (payload: the reason), "message"."""
        if what != "message" and not isinstance(payload, str):
            payload = _as_text(payload)
        line = self.reporter.mqtt(what, now, topic, payload)
        if line:
            self._add_log(now, "MQTT", line)
        self._settle(now)

    def stored(self, id: int, ok: "bool | str", now: int) -> None:
        """Answer to the order `store`: True, or why not; id is the console or the command that asked, below 0 for nobody."""
        if id == STORE_ID:
            self.provisional.stored(ok, now)
            self._settle(now)
            return
        if id < 0:
            if ok is not True:
                self._count("records_not_stored")
            return
        self._consoles().answer(id, ok, now)
        self._settle(now)

    def console_open(self, id: int, width: int, now: int, length: int = 0, attended: bool = False) -> None:
        """A console was opened, `width` columns wide and `length` rows long (0: output does not pause). attended: the console
        line of the device, where `login` asks who comes in and which never ends."""
        self._consoles().open(id, width, length, attended, now)
        self._settle(now)

    def pending(self, config: Config, left_ms: int, now: int) -> None:
        """Changes were not confirmed when the last run ended: this configuration comes back in so many ms."""
        self.provisional.recall(config, left_ms, now)
        self._settle(now)

    def remark(self, text: str, now: int) -> None:
        """What the runtime found at the start and an operator must know."""
        self._add_log(now, "CONFIG_WARNING", text)
        self._settle(now)

    def tftp(self, id: int, view: "memoryview | bytes", address: bytes, port: int, now: int) -> None:
        """One datagram for the transfer of this console."""
        if self.transfers is not None:
            self.transfers.receive(id, view, address, port, now)
        self._settle(now)

    def icmp(self, id: int, source: bytes, view: "memoryview | bytes", now: int) -> None:
        """An ICMP message came in on the socket that the order `icmp_open` with this id asked for, without its IP header."""
        if self._desk is not None:
            self._desk.errands.received(id, source, view, now)
        self._settle(now)

    def icmp_failed(self, id: int, why: str, now: int) -> None:
        """That socket could not be opened, or would not send."""
        if self._desk is not None:
            self._desk.errands.failed(id, why, now)
        self._settle(now)
        self._settle(now)

    def console(self, id: int, view: "memoryview | bytes", now: int) -> None:
        """Bytes typed at a console."""
        self._consoles().feed(id, view, now)
        self._settle(now)

    def console_break(self, id: int, now: int) -> None:
        """A break came over the serial line of a console. One alone proves little: bytes of a slower speed look like breaks too,
        so they are counted, and logged once in 10 s."""
        self._count("console_breaks")
        if self._break_at is None or now - self._break_at >= _BREAK_MS:
            self._break_at = now
            self._add_log(now, "CONSOLE_BREAK", id)
        self._consoles().recover(id, now)
        self._settle(now)

    def console_close(self, id: int, now: int) -> None:
        """A console is gone."""
        self._consoles().close(id)
        if self.transfers is not None:
            self.transfers.forget(id)
        self._settle(now)

    def execute(self, id: int, line: str, now: int) -> None:
        """One command with all rights; id is unique among consoles too. The order `executed` brings its exit code and text,
        at once unless it has to wait for something. `console_close` breaks it off."""
        self._consoles().execute(id, line, now)
        self._settle(now)

    def close(self, now: int) -> None:
        """Send deletes, free the data plane, publish `offline`."""
        if self._closing:
            return
        self.provisional.close(now)
        self.reload.close()
        self._closing = True
        self._refresh_at = None
        self._last_run.stop()
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
