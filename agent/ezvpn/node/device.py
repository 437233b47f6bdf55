"""One edge device: configuration, tunnels, IKE, data plane, reports and log joined, without doors.

Level 4. Belongs here: who is told what in which order, what a new configuration bounces, and the orders to the runtime. Not
here: the doors (`node`), decisions about gateways (`tunnel`), words of the console (`console`). What comes out of the core is
handed on in a fixed order: data plane, tunnel, report, log.
"""

from ezvpn.compat import const
from ezvpn.config import changes
from ezvpn.config.changes import Effect
from ezvpn.config.model import Config, Interface
from ezvpn.config.render import to_text
from ezvpn.console.debug import Clock
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import DataPlane, KernelError
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildDown, ChildUp, Event, Incoming, PeerMoved, Watch
from ezvpn.ike.status import TunnelStatus
from ezvpn.log import CATALOG, LogRecord, Ring, Severity
from ezvpn.node.callers import Callers
from ezvpn.node.counters import gathered
from ezvpn.node.debugging import Debugging
from ezvpn.node.facts import Facts, Order
from ezvpn.node.handover import Handover
from ezvpn.node.lastrun import LastRun
from ezvpn.node.own_network import set_network
from ezvpn.node.plane_watch import PlaneWatch
from ezvpn.node.provisional import Provisional
from ezvpn.node.receivers import received, receivers
from ezvpn.node.reload import ScheduledReload
from ezvpn.node.reports import Reports
from ezvpn.node.settings import map_settings_of, settings_of
from ezvpn.node.stderr import StderrLog
from ezvpn.node.tunnel_edge import TunnelEdge
from ezvpn.node.vault import Vault
from ezvpn.node.wall_time import WallTime
from ezvpn.record import wipe
from ezvpn.report.reporter import Reporter
from ezvpn.tunnel.crypto_map import CryptoMap
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.outputs import Attach, Detach, Look, Notice, Output, Resolve
from ezvpn.tunnel.outside import Links
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.shares import Shares
from ezvpn.wire.inet import ipv4_text

