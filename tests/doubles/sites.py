"""Whole nodes at several sites on one virtual wire, joined by crypto maps."""

from __future__ import annotations

from doubles.device import Device
from doubles.link import Pair, Wire
from doubles.replay import device

from ezvpn.config.text import parse
from ezvpn.ike.status import TunnelStatus

ONE = bytes([198, 51, 100, 2])
TWO = bytes([198, 51, 100, 11])
THREE = bytes([198, 51, 100, 12])
_NETS = {ONE: "10.1.0.0", TWO: "10.2.0.0", THREE: "10.2.0.0"}


def dotted(address: bytes) -> str:
    return ".".join(str(octet) for octet in address)


def text(here: bytes, *peers: bytes, far: bytes = TWO, more: str = "", entry: str = "") -> str:
    """The configuration of one site."""
    near_net, far_net = _NETS[here], _NETS[far]
    lines = [
        "crypto isakmp policy 10",
        " encryption aes",
        " group 2",
        "crypto isakmp key site-secret address 198.51.100.0 255.255.255.0",
        "crypto isakmp keepalive 10 periodic",
        "crypto ipsec transform-set t esp-aes esp-sha-hmac",
        "crypto map m 10 ipsec-isakmp",
        *[" set peer " + dotted(peer) for peer in peers],
        " set transform-set t",
        " match address 101",
        *([" " + entry] if entry else []),
        "interface outside",
        " crypto map m",
        f"access-list 101 permit ip {near_net} 0.0.255.255 {far_net} 0.0.255.255",
        more or f"access-list 101 permit tcp host {near_net[:-3]}9.9 host {far_net[:-3]}9.9",
    ]
    return "\n".join(lines) + "\n"


class Site(Device):
    """One node at an address."""

    def __init__(self, address: bytes, seed: int) -> None:
        super().__init__(seed)
        self.node = device(seed, (ONE, TWO, THREE), address, ())
        self.plane = self.node.plane
        self.core = self.node
        self.address = address


class Sites(Pair):
    """Several nodes; `cut` holds addresses that nothing reaches or leaves."""

    def __init__(self, *addresses: bytes) -> None:
        self.cut: set[bytes] = set()
        self.named = {address: Site(address, 10 + i) for i, address in enumerate(addresses)}
        super().__init__(*self.named.values(), wire=Wire())

    def _send(self, side: object, data: bytes, to: tuple[int, bytes, int]) -> None:
        if side.address not in self.cut and bytes(to[1]) not in self.cut:
            super()._send(side, data, to)

    def configure(self, address: bytes, config: str) -> None:
        parsed = parse(config)
        assert not parsed.errors, parsed.errors
        site = self.named[address]
        self.call(site, site.node.apply, parsed.config, self.now)

    def tunnels(self, address: bytes) -> dict[str, TunnelStatus]:
        """Every tunnel by name."""
        return {status.name: status for status in self.named[address].node.tunnels(self.now)}

    def isakmp_sas(self, address: bytes) -> set[int]:
        """Sessions of the ISAKMP SAs that tunnels use."""
        found = [status for status in self.tunnels(address).values() if status.phase1 is not None]
        return {status.phase1.session for status in found}  # type: ignore[union-attr]

    def status(self, address: bytes) -> TunnelStatus:
        return self.named[address].node.tunnels(self.now)[0]

    def state(self, address: bytes) -> str:
        return self.status(address).state

    def up(self, *addresses: bytes, within: int = 60000) -> None:
        self.run(lambda: [self.state(one) for one in addresses] == ["IPSEC_ACTIVE"] * len(addresses), within)

    def pairs(self, address: bytes) -> int:
        """How many pairs of SAs the data plane holds."""
        return len(self.named[address].plane._children)
