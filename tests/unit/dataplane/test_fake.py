"""The fake keeps the contract and reports what the test told it."""

import pytest

from ezvpn.dataplane.fake import FakePlane
from ezvpn.dataplane.port import Edge, KernelError, PlaneEvent, Route
from unit.dataplane.contract import PEER, START, PlaneContract, child_up, mode_config


class TestContract(PlaneContract):
    def make(self):
        plane = FakePlane()
        plane.start(START)
        return plane


def test_it_remembers_the_calls():
    plane = FakePlane()
    plane.attach("vpn", mode_config("10.99.0.5"), PEER, START)
    plane.install("vpn", child_up(), START)
    plane.moved(PEER, PEER, 4501)
    assert plane.calls == [
        ("attach", "vpn", bytes([10, 99, 0, 5]), PEER),
        ("install", "vpn", 0x1001, 0x2001),
        ("moved", PEER, PEER, 4501),
    ]


def test_edges_come_back_in_order_and_are_bounded():
    plane = FakePlane()
    for spi in range(70):
        plane.tell(Edge.UNKNOWN_SPI, spi, PEER)
    assert plane.overflows == 6
    assert [plane.event() for _ in range(65)] == [PlaneEvent(Edge.UNKNOWN_SPI, spi, PEER) for spi in range(64)] + [None]


def test_a_refusal_is_raised_once_and_leaves_nothing():
    plane = FakePlane()
    plane.refuse = KernelError(1, "Operation not permitted")
    with pytest.raises(KernelError):
        plane.attach("vpn", mode_config(), PEER, START)
    assert plane.attached == {}
    plane.attach("vpn", mode_config(), PEER, START)


def test_routes_and_counters_are_the_tests():
    plane = FakePlane()
    plane.ways[PEER] = Route(2, "wan", None, None)
    assert plane.route_to(PEER).device == "wan"
    assert plane.route_to(bytes(4)) is None
    plane.install("vpn", child_up(), START)
    plane.counters[0x1001] = {"packets_in": 5}
    assert plane.status(0x1001).packets_in == 5
    plane.arm_in(0x1001)
    assert plane.armed == [(0x1001, "in")]
