"""One edge device: configuration, tunnels, IKE, data plane, reports and log joined, without doors.

Level 4. Belongs here: who is told what in which order, what a new configuration bounces, and the orders to the runtime. Not
here: the doors (`node`), decisions about gateways (`tunnel`), words of the console (`console`). What comes out of the core is
handed on in a fixed order: data plane, tunnel, report, log.
"""

from binascii import hexlify

from ezvpn.compat import const
from ezvpn.config import changes
from ezvpn.config.changes import Effect
from ezvpn.config.model import Config, Interface
from ezvpn.config.render import render
from ezvpn.console.debug import Clock
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import DataPlane, KernelError, Route
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildDown, ChildUp, Event, Incoming, PeerMoved, Watch
from ezvpn.ike.params import ModeConfig
from ezvpn.ike.status import TunnelStatus
from ezvpn.log import CATALOG, LogRecord, Ring, Severity
from ezvpn.node.callers import Callers
from ezvpn.node.debugging import Debugging
from ezvpn.node.facts import Facts, Order
from ezvpn.node.handover import Handover
from ezvpn.node.plane_watch import PlaneWatch
from ezvpn.node.settings import map_settings_of, masked, settings_of
from ezvpn.node.stderr import StderrLog
from ezvpn.record import wipe
from ezvpn.report import snapshot
from ezvpn.report.reporter import Reporter
from ezvpn.tunnel.crypto_map import CryptoMap
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.outputs import Attach, Detach, Look, Notice, Output, Resolve
from ezvpn.tunnel.outside import Links
from ezvpn.tunnel.peers import parse_ipv4
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import State
from ezvpn.wire.inet import ipv4_text

_ORDERS_MAX = const(256)
_WORDS = ("log", "write")
_LOOKUPS_MAX = const(32)
_STRAY_MS = const(10000)  # packets with an unknown SPI are logged at most this often


class _Edge:
    """One tunnel with what only the node knows of it."""

    def __init__(self, tunnel: EasyVpn) -> None:
        self.tunnel = tunnel
        self.attached = False
        self.route: "Route | None" = None  # the way to the peer, as of the last attempt
        self.up = False
        self.carries_reports = False  # the broker may be behind this tunnel
        self.dirty = False
        self.told = State.IDLE  # the state in the last event that was reported


