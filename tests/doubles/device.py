"""A whole node on a virtual wire: configuration text in, orders answered as a runtime would, with a fake data plane."""

from __future__ import annotations

from doubles.link import Pair, Side, Wire
from doubles.replay import Chance, device

from ezvpn.config.text import parse
from ezvpn.crypto.choose import best
from ezvpn.node.node import Node
from ezvpn_hil.gateway.endpoint import GatewayEndpoint
from ezvpn_hil.gateway.policy import Policy

CLIENT = bytes([198, 51, 100, 2])
GATEWAY = bytes([198, 51, 100, 11])
SECOND = bytes([198, 51, 100, 12])

# Six lines that connect.
SIX_LINES = """crypto ipsec client ezvpn office
 connect auto
 group unity key group-secret
 mode client
 peer 198.51.100.11
 username alice password alice-pass
"""


class Device(Side):
    """A node and a runtime that answers `resolve` from `names` and notes everything else in `orders`."""

    def __init__(self, seed: int = 1, aliases: tuple[tuple[str, str], ...] = ()) -> None:
        self.node = device(seed, (GATEWAY, SECOND), CLIENT, aliases)
        self.plane = self.node.plane
        super().__init__(self.node, CLIENT, self._order)
        self.names: dict[str, list[bytes]] = {}
        self.orders: list[tuple[object, ...]] = []

    def _order(self, order: object) -> None:
        self.orders.append((order.name, *order.args))
        if order.name == "resolve":
            id, host = order.args
            self.answers.append(lambda now: self.node.resolved(id, self.names.get(host, []), now))

    def ordered(self, name: str) -> list[tuple[object, ...]]:
        return [order[1:] for order in self.orders if order[0] == name]

    def log(self) -> list[str]:
        """What stderr would show, without the time."""
        return [text[0].split(": ", 1)[1] for text in self.ordered("log")]


def gateway(policy: Policy | None = None, seed: int = 50, address: bytes = GATEWAY) -> Side:
    return Side(GatewayEndpoint(best(Chance(seed)), Chance(seed + 1), policy or Policy(address=address)), address)


class World(Pair):
    """One device and its gateways."""

    def __init__(self, *gateways: Side, wire: Wire | None = None, device: Device | None = None) -> None:
        self.device = device or Device()
        self.gateways = gateways
        super().__init__(self.device, *gateways, wire=wire)

    @property
    def node(self) -> Node:
        return self.device.node

    def configure(self, text: str) -> list[str]:
        result = parse(text)
        assert not result.errors, result.errors
        warnings = self.call(self.device, self.node.apply, result.config, self.now)
        assert isinstance(warnings, list)
        return warnings

    @property
    def status(self) -> object:
        return self.node.tunnels(self.now)[0]

    def up(self, within: int = 60000) -> None:
        self.run(lambda: self.status.state == "IPSEC_ACTIVE", within)
