"""What `show interfaces`, `show ip interface brief` and `show ip route` print, as IOS lays them out, and the same as JSON.

Level 4, pure. Lines of IOS whose facts no machine tells here (load, bandwidth, queues, rates) are left out. Conventions of the
JSON are those of `render_json`.

    show interfaces [NAME|brief]      up_ms, interfaces: [name device admin_up line_up hardware mac description mtu addresses[]
                                      cleared_ms counters{}]
    show ip interface brief           interfaces: [name address ok method status protocol]
    show ip route [TO]                gateway_of_last_resort, routes: [code network prefix gateway interface metric]
"""

from ezvpn.console.debug import clock_text
from ezvpn.console.network_facts import Code, InterfaceFacts, RouteFacts
from ezvpn.console.render_json import address as json_address
from ezvpn.console.render_json import top
from ezvpn.report.json_text import Object
from ezvpn.wire.inet import ipv4_text, mask_bytes, masked
from ezvpn.wire.link_stats import Hardware

# ARP hardware type -> (words behind "Hardware is", encapsulation)
_HARDWARE = {
    Hardware.ETHERNET: ("Ethernet", "ARPA"),
    Hardware.PPP: ("PPP", "PPP"),
    Hardware.TUNNEL: ("Tunnel", "TUNNEL"),
    Hardware.LOOPBACK: ("Loopback", "LOOPBACK"),
    Hardware.NONE: ("Tunnel", "TUNNEL"),
}

_LEGEND = (
    "Codes: L - local, C - connected, S - static, R - RIP, B - BGP",
    "       D - EIGRP, O - OSPF, i - IS-IS, V - VPN tunnel",
    "       * - candidate default",
)

# IOS's administrative distances; 1 for all others.
_DISTANCES = {
    Code.CONNECTED: 0,
    Code.LOCAL: 0,
    Code.BGP: 20,
    Code.EIGRP: 90,
    Code.OSPF: 110,
    Code.ISIS: 115,
    Code.RIP: 120,
}

# What IOS calls where a route is from.
_SOURCES = {
    Code.LOCAL: "connected",
    Code.CONNECTED: "connected",
    Code.STATIC: "static",
    Code.RIP: "rip",
    Code.BGP: "bgp",
    Code.EIGRP: "eigrp",
    Code.OSPF: "ospf",
    Code.ISIS: "isis",
    Code.VPN: "vpn tunnel",
}

_DEFAULT = b"\0\0\0\0"
_NAME_COLUMNS = 26


def interfaces(found: "list[InterfaceFacts]", now: int) -> "list[str]":
    """`show interfaces`."""
    out: "list[str]" = []
    for interface in found:
        out += _interface(interface, now)
    return out


def _interface(facts: InterfaceFacts, now: int) -> "list[str]":
    status = "up" if facts.admin_up else "administratively down"
    words, encapsulation = _HARDWARE.get(facts.hardware, ("type " + str(facts.hardware), "UNKNOWN"))
    out = [facts.name + " is " + status + ", line protocol is " + _protocol(facts)]
    mac = _mac(facts.mac)
    device = "" if facts.device == facts.name else " (" + facts.device + ")"
    out.append("  Hardware is " + words + device + (", address is " + mac + " (bia " + mac + ")" if mac else ""))
    if facts.description:
        out.append("  Description: " + facts.description)
    for i in range(len(facts.addresses)):
        address, prefix = facts.addresses[i]
        out.append(("  Internet address is " if i == 0 else "  Secondary address ") + _network(address, prefix))
    looped = "set" if facts.hardware == Hardware.LOOPBACK else "not set"
    out.append("  MTU " + str(facts.mtu) + " bytes")
    out.append("  Encapsulation " + encapsulation + ", loopback " + looped)
    cleared = "never" if facts.cleared is None else clock_text(now - facts.cleared)[:-4]
    out.append('  Last clearing of "show interface" counters ' + cleared)
    c = facts.counters
    out.append(f"     {c.of('packets_in')} packets input, {c.of('bytes_in')} bytes")
    out.append(f"     Received {c.of('multicast')} multicasts")
    out.append(
        f"     {c.of('errors_in')} input errors, {c.of('crc')} CRC, {c.of('frame')} frame, {c.of('overrun')} overrun,"
        f" {c.of('dropped_in')} ignored"
    )
    out.append(f"     {c.of('packets_out')} packets output, {c.of('bytes_out')} bytes, {c.of('dropped_out')} underruns")
    out.append(
        f"     {c.of('errors_out')} output errors, {c.of('collisions')} collisions, {c.of('carrier')} lost carrier"
    )
    return out