class Device:
    """entropy(n) -> n random bytes. `counters` counts what was ignored or did not fit. `Node` adds the doors."""

    def __init__(self, crypto: Crypto, entropy: object, plane: DataPlane, facts: Facts) -> None:
        self.crypto = crypto
        self.plane = plane
        self.facts = facts
        self.config = Config()
        self.log = Ring()
        self.links = Links(facts.aliases)
        self.endpoint = Endpoint(crypto, entropy)
        self.debugging = Debugging(self.log, self.endpoint)
        self.reporter = Reporter(facts.boot_id, self.tunnels)
        self.counters: "dict[str, int]" = {}
        self.outside: object = None  # () -> [(name, count)]: what the runtime counts
        self.witness: object = None  # the flight recorder, if there is one
        self._wall_offset: "int | None" = None
        self._wall_synced = False
        self._entropy = entropy
        self._edges: "list[_Edge]" = []
        self._children: "dict[int, tuple[int, str]]" = {}  # inbound SPI -> (session, tunnel)
        self._orders: "list[Order]" = []
        self._lookups: "dict[int, tuple[str, int]]" = {}  # resolve id -> (tunnel, its ticket)
        self._next_lookup = 1
        self._closing = False
        self._started = False
        self._report_at: "int | None" = None
        self._strays_at: "int | None" = None
        self._refresh_at: "int | None" = None
        self._watch = PlaneWatch(self.endpoint, plane)
        self._handover = Handover(plane)
        self._callers = Callers(self.endpoint)
        self._maps = 0  # tunnels of crypto maps whose callers the core was told
        self._stderr = StderrLog(self.log, self.order)

    # --- changes and questions ----------------------------------------------------------------------------------------

    def apply(self, config: Config, now: int) -> "list[str]":
        """A new configuration takes effect: `config.changes` says what bounces. Returns warnings."""
        if self._closing:
            return []
        found = changes.diff(self.config, config)
        self.config = config
        wanted: "list[Settings]" = [
            settings_of(config, profile, self.crypto, self.facts) for profile in config.profiles
        ]
        names = [settings.name for settings in wanted]
        for entry in config.crypto_maps:
            if entry.tunnel not in names:
                wanted.append(map_settings_of(config, entry, self.crypto, self.facts))
        names = [settings.name for settings in wanted]
        for edge in list(self._edges):
            of_a_map = [1 for each in wanted if each.name == edge.tunnel.name and isinstance(each, MapSettings)] != []
            if edge.tunnel.name not in names or of_a_map != isinstance(edge.tunnel, CryptoMap):
                edge.tunnel.close(now)
                self._obey(edge, now)
                self._edges.remove(edge)
                self.reporter.tunnel_removed(edge.tunnel.name, now)
        self._report_at = now  # not here: the first datagram does not wait until the report is set up
        for settings in wanted:
            existing = self._edge(settings.name)
            edge = existing or self._new_edge(settings, now)
            reconnect = False
            for change in found:
                reconnect = reconnect or (change.effect == Effect.RECONNECT and change.profile in ("", settings.name))
            by_hand = self._shut(settings.outside) or settings.outside != edge.tunnel.settings.outside
            edge.tunnel.interface(self._available(settings.outside), now, shut=by_hand)
            edge.tunnel.configure(settings, reconnect and existing is not None, now)
            edge.dirty = True
            self._obey(edge, now)
        if not self._started:
            self._started = True
            self._add_log(now, "RESTART", self.facts.model + " with ezvpn " + self.facts.version)
        warnings = self._interface_warnings()
        for text in warnings:
            self._add_log(now, "CONFIG_WARNING", text)
        self._settle(now)
        return warnings

    def tunnels(self, now: int) -> "list[TunnelStatus]":
        """A fresh snapshot of every tunnel, in the order of the configuration."""
        return [self._status(edge, now) for edge in self._edges]

    def states(self) -> "list[tuple[str, str]]":
        """Name and state of every tunnel."""
        return [(edge.tunnel.name, edge.tunnel.state) for edge in self._edges]

    def tunnel(self, name: str) -> "EasyVpn | None":
        """The tunnel of this profile; call `after_command` when it was told something."""
        edge = self._edge(name)
        return edge.tunnel if edge is not None else None

    def after_command(self, now: int) -> None:
        """A tunnel was told something by a console: do what follows from it."""
        for edge in self._edges:
            self._obey(edge, now)
        self._settle(now)

    def note(self, now: int, mnemonic: str, *args: object) -> None:
        """A line for the log."""
        self._add_log(now, mnemonic, *args)

    def wall(self, now: int) -> "tuple[int | None, bool]":
        """(wall clock in ms since 1970, or None while nobody has told it; whether it is synchronised)."""
        if self._wall_offset is None:
            return None, False
        return now + self._wall_offset, self._wall_synced

    def order(self, name: str, *args: object) -> None:
        """Queue an order. Beyond 256 those that only tell something are dropped and counted; the others have bounds of their
        own."""
        if len(self._orders) >= _ORDERS_MAX and name in _WORDS:
            self._count("lost_orders")
            return
        self._orders.append(Order(name, args))

    def all_counters(self) -> "list[tuple[str, int]]":
        """Everything that was ignored, dropped or refused, sorted by name."""
        found = dict(self.counters)
        for cause in self.endpoint.dropped:
            found["isakmp " + cause] = self.endpoint.dropped[cause]
        for edge in self._edges:
            tunnel = edge.tunnel
            for what in tunnel.ignored:
                found[tunnel.name + " ignored " + what] = tunnel.ignored[what]
            found[tunnel.name + " stale events"] = tunnel.stale
            found[tunnel.name + " lost notices"] = tunnel.telling.lost
        if self.debugging.left_out:
            found["debug lines left out"] = self.debugging.left_out
        found["data plane edges lost"] = self.plane.overflows
        drops = self.plane.drops()
        for cause in drops:
            found["data plane " + cause] = drops[cause]
        if self.outside is not None:
            for name, count in self.outside():  # type: ignore[operator]
                found[name] = count
        return [(name, found[name]) for name in sorted(found)]

    # --- handing on ---------------------------------------------------------------------------------------------------

    def _hand_out(self, now: int) -> bool:
        """Drain the core: data plane, tunnel, report, log. False: there was nothing."""
        any_event = False
        while True:
            event = self.endpoint.event()
            if event is None:
                break
            any_event = True
            if isinstance(event, Watch):
                self._watch.wanted(event, now)
                continue
            if isinstance(event, Incoming):
                self._adopt(event, now)
                continue
            edge = self._owner(event.session)
            if not self._to_plane(event, edge, now):
                continue
            if edge is not None:
                edge.tunnel.handle(event, now)
                self._obey(edge, now)
            self.debugging.event(event, edge.tunnel.local if edge is not None else None, now)
        if any_event:
            self._settle(now)
        return any_event

    def _to_plane(self, event: Event, edge: "_Edge | None", now: int) -> bool:
        """First of all the packets. False: the tunnel must not hear of this event."""
        if isinstance(event, ChildUp):
            if edge is None:
                for key in (event.key_in, event.auth_in, event.key_out, event.auth_out):
                    wipe(key)
                return False
            try:
                if self.plane.install(edge.tunnel.name, event, now):
                    self._handover.add(event.spi_in, now)
            except KernelError as error:
                edge.tunnel.plane_failed(error.what, now)
                self._obey(edge, now)
                return False
            self._watch.installed(event)
            self._children[event.spi_in] = (event.session, edge.tunnel.name)
        elif isinstance(event, ChildDown):
            self.plane.remove(event.spi_in, now)
            self._watch.removed(event.spi_in)
            self._children.pop(event.spi_in, None)
        elif isinstance(event, PeerMoved) and edge is not None and edge.tunnel.peer_address is not None:
            if event.session != edge.tunnel.session:
                return True  # of a session beside the one in use
            self.plane.moved(edge.tunnel.peer_address, event.peer, event.port)
            edge.tunnel.peer_address = event.peer
            edge.dirty = True
        return True

    def _obey(self, edge: _Edge, now: int) -> None:
        """Do what a tunnel wants done."""
        while True:
            output = edge.tunnel.output()
            if output is None:
                return
            edge.dirty = True
            self._obey_one(edge, output, now)

    def _obey_one(self, edge: _Edge, output: Output, now: int) -> None:
        name = edge.tunnel.name
        if isinstance(output, Attach):
            try:
                self.plane.attach(name, output.config, output.peer, now)
            except KernelError as error:
                self._add_log(now, "DATAPLANE", error.what)
                edge.tunnel.plane_failed(error.what, now)
                return
            edge.attached = True
            edge.carries_reports = self._carries_reports(output.config)
            self._watch_tun(True)
            edge.tunnel.attached(now)
        elif isinstance(output, Detach):
            edge.attached = False
            self._watch_tun([other for other in self._edges if other.attached] != [])
            self.plane.detach(name, now)
        elif isinstance(output, Resolve):
            if len(self._lookups) >= _LOOKUPS_MAX:
                self._count("lookups_beyond_bound")  # the tunnel gives the name up by itself
                return
            self._lookups[self._next_lookup] = (name, output.ticket)
            self.order("resolve", self._next_lookup, output.host)
            self._next_lookup += 1
        elif isinstance(output, Look):
            edge.tunnel.traffic(self._last_packet(edge, now), now)
        elif isinstance(output, Notice):
            self._notice(edge, output, now)

    def _notice(self, edge: _Edge, notice: Notice, now: int) -> None:
        tunnel = edge.tunnel
        if CATALOG[notice.mnemonic][1] >= Severity.DEBUG:
            if self.debugging.wants(notice.mnemonic):
                self.debugging.tell(now, notice.mnemonic, notice.args)
            return
        record = self._add_log(now, notice.mnemonic, *notice.args)
        again = notice.mnemonic == "EZVPN_XAUTH" and edge.told == tunnel.state  # a reminder is for the console alone
        if not again:
            if self._report_at is not None:
                self._configure_reports(now)
            before = edge.told
            edge.told = tunnel.state
            self.reporter.event(tunnel.name, record, before, tunnel.state, now, tunnel.cause, tunnel.reason)

    def _settle(self, now: int) -> None:
        """After everything else: report what changed, pass the reporter's orders on, let consoles and stderr read the log."""
        complaint = self.plane.complaint()
        if complaint:
            self._add_log(now, "DATAPLANE_WARNING", complaint)
        maps = [edge for edge in self._edges if isinstance(edge.tunnel, CryptoMap)]
        if len(maps) != self._maps or [1 for edge in maps if edge.dirty]:
            # Not at each call: the way to each peer is asked of the kernel for it.
            self._maps = len(maps)
            self._callers.update([edge.tunnel for edge in maps if isinstance(edge.tunnel, CryptoMap)])
        for edge in self._edges:
            if edge.dirty:
                edge.dirty = False
                self.reporter.tunnel_changed(self._status(edge, now), now)
                up = edge.tunnel.state == State.IPSEC_ACTIVE
                if up != edge.up:
                    edge.up = up
                    if edge.carries_reports:
                        self.reporter.route_changed(now)
        while True:
            order = self.reporter.order()
            if order is None:
                break
            self.order(order.name, *order.args)
        attended = self._consoles_read(now)
        wall, synced = self.wall(now)
        self._stderr.follow(self.config.logging_level, Clock(now, wall, synced), attended)

    def _consoles_read(self, now: int) -> bool:
        """Let the consoles read the log and pass on what they print; whether there is one."""
        raise NotImplementedError

    # --- inside -------------------------------------------------------------------------------------------------------

    def _new_edge(self, settings: Settings, now: int) -> _Edge:
        name = settings.name
        kind = CryptoMap if isinstance(settings, MapSettings) else EasyVpn
        tunnel = kind(settings, self.endpoint, self._entropy, lambda peer: self._locate(name, peer), now)
        edge = _Edge(tunnel)
        self._edges.append(edge)
        return edge

    def _adopt(self, event: Incoming, now: int) -> None:
        """A peer of a crypto map called."""
        edge = self._edge(self._callers.name(event.rule))
        if edge is None or not isinstance(edge.tunnel, CryptoMap):
            self.endpoint.close(event.session, now, "not in use")
            return
        edge.tunnel.adopt(event.session, event.peer, now)
        self._obey(edge, now)

    def _locate(self, name: str, peer: bytes) -> "bytes | None":
        """Our address on the way to a peer, None where nobody knows."""
        edge = self._edge(name)
        route = self.plane.route_to(peer)
        if edge is not None:
            edge.route = route
        return route.source if route is not None else None

    def _status(self, edge: _Edge, now: int) -> TunnelStatus:
        status = edge.tunnel.status(now)
        if not status.outside and edge.route is not None:
            status.outside = edge.route.device
        found = [self.plane.status(spi, now) for spi in edge.tunnel.spis()]
        status.children = tuple([child for child in found if child is not None])
        return status

    def _last_packet(self, edge: _Edge, now: int) -> "int | None":
        """When the last inner packet passed under the pairs of a tunnel, renewed ones included."""
        last: "int | None" = None
        for spi in edge.tunnel.flows.spis():
            status = self.plane.status(spi, now)
            if status is not None:
                for at in (status.last_in, status.last_out):
                    if at is not None and (last is None or at > last):
                        last = at
        return last

    def _refresh(self, now: int) -> None:
        self._refresh_at = None
        for edge in self._edges:
            edge.dirty = edge.dirty or isinstance(edge.tunnel, CryptoMap)  # our address for its callers may be another
            self._check_way(edge, now)
            self._obey(edge, now)
        self.plane.refresh(now)

    def _check_way(self, edge: _Edge, now: int) -> None:
        tunnel = edge.tunnel
        peer = tunnel.peer_address
        if peer is None or tunnel.local is None:
            return
        route = self.plane.route_to(peer)
        # No route at the moment: the link may come back with the same address, so the SAs stay.
        if route is not None and route.source is not None and route.source != tunnel.local:
            tunnel.address_changed(now)

    def _available(self, outside: str) -> bool:
        return self.links.available(outside) and not self._shut(outside)

    def _shut(self, outside: str) -> bool:
        interface = self._interface(outside)
        return interface is not None and interface.shutdown

    def _interface_warnings(self) -> "list[str]":
        found = [
            self.links.warning(each.name, each.address)
            for each in self.config.interfaces
            if each.ezvpn or each.crypto_map
        ]
        return [text for text in found if text]

    def _carries_reports(self, config: ModeConfig) -> bool:
        """Whether the way to the broker may lead through a tunnel with this configuration."""
        mqtt = self.config.mqtt
        if mqtt is None or mqtt.host is None:
            return False
        broker = parse_ipv4(mqtt.host)
        if broker is None or not config.split_include:
            return True
        return [
            1 for split in config.split_include if masked(broker, split.mask) == masked(split.address, split.mask)
        ] != []

    def _watch_tun(self, on: bool) -> None:
        if self.plane.table is not None:
            self.order("listen_tun", on)

    def _stray(self, spi: int, peer: "bytes | None", now: int) -> None:
        self._count("unknown_spi")
        if self._strays_at is None or now - self._strays_at >= _STRAY_MS:
            self._strays_at = now
            self._add_log(now, "RECVD_PKT_INV_SPI", spi, spi, ipv4_text(peer) if peer else "unknown")

    def _configure_reports(self, now: int) -> None:
        self._report_at = None
        facts = self.facts
        digest = self.crypto.hash("sha256", "\n".join(render(self.config, True)).encode())
        name = hexlify(digest[:8]).decode()
        known = snapshot.Facts(facts.model, facts.version, facts.serial, facts.interpreter, name)
        self.reporter.configure(self.config.mqtt, self.config.hostname, known, now)
        for edge in self._edges:
            edge.dirty = True

    def _add_log(self, now: int, mnemonic: str, *args: object) -> LogRecord:
        """Into the ring. Lines of debugging go through `debugging`."""
        return self.log.add(now, mnemonic, *args)

    def _owner(self, session: int) -> "_Edge | None":
        for edge in self._edges:
            if edge.tunnel.owns(session):
                return edge
        return None

    def _edge(self, name: str) -> "_Edge | None":
        for edge in self._edges:
            if edge.tunnel.name == name:
                return edge
        return None

    def _interface(self, name: str) -> "Interface | None":
        for interface in self.config.interfaces:
            if interface.name == name:
                return interface
        return None

    def _count(self, what: str) -> None:
        self.counters[what] = self.counters.get(what, 0) + 1
