"""Run inside a network namespace of its own by test_netlink.py: every request to the real kernel, every answer parsed."""

import json
import socket
import subprocess

from ezvpn.wire import netlink, nlmsg
from ezvpn.wire.inet import ipv4_bytes

EEXIST, ENODEV, ESRCH, EADDRNOTAVAIL, ENETUNREACH = 17, 19, 3, 99, 101


def transact(door: socket.socket, request: bytes) -> "list[bytes] | int":
    """The nlmsgs of the answer, or errno."""
    door.send(request)
    answer = []
    while True:
        datagram = door.recv(65536)
        for kind, flags, _, start, end in nlmsg.split_messages(datagram):
            if kind == nlmsg.Control.DONE:
                return answer
            if kind == nlmsg.Control.ERROR:
                return nlmsg.parse_error(datagram[start:end]) or answer
            answer.append(datagram[start:end])
            if not flags & nlmsg.MessageFlag.MULTI:
                return answer


def main() -> None:
    door = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    door.bind((0, 0))
    door.settimeout(5)

    def ask(request: bytes) -> "list[bytes] | int":
        return transact(door, request)

    def records(parse: object, request: bytes) -> "list[object]":
        answer = ask(request)
        assert isinstance(answer, list), answer
        return [record for record in map(parse, answer) if record is not None]  # type: ignore[call-overload]

    # links (the kernel forgets gateways on the loopback device, so a pair of virtual Ethernet devices it is)
    subprocess.run(["ip", "link", "add", "near0", "type", "veth", "peer", "name", "far0"], check=True)
    subprocess.run(["ip", "link", "set", "far0", "up"], check=True)
    near = netlink.parse_link(ask(netlink.link_get("near0"))[0])  # type: ignore[index]
    assert (near.name, near.up(), near.mtu, len(near.address)) == ("near0", False, 1500, 6)
    assert ask(netlink.link_get("absent0")) == ENODEV
    assert "near0" in [link.name for link in records(netlink.parse_link, netlink.link_dump())]  # type: ignore[attr-defined]
    assert ask(netlink.link_set(near.index, up=True, mtu=1400)) == []
    near = netlink.parse_link(ask(netlink.link_get("near0"))[0])  # type: ignore[index]
    assert (near.up(), near.running(), near.mtu) == (True, True, 1400)

    # addresses
    ours = ipv4_bytes("198.18.0.1")
    address = netlink.Address(near.index, ours, ours, 24, netlink.Scope.UNIVERSE, "")
    assert ask(netlink.address_add(near.index, ours, 24)) == []
    assert ask(netlink.address_add(near.index, ours, 24)) == [], "adding again is no error"
    seen = records(netlink.parse_address, netlink.address_dump())
    for record in seen:
        record.label = ""  # type: ignore[attr-defined]
    assert seen.count(address) == 1

    # routes
    net, mask, gateway = ipv4_bytes("203.0.113.0"), 24, ipv4_bytes("198.18.0.9")
    assert ask(netlink.route_add(net, mask, near.index, source=ours, metric=50)) == []
    assert ask(netlink.route_add(net, mask, near.index, source=ours, metric=50)) == EEXIST
    assert ask(netlink.route_add(net, mask, near.index, source=ours, metric=50, replace=True)) == []
    assert ask(netlink.route_add(ipv4_bytes("192.0.2.0"), 24, gateway=gateway, table=1000, protocol=99)) == []
    # a default route as two halves, and a whole one
    assert ask(netlink.route_add(ipv4_bytes("128.0.0.0"), 1, near.index)) == []
    assert ask(netlink.route_add(ipv4_bytes("0.0.0.0"), 0, gateway=gateway, metric=9)) == []
    routes = records(netlink.parse_route, netlink.route_dump())
    unicast, link, universe = netlink.RouteType.UNICAST, netlink.Scope.LINK, netlink.Scope.UNIVERSE
    main, mine = netlink.MAIN_TABLE, netlink.ROUTE_PROTOCOL
    for expected in (
        netlink.RouteEntry(net, 24, near.index, None, ours, 50, main, mine, link, unicast),
        netlink.RouteEntry(ipv4_bytes("192.0.2.0"), 24, near.index, gateway, None, 0, 1000, 99, universe, unicast),
        netlink.RouteEntry(ipv4_bytes("128.0.0.0"), 1, near.index, None, None, 0, main, mine, link, unicast),
        netlink.RouteEntry(bytes(4), 0, near.index, gateway, None, 9, main, mine, universe, unicast),
    ):
        assert routes.count(expected) == 1, (expected, routes)

    # an independent reader
    shown = json.loads(subprocess.run(["ip", "-j", "-d", "route"], check=True, capture_output=True).stdout)
    default = [route for route in shown if route["dst"] == "default"][0]
    assert (default["gateway"], default["dev"], default["metric"]) == ("198.18.0.9", "near0", 9), default
    assert default["protocol"] == str(netlink.ROUTE_PROTOCOL)

    # look-up
    way = netlink.parse_route(ask(netlink.route_lookup(ipv4_bytes("203.0.113.7")))[0])  # type: ignore[index]
    assert way is not None
    assert (way.device_index, way.gateway, way.source) == (near.index, None, ours)
    way = netlink.parse_route(ask(netlink.route_lookup(ipv4_bytes("9.9.9.9")))[0])  # type: ignore[index]
    assert way is not None
    assert (way.device_index, way.gateway) == (near.index, gateway), way

    # deleting: what is given must match, what is not given matches any
    assert ask(netlink.route_delete(net, mask, near.index, metric=51)) == ESRCH
    assert ask(netlink.route_delete(net, mask, near.index, metric=50, protocol=99)) == ESRCH
    assert ask(netlink.route_delete(net, mask, near.index)) == []
    assert ask(netlink.route_delete(net, mask)) == ESRCH
    assert ask(netlink.route_delete(bytes(4), 0)) == []
    assert ask(netlink.route_lookup(ipv4_bytes("9.9.9.9"))) == ENETUNREACH
    assert ask(netlink.address_delete(near.index, ours, 24)) == []
    assert ask(netlink.address_delete(near.index, ours, 24)) == EADDRNOTAVAIL
    print("all steps done")


if __name__ == "__main__":
    main()