def interfaces_brief(found: "list[InterfaceFacts]") -> "list[str]":
    """`show interfaces brief`: one line an interface."""
    out = ["Interface                  Status                Protocol  MTU    Input pkts  Output pkts  Errors"]
    for facts in found:
        c = facts.counters
        counts = f"{c.of('packets_in'):11d} {c.of('packets_out'):12d} {c.of('errors_in') + c.of('errors_out'):7d}"
        status = _status(facts)
        out.append(f"{_name(facts.name)} {status:<21} {_protocol(facts):<8} {facts.mtu:5d} {counts}")
    return out


def ip_interfaces(found: "list[InterfaceFacts]") -> "list[str]":
    """`show ip interface brief`."""
    out = ["Interface                  IP-Address      OK? Method Status                Protocol"]
    for facts in found:
        address = ipv4_text(facts.addresses[0][0]) if facts.addresses else "unassigned"
        status = _status(facts)
        out.append(f"{_name(facts.name)} {address:<15} YES {_method(facts):<6} {status:<21} {_protocol(facts)}")
    return out


def routes(found: "list[RouteFacts]") -> "list[str]":
    """`show ip route`: grouped by classful network, as IOS does it."""
    out = list(_LEGEND) + [""]
    last = _last_resort(found)
    if last is None:
        out.append("Gateway of last resort is not set")
    else:
        via = ipv4_text(last.gateway) if last.gateway is not None else "0.0.0.0"
        out.append("Gateway of last resort is " + via + " to network 0.0.0.0")
    out.append("")
    i = 0
    while i < len(found):
        major, bits = _major(found[i].destination)
        group = []
        while i < len(found) and _major(found[i].destination) == (major, bits):
            group.append(found[i])
            i += 1
        subnetted = [route for route in group if route.prefix > bits] != []
        # A route to the whole classful network counts as one of its subnets once there is another.
        inside = [route for route in group if subnetted and route.prefix >= bits]
        for route in group:
            if route not in inside:
                out.append(_route(route, "     ", last))
        if not inside:
            continue
        networks = len({(route.destination, route.prefix) for route in inside})
        masks = len({route.prefix for route in inside})
        head = "      " + ipv4_text(major) + "/" + str(bits if masks > 1 else inside[0].prefix)
        if masks > 1:
            out.append(f"{head} is variably subnetted, {networks} subnets, {masks} masks")
        else:
            out.append(f"{head} is subnetted, {networks} subnets")
        for route in inside:
            out.append(_route(route, "        ", last))
    return out


def routing_entry(found: "list[RouteFacts]") -> "list[str]":
    """`show ip route ADDRESS`: the routes to one network."""
    first = found[0]
    distance = _DISTANCES.get(first.code, 1)
    known = f'  Known via "{_SOURCES[first.code]}", distance {distance}, metric {first.metric}'
    if first.prefix == 0:
        known += ", candidate default path"
    elif first.gateway is None:
        known += " (connected, via interface)"
    out = [
        "Routing entry for " + _network(first.destination, first.prefix) + (", supernet" if first.prefix == 0 else ""),
        known,
        "  Routing Descriptor Blocks:",
    ]
    for i, route in enumerate(found):
        hop = ipv4_text(route.gateway) if route.gateway is not None else "directly connected"
        out.append(("  * " if i == 0 else "    ") + hop + (", via " + route.interface if route.interface else ""))
        out.append(f"      Route metric is {route.metric}, traffic share count is 1")
    return out


