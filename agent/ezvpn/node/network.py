"""The machine's interfaces and routes for consoles: netlink's answers joined with the names and addresses of the configuration.

Level 4. Belongs here: which device is which interface, which letter a route has. Not here: layout (`console.render_network`),
netlink's bytes (`wire`), what the data plane does with routes.
"""

from ezvpn.config.model import Config
from ezvpn.console.network_facts import Code, InterfaceFacts, RouteFacts
from ezvpn.machine import Machine
from ezvpn.wire import link_stats, netlink

INTERFACES_MAX = 256
ROUTES_MAX = 4096

_LOCAL_TABLE = 255  # RT_TABLE_LOCAL

# rtm_protocol -> letter (linux/rtnetlink.h). What an administrator, DHCP or a router advertisement put in counts as static.
_PROTOCOLS = {
    netlink.ROUTE_PROTOCOL: Code.VPN,
    186: Code.BGP,
    187: Code.ISIS,
    188: Code.OSPF,
    189: Code.RIP,
    192: Code.EIGRP,
}


class Names:
    """Which interface of the configuration a device is. aliases: (IOS name, device) of the board."""

    def __init__(self, aliases: "tuple[tuple[str, str], ...]", config: Config) -> None:
        self._aliases = aliases
        self._config = config

    def of(self, device: str) -> str:
        for name, known in self._aliases:
            if known == device:
                return name
        for interface in self._config.interfaces:
            if interface.name.lower() == device.lower():
                return interface.name
        return device


def interfaces(machine: Machine, names: Names, config: Config) -> "list[InterfaceFacts]":
    """All devices in the machine's order. Raises `KernelError`."""
    found: "list[InterfaceFacts]" = []
    by_index: "dict[int, InterfaceFacts]" = {}
    for message in machine.transact(netlink.link_dump())[:INTERFACES_MAX]:
        link = netlink.parse_link(message)
        made = InterfaceFacts(names.of(link.name), link.name, link.index)
        made.admin_up = link.up()
        made.line_up = link.up() and link.running()
        made.hardware = link_stats.hardware(message)
        made.mac = link.address if made.hardware == link_stats.Hardware.ETHERNET else b""
        made.mtu = link.mtu
        made.counters = link_stats.counters(message)
        found.append(made)
        by_index[link.index] = made
    for message in machine.transact(netlink.address_dump()):
        address = netlink.parse_address(message)
        if address is not None and address.device_index in by_index:
            by_index[address.device_index].addresses.append((address.address, address.prefix))
    for made in found:
        for interface in config.interfaces:
            if interface.name == made.name:
                made.description = interface.description
                made.configured = made.addresses != [] and interface.address == made.addresses[0][0]
    return found


def routes(machine: Machine, names: Names) -> "list[RouteFacts]":
    """The main table and our own addresses, sorted by destination. Raises `KernelError`."""
    links = {}
    for message in machine.transact(netlink.link_dump()):
        link = netlink.parse_link(message)
        links[link.index] = link
    found = []
    for message in machine.transact(netlink.route_dump()):
        entry = netlink.parse_route(message)
        if entry is None:
            continue
        device = links.get(entry.device_index)
        code = _code(entry, device)
        if code:
            interface = names.of(device.name) if device is not None else ""
            found.append(RouteFacts(code, entry.destination, entry.prefix, entry.gateway, interface, entry.metric))
        if len(found) == ROUTES_MAX:
            break
    ordered = sorted([(found[i].destination, found[i].prefix, found[i].metric, i) for i in range(len(found))])
    return [found[i] for _, _, _, i in ordered]


def _code(entry: netlink.RouteEntry, link: "netlink.Link | None") -> str:
    """The letter of a route, "" for one that `show ip route` leaves out."""
    loopback = link is not None and link.flags & netlink.LinkFlag.LOOPBACK != 0
    if entry.table == _LOCAL_TABLE:
        return Code.LOCAL if entry.type == netlink.RouteType.LOCAL and entry.prefix == 32 and not loopback else ""
    if entry.table != netlink.MAIN_TABLE or entry.type not in (
        netlink.RouteType.UNICAST,
        netlink.RouteType.BLACKHOLE,
        netlink.RouteType.UNREACHABLE,
    ):
        return ""
    letter = _PROTOCOLS.get(entry.protocol)
    if letter is not None:
        return letter
    return Code.CONNECTED if entry.gateway is None and entry.scope == netlink.Scope.LINK else Code.STATIC
