"""Routes outside the tunnel: added once, recorded first, removed exactly."""

import pytest
from doubles.plane_kernel import EEXIST, FakeKernel

from ezvpn.dataplane.port import KernelError
from ezvpn.dataplane.routes import RECORD, Routes, network_of
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import PEER

HOST = "198.51.100.1/32"
OURS = "198.51.100.1/32 via 192.0.2.1 dev wan proto 69"


def test_lookup():
    route = Routes(FakeKernel()).lookup(PEER)
    assert (route.device_index, route.device, route.gateway) == (2, "wan", ipv4_bytes("192.0.2.1"))
    neighbour = Routes(FakeKernel()).lookup(ipv4_bytes("192.0.2.77"))
    assert (neighbour.gateway, neighbour.source) == (None, ipv4_bytes("192.0.2.10"))


def test_no_route_is_none():
    kernel = FakeKernel()
    kernel.routes = []
    assert Routes(kernel).lookup(PEER) is None


def test_lookup_around_the_tunnel():
    """With a whole default route in the tunnel, the way to another peer is the one beneath it."""
    kernel = FakeKernel()
    kernel.tun = kernel.open_tun("x")
    kernel.add("0.0.0.0/1", device_index=kernel.tun)
    kernel.add("128.0.0.0/1", device_index=kernel.tun)
    kernel.add("198.51.0.0/16", device_index=2, gateway=ipv4_bytes("192.0.2.3"), metric=50)
    kernel.add("198.51.0.0/16", device_index=2, gateway=ipv4_bytes("192.0.2.2"), metric=10)
    other = ipv4_bytes("203.0.113.9")
    assert Routes(kernel).lookup(other, kernel.tun).gateway == ipv4_bytes("192.0.2.1")
    kernel.routes = [entry for entry in kernel.routes if entry.device_index == kernel.tun]
    assert Routes(kernel).lookup(other, kernel.tun) is None


def test_recorded_before_added_removed_before_forgotten():
    kernel = FakeKernel()
    routes = Routes(kernel)
    routes.keep_outside("a", PEER, 32, routes.lookup(PEER))
    assert kernel.trail == ["write routes", "route " + OURS]
    assert kernel.files == {RECORD: HOST + "\n"}
    kernel.trail = []
    routes.release("a")
    assert kernel.trail == ["no route " + HOST, "unlink routes"]
    assert kernel.files == {}


def test_two_tunnels_to_one_peer_share_the_route():
    kernel = FakeKernel()
    routes = Routes(kernel)
    for tunnel in ("a", "b", "a"):
        routes.keep_outside(tunnel, PEER, 32, routes.lookup(PEER))
    routes.release("a")
    assert OURS in kernel.routing()
    routes.release("b")
    assert OURS not in kernel.routing()


def test_a_route_that_was_there_is_not_ours():
    kernel = FakeKernel()
    kernel.add(HOST, device_index=2, gateway=ipv4_bytes("192.0.2.9"), protocol=4)
    before = kernel.state()
    routes = Routes(kernel)
    routes.keep_outside("a", PEER, 32, routes.lookup(PEER))
    assert kernel.state() == before
    routes.release("a")
    assert kernel.state() == before


def test_a_refused_route_leaves_no_record():
    kernel = FakeKernel()
    kernel.refuse = {"route 198": 1}
    routes = Routes(kernel)
    with pytest.raises(KernelError, match="cannot route 198.51.100.1/32 by wan: refused"):
        routes.keep_outside("a", PEER, 32, routes.lookup(PEER))
    assert kernel.files == {}


@pytest.mark.parametrize("crash", ["route 198", "write routes"])
def test_a_crash_at_any_step_is_cleaned(crash):
    """The record without its route, and the route with its record: the next start leaves neither."""
    kernel = FakeKernel()
    before = kernel.state()
    kernel.files[RECORD] = HOST + "\n"
    if crash == "route 198":
        kernel.add(HOST, device_index=2, gateway=ipv4_bytes("192.0.2.1"), protocol=69)
    Routes(kernel).clean()
    assert kernel.state() == before


def test_cleaning_takes_only_what_is_ours():
    kernel = FakeKernel()
    kernel.add(HOST, device_index=2, gateway=ipv4_bytes("192.0.2.9"), protocol=4)
    kernel.files[RECORD] = HOST + "\n"
    Routes(kernel).clean()
    assert "198.51.100.1/32 via 192.0.2.9 dev wan proto 4" in kernel.routing()


def test_a_torn_record_is_survived():
    kernel = FakeKernel()
    kernel.files[RECORD] = "198.51.100.1/32\nnonsense\n10.0.0.0/99\n10.0.0.0/x\n198.51."
    Routes(kernel).clean()
    assert kernel.files == {}


def test_into_the_tunnel():
    kernel = FakeKernel()
    kernel.tun = kernel.open_tun("x")
    routes = Routes(kernel)
    net = ipv4_bytes("10.1.0.0")
    routes.into(net, 16, kernel.tun, None)
    routes.into(net, 16, kernel.tun, None)
    assert "10.1.0.0/16 dev ezvpn0 proto 69" in kernel.routing()
    routes.out_of(net, 16, kernel.tun)
    routes.out_of(net, 16, kernel.tun)
    assert "10.1.0.0/16 dev ezvpn0 proto 69" not in kernel.routing()
    kernel.add("10.1.0.0/16", device_index=2, protocol=4)
    with pytest.raises(KernelError, match="into the tunnel") as raised:
        routes.into(net, 16, kernel.tun, None)
    assert raised.value.errno == EEXIST


def test_releasing_never_raises():
    kernel = FakeKernel()
    routes = Routes(kernel)
    routes.keep_outside("a", PEER, 32, routes.lookup(PEER))
    kernel.refuse = {"no route": 1, "unlink": 30}
    routes.release("a")
    assert routes.leftover


def test_networks():
    assert network_of(ipv4_bytes("10.1.2.3"), ipv4_bytes("255.255.0.0")) == (ipv4_bytes("10.1.0.0"), 16)
    with pytest.raises(ValueError):
        network_of(ipv4_bytes("10.1.2.3"), ipv4_bytes("255.0.255.0"))
