"""Somebody else changes links, addresses and routes under a tunnel that is up: traffic comes back by itself.

strongSwan with the whole default route, the agent behind NAT: there a lost route to the gateway would send its own packets
round in circles.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import ELSEWHERE, NAT_INSIDE, WAN_PREFIX
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import Edge

WAN = f"198.51.100.0/{WAN_PREFIX}"


def cpu_ticks(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return int(words[11]) + int(words[12])


@pytest.fixture
def edge(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Edge]:
    name = "".join(letter for letter in request.node.name if letter.isalnum())
    edge = Edge(lab, name[:60], lab.client_nat)
    edge.connect(connecting(lab.gateways[2]))
    assert wait_until(lambda: edge.space.ping(ELSEWHERE, 1), 3)
    yield edge
    edge.stop()


def comes_back(edge: Edge) -> bool:
    return wait_until(lambda: edge.space.ping(ELSEWHERE, 1), 8)


def test_the_outside_link_goes_down_and_up(edge: Edge) -> None:
    # The kernel drops every route through a link that goes down, ours to the gateway as well.
    edge.space.batch("link set wan0 down")
    edge.space.batch("link set wan0 up", f"route add {WAN} via {NAT_INSIDE} dev wan0")
    before = cpu_ticks(edge.agent.pid)
    assert comes_back(edge)
    assert cpu_ticks(edge.agent.pid) - before < 50
    assert edge.agent.log_text().count("CONNECTION_UP") == 1, "the tunnel itself was never down"


@pytest.mark.parametrize("route", ["0.0.0.0/1", "gateway"])
def test_somebody_deletes_a_route_of_ours(edge: Edge, route: str) -> None:
    edge.space.batch("route del " + route.replace("gateway", edge.lab.gateways[2].address))
    assert comes_back(edge)


def test_somebody_takes_the_tunnel_device_down(edge: Edge) -> None:
    edge.space.batch("link set ezvpn0 down")
    assert comes_back(edge)
    edge.agent.wait_log("somebody took the tunnel device down: it is up again")


def test_somebody_deletes_the_tunnel_device(edge: Edge) -> None:
    edge.space.batch("link del ezvpn0")
    edge.agent.wait_log("CONNECTION_UP", 2)
    assert comes_back(edge)


def test_somebody_takes_our_address(edge: Edge) -> None:
    edge.space.batch("addr flush dev ezvpn0")
    assert comes_back(edge)


def test_the_path_takes_shorter_packets(edge: Edge) -> None:
    def mtu() -> int:
        (row,) = (link for link in edge.space.dump()["link"] if link["ifname"] == "ezvpn0")
        return int(row["mtu"])

    before = mtu()
    edge.space.batch("link set wan0 mtu 1300")
    assert wait_until(lambda: mtu() < 1300, 3)
    edge.space.batch("link set wan0 mtu 1500")
    assert wait_until(lambda: mtu() == before, 3)


def test_a_default_route_that_flaps_disturbs_nothing(edge: Edge) -> None:
    for _ in range(10):
        edge.space.batch(f"route add default via {NAT_INSIDE}")
        time.sleep(0.05)
        edge.space.batch("route del default")
    assert comes_back(edge)
    assert edge.agent.log_text().count("CONNECTION_UP") == 1
