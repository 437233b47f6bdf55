"""Namespaces and links of a lab: building them from the plan, and faults on the way between them.

Belongs here: veth pairs, bridges, addresses, NAT, loss and cuts in the middle of the WAN. Not here: daemons.
Loss sits in the WAN's bridge (an nft table of family bridge), so that neither end notices: a drop in the sender's own
namespace would be an error of its sendto. ARP always passes: an unanswered ARP would be an error as well.
"""

from __future__ import annotations

import re

from ezvpn_hil.lab import plan as addresses
from ezvpn_hil.lab.namespace import LabError, Namespace, ip
from ezvpn_hil.lab.plan import Plan

FILTER = "lab"


def add_namespaces(plan: Plan) -> None:
    ip("-batch", "-", text="".join(f"netns add {plan.namespace(role)}\n" for role in plan.roles()))


def wire(plan: Plan, spaces: dict[str, Namespace]) -> None:
    """Give every namespace its links, addresses and routes. The namespaces exist and are empty."""
    for space in spaces.values():
        # No IPv6 in the lab: its addresses appear on their own, and dumps before and after would differ.
        space.sysctl("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        space.batch("link set lo up")
    on_wan = [("svc", addresses.SERVICES)]
    on_wan += [(role, addresses.client_wan(n)) for n, role in enumerate(plan.client_roles(), 1)]
    if plan.nat:
        on_wan.append(("nat", addresses.NAT_OUTSIDE))
    on_wan += [(role, addresses.gateway_wan(n)) for n, role in enumerate(plan.gateway_roles(), 1)]
    _bridge(spaces["wan"], [f"p-{role} type veth peer name wan0 netns {plan.namespace(role)}" for role, _ in on_wan])
    for role, address in on_wan:
        spaces[role].batch("link set wan0 up", f"addr add {address}/{addresses.WAN_PREFIX} dev wan0")
    gateways = plan.gateway_roles()
    _bridge(spaces["lan"], [f"p-{role} type veth peer name lan0 netns {plan.namespace(role)}" for role in gateways])
    lan = [f"addr add {addresses.LAN_HOST}/24 dev br0", f"addr add {addresses.ELSEWHERE}/32 dev lo"]
    for n, role in enumerate(gateways, 1):
        lan.append(f"addr add {addresses.own_lan_host(n)}/24 dev br0")
        lan.append(f"route add {addresses.pool(n, plan.gateways[n - 1])} via {addresses.gateway_lan(n)}")
        spaces[role].batch(
            "link set lan0 up",
            f"addr add {addresses.gateway_lan(n)}/24 dev lan0",
            f"addr add {addresses.own_lan_gateway(n)}/24 dev lan0",
            f"route add {addresses.ELSEWHERE}/32 via {addresses.LAN_HOST}",
        )
        spaces[role].sysctl("net.ipv4.ip_forward=1", *_NO_PATH_FILTER)
    spaces["lan"].batch(*lan)
    for role in plan.client_roles():
        spaces[role].sysctl(*_NO_PATH_FILTER)
    if plan.nat:
        _nat(plan, spaces)


_NO_PATH_FILTER = ("net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")


def _bridge(space: Namespace, ports: list[str]) -> None:
    space.batch("link add br0 type bridge", "link set br0 up")
    for port in ports:
        name = port.split()[0]
        space.batch(f"link add {port}", f"link set {name} master br0", f"link set {name} up")


def _nat(plan: Plan, spaces: dict[str, Namespace]) -> None:
    nat, inside = spaces["nat"], spaces["clientnat"]
    nat.batch(
        f"link add in0 type veth peer name wan0 netns {inside.name}",
        "link set in0 up",
        f"addr add {addresses.NAT_INSIDE}/24 dev in0",
    )
    inside.batch(
        "link set wan0 up",
        f"addr add {addresses.CLIENT_NAT}/24 dev wan0",
        f"route add 198.51.100.0/24 via {addresses.NAT_INSIDE}",
    )
    inside.sysctl(*_NO_PATH_FILTER)
    nat.sysctl("net.ipv4.ip_forward=1")
    nat.run(["iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "wan0", "-j", "MASQUERADE"])


class Wan:
    """Faults in the middle of the WAN. Each role has a table of its own, so that several processes can set them."""

    def __init__(self, space: Namespace) -> None:
        self._space = space

    def loss(self, role: str, percent: float) -> None:
        """Drop this share of the IPv4 packets to and from a role's port, each way on its own; it replaces the setting
        before it. 0 = none, 100 = all."""
        if not 0 <= percent <= 100:
            raise LabError(f"loss of {percent} percent: use 0 to 100")
        table = f"table bridge {FILTER}-{role}"
        rows = [table, f"delete {table}"]
        if percent:
            share = "" if percent == 100 else f"numgen random mod 1000 < {round(percent * 10)} "
            rows += [f"{table} {{", "chain forward {", "type filter hook forward priority 0;"]
            rows += [f'ether type ip {way} "p-{role}" {share}counter drop' for way in ("iifname", "oifname")]
            rows += ["}", "}"]
        self._space.run(["nft", "-f", "-"], stdin="\n".join(rows) + "\n")

    def dropped(self) -> int:
        """Packets dropped since the last change of each role."""
        listing = self._space.run(["nft", "list", "ruleset"], check=False).stdout
        return sum(int(n) for n in re.findall(r"counter packets (\d+)", listing))
