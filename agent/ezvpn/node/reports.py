"""What of the tunnels the reporter is told, and when: the node's side of `report.reporter`.

Level 4. Belongs here: which status is reported again, which line of the log is an event of a tunnel, through which tunnel the way
to the broker may lead. Not here: births, rates and bounds (`report`), what the MQTT adapter says (`node`).
"""

from binascii import hexlify

from ezvpn.config.model import Config, Mqtt
from ezvpn.config.render import render
from ezvpn.config.secrets import Sealed
from ezvpn.crypto.port import Crypto
from ezvpn.ike.params import ModeConfig
from ezvpn.log import LogRecord
from ezvpn.node.facts import Facts
from ezvpn.node.tunnel_edge import TunnelEdge
from ezvpn.report import snapshot
from ezvpn.report.reporter import Reporter
from ezvpn.tunnel.peers import parse_ipv4
from ezvpn.tunnel.states import State
from ezvpn.wire.inet import masked


class Reports:
    """config: the one in effect · edges: the list of tunnels that the device keeps · order(name, *args) queues an order."""

    def __init__(
        self, reporter: Reporter, edges: "list[TunnelEdge]", crypto: Crypto, facts: Facts, order: object
    ) -> None:
        self.config = Config()
        self._reporter = reporter
        self._edges = edges
        self._crypto = crypto
        self._facts = facts
        self._order = order
        self._configure_at: "int | None" = None

    def configured(self, now: int) -> None:
        """`config` took effect. The reporter hears of it at the next `timeout`: no datagram waits until reports are set up."""
        self._configure_at = now

    def deadline(self) -> "int | None":
        return self._configure_at

    def timeout(self, now: int) -> None:
        if self._configure_at is not None and self._configure_at <= now:
            self._configure(now)

    def attached(self, edge: TunnelEdge, config: ModeConfig) -> None:
        """The data plane was set up for a tunnel with this configuration: may the way to the broker lead through it?"""
        edge.carries_reports = self._leads_through(config)

    def event(self, edge: TunnelEdge, record: LogRecord, now: int) -> None:
        """A tunnel said something that is in the log now."""
        tunnel = edge.tunnel
        if record.mnemonic == "EZVPN_XAUTH" and edge.told == tunnel.state:
            return  # a reminder is for the console alone
        if self._configure_at is not None:
            self._configure(now)
        before = edge.told
        edge.told = tunnel.state
        self._reporter.event(tunnel.name, record, before, tunnel.state, now, tunnel.cause, tunnel.reason)

    def settle(self, now: int) -> None:
        """Report what changed, and pass on what the reporter wants done."""
        for edge in self._edges:
            if edge.dirty:
                edge.dirty = False
                if self._reporter.topics is not None:
                    self._reporter.tunnel_changed(edge.status(now), now)
                up = edge.tunnel.state == State.IPSEC_ACTIVE
                if up != edge.up:
                    edge.up = up
                    if edge.carries_reports:
                        self._reporter.route_changed(now)
        while True:
            order = self._reporter.order()
            if order is None:
                break
            self._order(order.name, *order.args)  # type: ignore[operator]

    def _configure(self, now: int) -> None:
        self._configure_at = None
        facts = self._facts
        digest = self._crypto.hash("sha256", "\n".join(render(self.config, True)).encode())
        name = hexlify(digest[:8]).decode()
        known = snapshot.Facts(facts.model, facts.version, facts.serial, facts.interpreter, name)
        self._reporter.configure(_usable(self.config.mqtt), self.config.hostname, known, now)
        for edge in self._edges:
            edge.dirty = True

    def _leads_through(self, config: ModeConfig) -> bool:
        mqtt = self.config.mqtt
        if mqtt is None or mqtt.host is None:
            return False
        broker = parse_ipv4(mqtt.host)
        if broker is None or not config.split_include:
            return True
        return [
            1 for split in config.split_include if masked(broker, split.mask) == masked(split.address, split.mask)
        ] != []


def _usable(mqtt: "Mqtt | None") -> "Mqtt | None":
    """Not with a password that could not be opened."""
    return None if mqtt is not None and isinstance(mqtt.password, Sealed) else mqtt