def _route(route: RouteFacts, gap: str, last: "RouteFacts | None") -> str:
    code = route.code + ("*" if route is last else "")
    line = code + gap[len(code) - 1 :] + _network(route.destination, route.prefix)
    if route.gateway is None:
        line += " is directly connected"
    else:
        line += " [" + str(_DISTANCES.get(route.code, 1)) + "/" + str(route.metric) + "]"
        line += " via " + ipv4_text(route.gateway)
    return line + (", " + route.interface if route.interface else "")


def _last_resort(found: "list[RouteFacts]") -> "RouteFacts | None":
    for route in found:
        if route.prefix == 0 and route.destination == _DEFAULT:
            return route
    return None


def _major(address: bytes) -> "tuple[bytes, int]":
    """The classful network of an address (RFC 791 3.2), and how many bits it has."""
    if address == _DEFAULT:
        return address, 0
    bits = 8 if address[0] < 128 else 16 if address[0] < 192 else 24
    mask = mask_bytes(bits)
    return masked(address, mask), bits


def _status(facts: InterfaceFacts) -> str:
    if not facts.admin_up:
        return "administratively down"
    return "up" if facts.line_up else "down"


def _protocol(facts: InterfaceFacts) -> str:
    return "up" if facts.line_up else "down"


def _method(facts: InterfaceFacts) -> str:
    if not facts.addresses:
        return "unset"
    return "NVRAM" if facts.configured else "other"


def _name(name: str) -> str:
    return name + " " * (_NAME_COLUMNS - len(name))


def _network(address: bytes, prefix: int) -> str:
    return ipv4_text(address) + "/" + str(prefix)


def _mac(address: bytes) -> str:
    """`0011.2233.4455`, "" for anything but six bytes."""
    if len(address) != 6:
        return ""
    digits = "".join([f"{byte:02x}" for byte in address])
    return digits[:4] + "." + digits[4:8] + "." + digits[8:]


# --- JSON -------------------------------------------------------------------------------------------------------------


def interfaces_json(found: "list[InterfaceFacts]", now: int) -> Object:
    return top(("up_ms", now), ("interfaces", [_interface_json(facts) for facts in found]))


def _interface_json(facts: InterfaceFacts) -> Object:
    words, _ = _HARDWARE.get(facts.hardware, ("type " + str(facts.hardware), ""))
    return Object(
        ("name", facts.name),
        ("device", facts.device),
        ("admin_up", facts.admin_up),
        ("line_up", facts.line_up),
        ("hardware", words),
        ("mac", _mac(facts.mac) or None),
        ("description", facts.description),
        ("mtu", facts.mtu),
        ("addresses", [_network(address, prefix) for address, prefix in facts.addresses]),
        ("cleared_ms", facts.cleared),
        ("counters", Object(*[(name, facts.counters.of(name)) for name in facts.counters._fields])),
    )


def ip_interfaces_json(found: "list[InterfaceFacts]") -> Object:
    rows = [
        Object(
            ("name", facts.name),
            ("address", json_address(facts.addresses[0][0]) if facts.addresses else None),
            ("ok", True),
            ("method", _method(facts)),
            ("status", _status(facts)),
            ("protocol", _protocol(facts)),
        )
        for facts in found
    ]
    return top(("interfaces", rows))


def routes_json(found: "list[RouteFacts]", chosen: "list[RouteFacts] | None" = None) -> Object:
    """chosen: only these."""
    last = _last_resort(found)
    rows = [
        Object(
            ("code", route.code),
            ("network", ipv4_text(route.destination)),
            ("prefix", route.prefix),
            ("gateway", json_address(route.gateway)),
            ("interface", route.interface or None),
            ("metric", route.metric),
        )
        for route in (found if chosen is None else chosen)
    ]
    return top(("gateway_of_last_resort", None if last is None else json_address(last.gateway)), ("routes", rows))
