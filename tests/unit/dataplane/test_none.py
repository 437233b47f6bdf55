"""Without a data plane everything else still works: statuses, lookups, no packets."""

from doubles.plane_kernel import FakeKernel

from ezvpn.dataplane.none import NoPlane
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import PEER, START, PlaneContract, mode_config


class TestContract(PlaneContract):
    def make(self):
        plane = NoPlane(FakeKernel())
        plane.start(START)
        return plane


def test_it_touches_nothing_but_leftovers():
    kernel = FakeKernel()
    kernel.files["routes"] = "198.51.100.1/32\n"
    kernel.add("198.51.100.1/32", device_index=2, protocol=69)
    kernel.trail = []
    plane = NoPlane(kernel)
    plane.start(START)
    plane.attach("vpn", mode_config(), PEER, START)
    plane.stop(START)
    assert kernel.trail == ["no route 198.51.100.1/32", "unlink routes"]
    assert plane.table is None


def test_it_finds_routes_where_there_is_netlink():
    assert NoPlane(FakeKernel()).route_to(PEER).gateway == ipv4_bytes("192.0.2.1")
    assert NoPlane().route_to(PEER) is None


def test_a_kernel_that_refuses_is_no_reason_to_stop():
    kernel = FakeKernel()
    kernel.files["routes"] = "198.51.100.1/32\n"
    kernel.refuse = {"unlink": 13}
    NoPlane(kernel).start(START)
