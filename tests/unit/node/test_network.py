"""Devices and routes of a kernel become interfaces and letters."""

from __future__ import annotations

from doubles.plane_kernel import FakeKernel

from ezvpn.config.text import parse
from ezvpn.machine import Machine
from ezvpn.node import network
from ezvpn.wire import netlink, nlmsg
from ezvpn.wire.inet import ipv4_bytes

CONFIG = """interface FastEthernet0
 description outside
 ip address 192.0.2.10 255.255.255.0
"""


class KernelMachine(Machine):
    def __init__(self) -> None:
        self.kernel = FakeKernel()

    def transact(self, request: bytes | memoryview) -> list[bytes]:
        return self.kernel.transact(request)


def names(aliases: tuple[tuple[str, str], ...] = (("FastEthernet0", "wan"),)) -> network.Names:
    return network.Names(aliases, parse(CONFIG).config)


def test_a_device_has_the_name_of_the_board_or_of_the_configuration() -> None:
    assert names().of("wan") == "FastEthernet0"
    assert names(()).of("fastethernet0") == "FastEthernet0"
    assert names().of("eth9") == "eth9"


def test_interfaces_with_their_addresses() -> None:
    machine = KernelMachine()
    machine.kernel.links[3] = netlink.Link(3, "lan", 0, 1400, b"\0\1\2\3\4\5")
    found = network.interfaces(machine, names(), parse(CONFIG).config)
    assert [(facts.name, facts.device, facts.admin_up, facts.line_up) for facts in found] == [
        ("FastEthernet0", "wan", True, False),
        ("lan", "lan", False, False),
    ]
    assert found[0].addresses == [(ipv4_bytes("192.0.2.10"), 24)]
    assert (found[0].configured, found[0].description) == (True, "outside")
    assert (found[1].configured, found[1].mtu) == (False, 1400)


class Routing(KernelMachine):
    """Routes of all tables, as the kernel lists them."""

    def transact(self, request: bytes | memoryview) -> list[bytes]:
        if nlmsg.split_messages(request)[0][0] != netlink.Message.GET_ROUTE:
            return super().transact(request)
        gateway = ipv4_bytes("192.0.2.1")
        return [
            netlink.route_add(ipv4_bytes("198.51.100.7"), 32, 2, gateway),
            netlink.route_add(ipv4_bytes("10.0.0.0"), 8, 2, gateway, metric=20, protocol=188),
            netlink.route_add(ipv4_bytes("10.9.0.0"), 16, 2, gateway, table=100),
            netlink.route_add(ipv4_bytes("192.0.2.0"), 24, 2, protocol=2),
            netlink.route_add(bytes(4), 0, 2, gateway, protocol=16),
        ]


def test_routes_and_their_letters() -> None:
    found = network.routes(Routing(), names())
    assert [(route.code, route.destination[0], route.prefix, route.interface, route.metric) for route in found] == [
        ("S", 0, 0, "FastEthernet0", 0),
        ("O", 10, 8, "FastEthernet0", 20),
        ("C", 192, 24, "FastEthernet0", 0),
        ("V", 198, 32, "FastEthernet0", 0),
    ]


def test_our_own_address_is_local() -> None:
    entry = netlink.RouteEntry(ipv4_bytes("192.0.2.10"), 32, 2, None, None, 0, 255, 2, netlink.Scope.HOST, 2)
    loopback = netlink.Link(1, "lo", netlink.LinkFlag.UP | netlink.LinkFlag.LOOPBACK, 65536, b"")
    assert network._code(entry, netlink.Link(2, "wan", 1, 1500, b"")) == "L"
    assert network._code(entry, loopback) == ""