_ORDERS_MAX = const(256)
# IOS counts its log in bytes, this one is a ring of lines: as many as would fit, within what a small device can bear.
_LINE_BYTES = const(80)
_LOG_LEAST = const(50)
_LOG_MOST = const(1000)
_WORDS = ("log", "write")
_LOOKUPS_MAX = const(32)
_STRAY_MS = const(10000)  # packets with an unknown SPI are logged at most this often


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
        self.files: object = None  # the runtime's `Shelf`: read(name), write(name, data), delete(name), names()
        self.vault: "Vault | None" = None  # None: nothing is encrypted, as in a replay
        self.machine: object = None  # `machine.Machine`: what consoles ask of it, None where nobody tells
        self.witness: object = None  # the flight recorder, if there is one
        self.time = WallTime(facts.is_router, entropy, self.reporter, self.order, self.note)
        self.entropy = entropy
        self._edges: "list[TunnelEdge]" = []
        self._children: "dict[int, tuple[int, str]]" = {}  # inbound SPI -> (session, tunnel)
        self._orders: "list[Order]" = []
        self._lookups: "dict[int, tuple[str, int]]" = {}  # resolve id -> (tunnel, its ticket)
        self._next_lookup = 1
        self._closing = False
        self._started = False
        self._strays_at: "int | None" = None
        self._refresh_at: "int | None" = None
        self._network: object = None  # the last order `set_network`
        self._watch = PlaneWatch(self.endpoint, plane)
        self._handover = Handover(plane)
        self._callers = Callers(self.endpoint)
        self._shares = Shares(self.endpoint)
        self._maps = 0  # tunnels of crypto maps whose callers the core was told
        self._stderr = StderrLog(self.log, self.order)
        self.transfers: "Transfers | None" = None  # type: ignore[name-defined] # noqa: F821 # made with the first console
        self._reports = Reports(self.reporter, self._edges, crypto, facts, self.order)
        self._last_run = LastRun(self.order, facts.machine_boot)
        self.reload = ScheduledReload(self.order, self.note)
        self.provisional = Provisional(self.order, self.note, self.stored_text, lambda: self.config, self.apply)

    # --- changes and questions ----------------------------------------------------------------------------------------

    def apply(self, config: Config, now: int) -> "list[str]":
        """A new configuration takes effect: `config.changes` says what bounces. Returns warnings."""
        if self._closing:
            return []
        found = changes.diff(self.config, config)
        if config.line.speed is not None and config.line.speed != self.config.line.speed:
            self.order("console_speed", config.line.speed)
        self.config = self._reports.config = config
        self.log.resize(min(max(config.logging_bytes // _LINE_BYTES, _LOG_LEAST), _LOG_MOST))
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
        if self.facts.is_router:
            self._set_network(config)
        self.time.configure(config.ntp_servers, now)
        self._reports.configured(now)
        self._last_run.begin(now)
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
        return [edge.status(now) for edge in self._edges]

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

    def stored_text(self, config: Config) -> "tuple[str, bytes]":
        """(why not or "", a configuration as it goes into a file). What shall be encrypted never goes there plain."""
        if not config.password_encryption or self.vault is None:
            return "", to_text(config).encode()
        problem = self.vault.ready()
        return problem, b"" if problem else to_text(config, self.vault.seal).encode()

    def set_clock(self, wall_ms: int, now: int) -> None:
        """A user says what time it is."""
        self.time.set(wall_ms, now)
        self._settle(now)

    def order(self, name: str, *args: object) -> None:
        """Queue an order. Beyond 256 those that only tell something are dropped and counted; the others have bounds of their
        own."""
        if len(self._orders) >= _ORDERS_MAX and name in _WORDS:
            self._count("lost_orders")
            return
        self._orders.append(Order(name, args))

    def reboot(self) -> None:
        """`reload`: the next run will know that it was wanted."""
        self._last_run.reload()
        self.order("reboot")

    def all_counters(self) -> "list[tuple[str, int]]":
        """Everything that was ignored, dropped or refused, sorted by name."""
        tunnels = [edge.tunnel for edge in self._edges]
        return gathered(self.counters, self.endpoint, tunnels, self.debugging, self.plane, self.outside)

    # --- handing on ---------------------------------------------------------------------------------------------------

    def _hand_out(self, now: int) -> bool:
        """Drain the core: data plane, tunnel, report, log. False: there was nothing."""
        any_event = told = False
        while True:
            event = self.endpoint.event()
            if event is None:
                break
            any_event = True
            if event.__class__ is Watch:
                # Nobody is told: what comes of the look is an event again.
                self._watch.wanted(event, now)
                continue
            told = True
            if event.__class__ is Incoming:
                self._adopt(event, now)
                continue
            found = receivers(event, [edge.tunnel for edge in self._edges], self._shares, now)
            edges = [edge for edge in self._edges if edge.tunnel in found]
            edge = edges[0] if edges else None
            if not self._to_plane(event, edge, now):
                continue
            for each in edges:
                each.tunnel.handle(event, now)
                self._obey(each, now)
            received(event, self._shares, now)
            self.debugging.event(event, edge.tunnel.local if edge is not None else None, now)
        if told:
            self._settle(now)
        return any_event

    def _to_plane(self, event: Event, edge: "TunnelEdge | None", now: int) -> bool:
        """First of all the packets. False: the tunnel must not hear of this event."""
        if isinstance(event, ChildUp):
            if edge is None:
                for key in (event.key_in, event.auth_in, event.key_out, event.auth_out):
                    wipe(key)
                if self.endpoint.status(event.session, now) is not None:
                    self.endpoint.close_child(event.session, event.child, now, "not in use")
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
        elif isinstance(event, PeerMoved):
            for each in self._edges:
                if each.tunnel.session == event.session and each.tunnel.peer_address is not None:
                    self.plane.moved(each.tunnel.peer_address, event.peer, event.port)
                    each.tunnel.peer_address = event.peer
                    each.dirty = True
        return True

    def _obey(self, edge: TunnelEdge, now: int) -> None:
        """Do what a tunnel wants done."""
        while True:
            output = edge.tunnel.output()
            if output is None:
                return
            edge.dirty = True
            self._obey_one(edge, output, now)

    def _obey_one(self, edge: TunnelEdge, output: Output, now: int) -> None:
        name = edge.tunnel.name
        if isinstance(output, Attach):
            try:
                self.plane.attach(name, output.config, output.peer, now)
            except KernelError as error:
                self._add_log(now, "DATAPLANE", error.what)
                edge.tunnel.plane_failed(error.what, now)
                return
            edge.attached = True
            self._reports.attached(edge, output.config)
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
            edge.tunnel.traffic(edge.last_packet(now), now)
        elif isinstance(output, Notice):
            self._notice(edge, output, now)

    def _notice(self, edge: TunnelEdge, notice: Notice, now: int) -> None:
        if CATALOG[notice.mnemonic][1] >= Severity.DEBUG:
            if self.debugging.wants(notice.mnemonic):
                self.debugging.tell(now, notice.mnemonic, notice.args)
            return
        self._reports.event(edge, self._add_log(now, notice.mnemonic, *notice.args), now)

    def _settle(self, now: int) -> None:
        """After everything else: report what changed, let consoles and stderr read the log."""
        complaint = self.plane.complaint()
        if complaint:
            self._add_log(now, "DATAPLANE_WARNING", complaint)
        changed = not self._edges  # the last of them may have gone
        for edge in self._edges:
            changed = changed or edge.dirty
        if changed:
            # Not at each call: the way to each peer is asked of the kernel for it.
            self._tell_callers()
        self._reports.settle(now)
        attended = self._consoles_read(now)
        if self._stderr.behind():
            wall, synced = self.time.wall(now)
            self._stderr.follow(self.config.logging_level, Clock(now, wall, synced), attended)

    def _tell_callers(self) -> None:
        """Tunnels of crypto maps came, went or changed: who may call."""
        maps = [edge for edge in self._edges if isinstance(edge.tunnel, CryptoMap)]
        if len(maps) != self._maps or [1 for edge in maps if edge.dirty]:
            self._maps = len(maps)
            self._callers.update([edge.tunnel for edge in maps if isinstance(edge.tunnel, CryptoMap)])

    def _consoles_read(self, now: int) -> bool:
        """Let the consoles read the log and pass on what they print; whether there is one."""
        raise NotImplementedError

    # --- inside -------------------------------------------------------------------------------------------------------

    def _new_edge(self, settings: Settings, now: int) -> TunnelEdge:
        endpoint = self._shares.view(settings.name) if isinstance(settings, MapSettings) else self.endpoint
        edge = TunnelEdge(settings, endpoint, self.entropy, self.plane, now)
        self._edges.append(edge)
        return edge

    def _adopt(self, event: Incoming, now: int) -> None:
        """A peer of crypto maps called."""
        names = self._callers.names(event.rule)
        called = [edge for edge in self._edges if edge.tunnel.name in names]
        for edge in called:
            self._shares.join(event.session, edge.tunnel.name)
        for edge in called:
            if isinstance(edge.tunnel, CryptoMap):
                edge.tunnel.adopt(event.session, event.peer, now)
                self._obey(edge, now)
        if not called:
            self.endpoint.close(event.session, now, "not in use")

    def _refresh(self, now: int) -> None:
        self._refresh_at = None
        for edge in self._edges:
            edge.dirty = edge.dirty or isinstance(edge.tunnel, CryptoMap)  # our address for its callers may be another
            edge.check_way(now)
            self._obey(edge, now)
        self.plane.refresh(now)

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
        if self.config.routes and not self.facts.is_router:
            found.append("ip route: the routes of this machine are not ours to set: nothing is done")
        return [text for text in found if text]

    def _set_network(self, config: Config) -> None:
        wanted = set_network(config, self.links)
        if wanted != self._network:
            self._network = wanted
            self.order("set_network", *wanted)

    def _watch_tun(self, on: bool) -> None:
        if self.plane.table is not None:
            self.order("listen_tun", on)

    def _stray(self, spi: int, peer: "bytes | None", now: int) -> None:
        self._count("unknown_spi")
        if self._strays_at is None or now - self._strays_at >= _STRAY_MS:
            self._strays_at = now
            self._add_log(now, "RECVD_PKT_INV_SPI", spi, spi, ipv4_text(peer) if peer else "unknown")

    def _add_log(self, now: int, mnemonic: str, *args: object) -> LogRecord:
        """Into the ring. Lines of debugging go through `debugging`."""
        return self.log.add(now, mnemonic, *args)

    def _edge(self, name: str) -> "TunnelEdge | None":
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
