"""What happens to a device and its gateways over the years: one table of mishaps, each with its weight.

Durations are spread evenly over orders of magnitude, from seconds to hours. Everything is drawn from one chance.
"""

from __future__ import annotations

from math import exp, log
from random import Random

from soak.gateway import Gateway
from soak.judge import Judge
from soak.world import World

SHORTEST_MS = 3_000
LONGEST_MS = 2 * 3_600_000


class Weather:
    """mean_ms: between two mishaps. base: (loss, jitter) when nothing happens."""

    def __init__(self, world: World, judge: Judge, chance: Random, mean_ms: int, base: tuple[float, int]) -> None:
        self.world = world
        self.judge = judge
        self.chance = chance
        self.mean_ms = mean_ms
        self.base = base
        self.happened: dict[str, int] = {}
        self.last = "nothing happened yet"
        self._closed = 0
        self._nameless_times = 0
        self._down: dict[bytes, int] = {}
        self._cut: dict[bytes, int] = {}
        self._rows = [row for row in MISHAPS if row[1] or world.network.nat[0] != world.device.local]
        self._good_weather(0)
        self._next(world.now)

    def _next(self, now: int) -> None:
        self.world.at(now + 1 + int(self.chance.expovariate(1 / self.mean_ms)), self._happen)

    def _happen(self, now: int, _: object) -> None:
        name, _anywhere, _weight = self.chance.choices(self._rows, [row[2] for row in self._rows])[0]
        self.happened[name] = self.happened.get(name, 0) + 1
        self.last = f"{name} at {now}"
        getattr(self, "_" + name)(now)
        self.judge(now)
        self._next(now)

    def _later(self, now: int, call: object, *args: object) -> None:
        """When it is over."""
        ms = int(exp(self.chance.uniform(log(SHORTEST_MS), log(LONGEST_MS))))
        self.world.at(now + ms, self._over, (call, args))

    def _over(self, now: int, what: object) -> None:
        call, args = what
        call(now, *args)
        self.judge(now)

    def _gateway(self) -> Gateway:
        """Mostly the one in use."""
        peer = self.world.device.node.tunnel("office").peer_address
        used = [gateway for gateway in self.world.gateways if gateway.address == peer]
        return used[0] if used and self.chance.random() < 0.7 else self.chance.choice(self.world.gateways)

    # --- gateways ---------------------------------------------------------------------------------------------------

    def _crash(self, now: int) -> None:
        """Its state is lost, and it is away for a while."""
        gateway = self._gateway()
        gateway.restart()
        self._away(now, gateway)

    def _freeze(self, now: int) -> None:
        """Stopped in the middle of everything; what arrives waits in its socket."""
        gateway = self._gateway()
        if gateway.up:
            gateway.backlog = []
        self._away(now, gateway)

    def _away(self, now: int, gateway: Gateway) -> None:
        self._down[gateway.address] = self._down.get(gateway.address, 0) + 1
        gateway.up = False
        self.world.gateway_changed()
        self._later(now, self._back, gateway)

    def _back(self, now: int, gateway: Gateway) -> None:
        self._down[gateway.address] -= 1
        if self._down[gateway.address]:
            return
        gateway.up = True
        waiting, gateway.backlog = gateway.backlog or [], None
        for data, source in waiting:
            gateway.receive(data, now, source)
            self.world.drain_gateway(gateway)
        self.world.gateway_changed()

    def _blink(self, now: int) -> None:
        """A restart that takes no time."""
        gateway = self._gateway()
        gateway.restart()
        self.world.gateway_changed()

    def _shutdown(self, now: int) -> None:
        """In order: deletes go out first."""
        gateway = self._gateway()
        self._kick(now, gateway)
        gateway.restart()
        self._away(now, gateway)

    def _kick(self, now: int, gateway: Gateway | None = None) -> None:
        """An administrator deletes everything."""
        gateway = gateway or self._gateway()
        if gateway.up:
            gateway.close_all(now)
            self.world.drain_gateway(gateway)

    def _kick_pair(self, now: int) -> None:
        gateway = self._gateway()
        if gateway.up:
            gateway.delete_pair(now)
            self.world.drain_gateway(gateway)

    def _unplug(self, now: int) -> None:
        """Nobody reaches this gateway."""
        address = self._gateway().address
        self._cut[address] = self._cut.get(address, 0) + 1
        self.world.network.cut.add(address)
        self._later(now, self._plug, address)

    def _plug(self, now: int, address: bytes) -> None:
        self._cut[address] -= 1
        if not self._cut[address]:
            self.world.network.cut.discard(address)

    # --- the way ----------------------------------------------------------------------------------------------------

    def _dark(self, now: int) -> None:
        """The site has no way out."""
        self._closed += 1
        self.world.network.open = False
        self._later(now, self._light)

    def _light(self, now: int) -> None:
        self._closed -= 1
        self.world.network.open = self._closed == 0

    def _storm(self, now: int) -> None:
        network = self.world.network
        network.loss = self.chance.uniform(0.02, 0.6)
        network.jitter = self.chance.choice((0, 50, 1000, 3000))
        network.doubled = self.chance.choice((0.0, 0.2))
        self._later(now, self._good_weather)

    def _good_weather(self, now: int) -> None:
        network = self.world.network
        network.loss, network.jitter = self.base
        network.doubled = self.base[0] / 2

    def _rebind(self, now: int) -> None:
        """The NAT in front of the device forgets its mappings."""
        address, _ = self.world.network.nat
        first = self.chance.randrange(1024, 60000)
        self.world.network.nat = (address, (first, first + 1))

    # --- the device -------------------------------------------------------------------------------------------------

    def _renumber(self, now: int) -> None:
        """The device gets another address."""
        device, network = self.world.device, self.world.network
        local = device.local[:3] + bytes([2 + device.local[3] % 200])
        if network.nat[0] == device.local:
            network.nat = (local, network.nat[1])
        device.route(local)
        device.node.link("eth0", True, local, now)
        self.world.drain()

    def _pull_cable(self, now: int) -> None:
        self._closed += 1
        self.world.network.open = False
        self.world.device.node.link("eth0", False, None, now)
        self.world.drain()
        self._later(now, self._put_cable)

    def _put_cable(self, now: int) -> None:
        self._closed -= 1
        self.world.network.open = self._closed == 0
        device = self.world.device
        device.node.link("eth0", True, device.local, now)
        self.world.drain()

    def _power(self, now: int) -> None:
        device = self.world.device
        self.judge.leave(now)
        device.boot()
        device.node.link("eth0", True, device.local, now)
        device.configure(now)
        self.world.drain()

    def _clear(self, now: int) -> None:
        """`clear crypto ipsec client ezvpn`."""
        node = self.world.device.node
        node.tunnel("office").clear(now)
        node.after_command(now)
        self.world.drain()

    def _nameless(self, now: int) -> None:
        """The name server finds nothing."""
        self._nameless_times += 1
        self.world.device.names_work = False
        self._later(now, self._named)

    def _named(self, now: int) -> None:
        self._nameless_times -= 1
        self.world.device.names_work = self._nameless_times == 0


# (what, also without a NAT, weight)
MISHAPS = (
    ("crash", True, 6),
    ("freeze", True, 6),
    ("blink", True, 3),
    ("shutdown", True, 3),
    ("kick", True, 3),
    ("kick_pair", True, 3),
    ("unplug", True, 6),
    ("dark", True, 5),
    ("storm", True, 6),
    ("rebind", False, 8),
    ("renumber", True, 2),
    ("pull_cable", True, 2),
    ("power", True, 2),
    ("clear", True, 2),
    ("nameless", True, 2),
)
