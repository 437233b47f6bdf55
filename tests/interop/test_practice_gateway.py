"""The practice gateway as a program: judged by vpnc, which knows nothing of our code, and used by our agent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import LAN, LAN_HOST, Gateway, own_lan
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.conftest import kept
from interop.edge import TEN_MEGABYTES, Edge

# One protected network by split include; two of them and PFS; everything.
PFS = ("aes256-sha256-modp2048", "aes128-sha1-modp2048")


@pytest.fixture(scope="module")
def practice() -> Iterator[Lab]:
    gateways = [
        Gateway(kind="practice"),
        Gateway(kind="practice", split=(LAN, own_lan(2)), esp=PFS),
        Gateway(kind="practice", split=None),
    ]
    yield from kept(Lab(gateways, nat=True, broker="none"))


def space_of(lab: Lab, where: str) -> Namespace:
    space = lab.client if where == "client" else lab.client_nat
    assert space is not None
    return space


@pytest.mark.parametrize("where", ["client", "clientnat"])
@pytest.mark.parametrize("dh", ["modp1024", "modp2048"])
@pytest.mark.parametrize("gateway", [0, 2])
def test_vpnc_connects(practice: Lab, gateway: int, dh: str, where: str) -> None:
    space = space_of(practice, where)
    before = space.dump()
    vpnc = practice.vpnc(space)
    vpnc.connect(practice.gateways[gateway], dh)
    try:
        assert space.ping(LAN_HOST)
        for way in ("down", "up"):
            assert practice.transfer(way, TEN_MEGABYTES, space)[0], way
    finally:
        vpnc.disconnect()
    assert wait_until(lambda: space.dump() == before, 3)


def test_vpnc_with_a_wrong_password_is_refused(practice: Lab) -> None:
    with pytest.raises(LabError, match="authentication unsuccessful"):
        practice.vpnc().connect(practice.gateways[0], password="wrong")
    log = practice.gateways[0].log.read_text()
    assert "alice: password refused" in log and "wrong" not in log.replace("wrong user or password", "")


@pytest.mark.parametrize("where", ["client", "clientnat"])
@pytest.mark.parametrize("gateway", [0, 1, 2])
def test_the_agent_connects(practice: Lab, gateway: int, where: str) -> None:
    edge = Edge(practice, f"practice-{gateway}-{where}", space_of(practice, where))
    edge.connect(connecting(practice.gateways[gateway]))
    edge.check_both_ways()
    edge.check_transfer()
    edge.stop()


def test_it_ends_in_order_and_takes_its_device_along(practice: Lab) -> None:
    gateway = practice.gateways[0]
    gateway.stop()
    left = gateway.space.dump()
    assert [link["ifname"] for link in left["link"] if link["ifname"].startswith("ezgw")] == []
    assert [route for route in left["route"] if route["dst"] == gateway.pool] == []
    assert gateway.log.read_text().rstrip().endswith("ended")
    gateway.start()
