"""What must hold at every moment of the soak, and the figures it prints.

An outage is a chain of states, each with a bound of its own:

    unnoticed      the tunnel says IPSEC_ACTIVE and its gateway is gone or has forgotten it;
                   what it had sent before may still come, and is a sign of life                `detect`
    half           the gateway stands and lacks a pair: a lost delete; only the renewal of
                   that pair can tell                                                           the life of a pair
    reconnecting   the tunnel knows; a gateway is reachable all the while                      `reconnect`

Everything else is looked at whenever something changed, and thoroughly by `audit` once an hour.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field

from ezvpn.ike.child import RETIRED_MS
from ezvpn.ike.state import State
from ezvpn.wire.inet import ipv4_text
from soak.gateway import Gateway
from soak.traffic import Traffic
from soak.world import Violation, World

UP = "IPSEC_ACTIVE"
LOSSY = 0.1  # above this nothing is promised
SHORTEST_OUTAGE_MS = 2000  # less is a renewal whose last message is on its way
# Two ISAKMP SAs: how long beside each other.
DOUBLE_MS = RETIRED_MS + 60_000
SEEN_MAX = 256
CHILDREN_MAX = 24
LEAK_OBJECTS = 3000


@dataclass
class Bounds:
    """In ms. detect: from the loss of the gateway to the verdict, with traffic where that is on-demand · pair: the life of a
    pair · double: how long two pairs that nobody retired may stand for one network."""

    detect: int
    pair: int
    reconnect: int
    double: int
    on_demand: bool


@dataclass
class Figures:
    outages: int = 0
    failovers: int = 0
    pairs: int = 0
    deaths: int = 0
    reboots: int = 0
    probes: int = 0
    longest: dict[str, int] = field(default_factory=dict)
    bound: dict[str, int] = field(default_factory=dict)
    objects: int = 0

    def add(self, other: Figures) -> None:
        for name in ("outages", "failovers", "pairs", "deaths", "reboots", "probes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for kind, ms in other.longest.items():
            # Beside each other stand the outage that came nearest to its bound, and that bound.
            if kind not in self.longest or ms * self.bound[kind] > self.longest[kind] * other.bound[kind]:
                self.longest[kind], self.bound[kind] = ms, other.bound[kind]
        self.objects = max(self.objects, other.objects)


class Judge:
    """Called by the world. Raises `Violation`."""

    def __init__(self, world: World, bounds: Bounds, traffic: Traffic) -> None:
        self.world = world
        self.traffic = traffic
        self.bounds = bounds
        self.figures = Figures()
        self.kind = "reconnecting"
        self.since = world.now
        self._lacked: dict[int, int] = {}  # SPI of a pair that the gateway lacks -> since when
        self._last_sign = 0  # when the last of what the gateway had sent before it was gone arrives
        self._reachable: dict[bytes, int] = {}  # gateway -> since when
        self._last_peer = b""
        self._out_since = world.now
        self._doubles: dict[str, int] = {}
        self._objects = 0

    def __call__(self, now: int) -> None:
        self._look_at_gateways(now)
        self._check_deaths(now)
        self._check_bound(now)
        kind = self._kind_now(now)
        if kind != self.kind:
            if kind == "up":
                self._up_again(now)
            elif self.kind == "up":
                self._out_since = now
            self.kind, self.since = kind, now
            self._last_sign = self._arrives() if kind == "unnoticed" else 0
            self.traffic.health(kind == "up", now)
        self._check_doubles(now)

    def _up_again(self, now: int) -> None:
        figures = self.figures
        figures.outages += now - self._out_since > SHORTEST_OUTAGE_MS
        peer = self.world.device.node.tunnel("office").peer_address
        figures.failovers += self._last_peer not in (b"", peer)
        self._last_peer = peer

    def leave(self, now: int) -> None:
        """The device loses power."""
        self(now)
        self.figures.reboots += 1
        self.count()

    def count(self) -> None:
        """What the device counted by itself, before it forgets it."""
        self.figures.pairs += self.world.device.plane.installed
        self.figures.probes = sum(gateway.probes for gateway in self.world.gateways)

    def _check_deaths(self, now: int) -> None:
        """A verdict needs a reason: the gateway was gone, or something was lost in the time of the verdict."""
        deaths = self.world.device.deaths
        if deaths != self.figures.deaths:
            self.figures.deaths = deaths
            if self.kind in ("up", "half") and now - self.world.network.lost_at > self.bounds.detect:
                raise Violation("a gateway that lives and answers was called dead")

    def _look_at_gateways(self, now: int) -> None:
        network = self.world.network
        usable = network.open and self.world.device.names_work and network.loss <= LOSSY
        for gateway in self.world.gateways:
            if not (usable and gateway.up and gateway.address not in network.cut):
                self._reachable.pop(gateway.address, None)
            elif gateway.address not in self._reachable:
                self._reachable[gateway.address] = now

    def _gateway(self, peer: bytes | None) -> Gateway | None:
        for gateway in self.world.gateways:
            if gateway.address == peer:
                return gateway
        return None

    def _kind_now(self, now: int) -> str:
        lacked, self._lacked = self._lacked, {}
        node = self.world.device.node
        tunnel = node.tunnel("office")
        if tunnel is None or tunnel.state != UP:
            return "reconnecting"
        gateway = self._gateway(tunnel.peer_address)
        network = self.world.network
        if gateway is None or not gateway.up or gateway.address in network.cut or not network.open:
            return "unnoticed"
        session = node.endpoint._find(tunnel.session)
        if session is None or not gateway.knows(session.initiator_cookie):
            return "unnoticed"
        there = gateway.pairs()
        pairs = self.world.device.plane.pairs()
        for spi in tunnel.spis():
            found = pairs.get(spi)
            if found is None:
                raise Violation(f"the tunnel uses SPI {spi:08x} and the data plane has no such pair")
            if (spi, found[0].spi_out) not in there:
                self._lacked[spi] = lacked.get(spi, now)
        return "half" if self._lacked else "up"

    def _arrives(self) -> int:
        return self.world.network.arrives.get(self.world.device.node.tunnel("office").peer_address, 0)

    def _check_bound(self, now: int) -> None:
        """The state that lasted until now."""
        start, bound = self.since, 0
        if self.kind == "reconnecting":
            if not self._reachable:
                return
            start, bound = max(start, min(self._reachable.values())), self.bounds.reconnect
        elif self.kind == "unnoticed":
            start, bound = max(start, self._last_sign), self.bounds.detect
            if self.bounds.on_demand:
                # Without traffic nobody asks, and a renewal is what tells.
                if self.traffic.since is None:
                    return
                start = max(start, self.traffic.since)
        elif self.kind == "half":
            start, bound = min(self._lacked.values()), self.bounds.pair
        else:
            return
        lasted = now - start
        figures = self.figures
        if lasted > figures.longest.get(self.kind, 0):
            figures.longest[self.kind], figures.bound[self.kind] = lasted, bound
        if lasted > bound:
            raise Violation(f"an outage ({self.kind}) of {lasted / 1000:.1f} s, {bound / 1000:.0f} s is its bound")

    def _check_doubles(self, now: int) -> None:
        """One ISAKMP SA, and one pair for each network that is not retired, except while one renews the other. Time counts while
        the gateway can be reached: without it no renewal ends."""
        sessions = [session for session in self.world.device.node.endpoint._sessions if session.state == State.UP]
        found = {}
        if len(sessions) > 1:
            found["ISAKMP SAs"] = DOUBLE_MS
        networks = []
        for session in sessions:
            for child in session.children:
                if child.up and not child.retired:
                    network = child.remote.address
                    if network in networks:
                        found["pairs for " + ipv4_text(network)] = self.bounds.double
                    networks.append(network)
        for what in list(self._doubles):
            if what not in found:
                del self._doubles[what]
        reachable = self._reachable.get(self.world.device.node.tunnel("office").peer_address, now) if found else now
        for what, bound in found.items():
            since = max(self._doubles.setdefault(what, now), reachable)
            figures = self.figures
            if now - since > figures.longest.get("double", 0):
                figures.longest["double"], figures.bound["double"] = now - since, bound
            if now - since > bound:
                raise Violation(f"two {what} for {(now - since) // 1000} s, {bound // 1000} s is the bound")

    # --- once an hour -----------------------------------------------------------------------------------------------

    def audit(self, now: int) -> None:
        """Bounds of every list, and that what is held twice agrees."""
        self(now)
        device = self.world.device
        node = device.node
        endpoint = node.endpoint
        core = endpoint._core
        spis, standing = [], []
        for session in endpoint._sessions:
            spis += [child.spi_in for child in session.children if child.spi_in]
            standing += [child.spi_in for child in session.children if child.up]
            _at_most("exchanges", len(session.exchanges), 24)
            _at_most("pairs of a session", len(session.children), CHILDREN_MAX)
            _at_most("message IDs", max(len(session._seen), len(session._seen_exchanges)), SEEN_MAX)
            _at_most("messages that wait", len(session._queue), 0)
            _at_most("messages that found no room", session.queue_drops, 0)
        _equal("SPIs", sorted(core._spis), sorted(spis))
        _equal("pairs in the data plane", sorted(device.plane.pairs()), sorted(standing))
        _equal("pairs of the node", sorted(node._children), sorted(standing))
        _at_most("sessions", len(endpoint._sessions), 4)
        _at_most("sessions that leave", len(endpoint._leaving), 0)
        _at_most("events that wait", len(core._events), 0)
        _at_most("events lost", core.lost_events, 0)
        _at_most("spare key pairs", len(core._pairs), 3)
        _at_most("orders that wait", len(node._orders), 0)
        _at_most("names being looked up", len(node._lookups), 2)
        _at_most("counters", len(node.all_counters()), 64)
        tunnel = node.tunnel("office")
        if tunnel is not None:
            _at_most("notices lost", tunnel.telling.lost, 0)
            _at_most("flows", len(tunnel.flows.flows), 8)
            _at_most("gateways remembered", len(tunnel._contacted), 32)

    def count_objects(self, now: int) -> None:
        """Once a month, when all is quiet: what Python holds must not grow."""
        if self.kind != "up":
            return
        gc.collect()
        held = len(gc.get_objects())
        if not self._objects:
            self._objects = held
        grown = held - self._objects
        self.figures.objects = max(self.figures.objects, grown)
        _at_most("objects more than after the first month", grown, LEAK_OBJECTS)


def _at_most(what: str, found: int, bound: int) -> None:
    if found > bound:
        raise Violation(f"{what}: {found}, {bound} is the bound")


def _equal(what: str, found: list[int], expected: list[int]) -> None:
    if found != expected:
        raise Violation(f"{what}: {[f'{spi:08x}' for spi in found]}, not {[f'{spi:08x}' for spi in expected]}")
