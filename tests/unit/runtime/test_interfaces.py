"""A router's own interfaces and routes: set, set again, taken back; what the kernel refuses is said and stops nothing else."""

from doubles.plane_kernel import EEXIST, FakeKernel

from ezvpn.runtime.interfaces import Interfaces
from ezvpn.wire import netlink
from ezvpn.wire.inet import ipv4_bytes

OURS, GATEWAY, OTHER = ipv4_bytes("198.51.100.2"), ipv4_bytes("198.51.100.1"), ipv4_bytes("198.51.100.9")
DEFAULT = (bytes(4), 0, GATEWAY, 1)


def bench() -> "tuple[FakeKernel, Interfaces]":
    kernel = FakeKernel()
    kernel.links[3] = netlink.Link(3, "eth0", 0, 1500, b"")
    return kernel, Interfaces(kernel)


def test_an_interface_and_a_route() -> None:
    kernel, interfaces = bench()
    assert interfaces.configure([("eth0", True, OURS, 24)], [DEFAULT]) == []
    assert kernel.addresses == [(3, OURS, 24)]
    assert kernel.trail[:2] == ["address 198.51.100.2/24 eth0", "up eth0"]
    assert any("198.51.100.1" in route for route in kernel.routing())


def test_loopback_is_switched_on() -> None:
    kernel, interfaces = bench()
    kernel.links[1] = netlink.Link(1, "lo", netlink.LinkFlag.LOOPBACK, 65536, b"")
    interfaces.configure([], [])
    assert kernel.links[1].up()


def test_twice_is_once() -> None:
    kernel, interfaces = bench()
    interfaces.configure([("eth0", True, OURS, 24)], [DEFAULT])
    before = kernel.state()
    assert interfaces.configure([("eth0", True, OURS, 24)], [DEFAULT]) == []
    assert kernel.state() == before


def test_what_the_configuration_no_longer_has_goes() -> None:
    kernel, interfaces = bench()
    interfaces.configure([("eth0", True, OURS, 24)], [DEFAULT])
    assert interfaces.configure([("eth0", True, OTHER, 24)], []) == []
    assert kernel.addresses == [(3, OTHER, 24)]
    assert not any("198.51.100.1" in route for route in kernel.routing())


def test_what_cannot_be_is_said() -> None:
    kernel, interfaces = bench()
    kernel.refuse["address 198"] = EEXIST
    problems = interfaces.configure([("eth9", True, None, 0), ("eth0", True, OURS, 24)], [DEFAULT])
    assert problems[0] == "interface eth9: this machine has no such device"
    assert problems[1] == "interface eth0: refused by the test"
    assert any("198.51.100.1" in route for route in kernel.routing())
    assert interfaces.configure([("eth9", True, None, 0), ("eth0", True, OURS, 24)], [DEFAULT]) == []  # it was said
    kernel.refuse.clear()
    assert interfaces.configure([("eth0", True, OURS, 24)], [DEFAULT]) == []
    assert interfaces.configure([("eth9", True, None, 0)], []) == ["interface eth9: this machine has no such device"]
