"""The whole agent against strongSwan: what the tunnel carries. Split networks, the whole default route, other suites, PFS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import ELSEWHERE, LAN, LAN_HOST, SERVICES, Gateway, own_lan, own_lan_host
from interop.configurations import connecting
from interop.conftest import kept
from interop.edge import Edge

IKE = ("aes256-sha256-modp2048",)


@pytest.fixture(scope="module")
def special() -> Iterator[Lab]:
    """gw1 and gw2: AES-GCM. gw3: PFS, said by the attribute. gw4: PFS, not said. gw5: no PFS, though its attribute says so."""
    gateways = [
        Gateway(ike=IKE, esp=("aes128gcm16",)),
        Gateway(ike=IKE, esp=("aes256gcm16",)),
        Gateway(ike=IKE, esp=("aes256-sha256-modp2048",), pfs_attribute=True),
        Gateway(ike=IKE, esp=("aes256-sha256-modp2048",)),
        Gateway(ike=IKE, esp=("aes256-sha256",), pfs_attribute=True),
    ]
    yield from kept(Lab(gateways, nat=False, broker="none"))


def routes(edge: Edge) -> set[str]:
    """Destinations that lead into the tunnel."""
    rows = edge.space.dump()["route"]
    return {row["dst"] for row in rows if row.get("dev", "").startswith("ezvpn") and row.get("table") != "local"}


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
def test_two_split_networks_are_two_pairs_of_sas(lab: Lab, where: str) -> None:
    gateway = lab.gateways[1]
    edge = Edge(lab, f"two-networks-{where}", lab.spaces[where])
    edge.connect(connecting(gateway))
    edge.check_both_ways(LAN_HOST)
    edge.check_both_ways(own_lan_host(2))
    assert routes(edge) == {LAN, own_lan(2)}
    (sa,) = (sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED")
    assert sorted(child["local-ts"][0] for child in sa["child-sas"].values()) == sorted([LAN, own_lan(2)])
    edge.check_transfer()
    # what was not announced does not go through
    assert not edge.space.ping(own_lan_host(1), 1)
    edge.stop()


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
def test_the_whole_default_route(lab: Lab, where: str) -> None:
    gateway = lab.gateways[2]
    space = lab.spaces[where]
    edge = Edge(lab, f"default-route-{where}", space)
    assert not space.ping(ELSEWHERE, 1)
    edge.connect(connecting(gateway))
    edge.check_both_ways(ELSEWHERE)
    edge.check_both_ways(LAN_HOST)
    # The gateway itself stays outside of the tunnel that its packets carry.
    rows = edge.space.dump()["route"]
    (host_route,) = (row for row in rows if row["dst"] == gateway.address)
    assert host_route["dev"] == "wan0"
    assert space.ping(SERVICES)  # the network that we are on stays reachable without the tunnel
    edge.check_transfer()
    edge.stop()
    assert not space.ping(ELSEWHERE, 1)


@pytest.mark.parametrize(("number", "words"), [(0, "esp-gcm"), (1, "esp-gcm 256")], ids=["128", "256"])
def test_aes_gcm_by_transform_set(special: Lab, number: int, words: str) -> None:
    gateway = special.gateways[number]
    edge = Edge(special, f"gcm-{number}")
    edge.connect(
        f"crypto ipsec transform-set GCM {words}\n" + connecting(gateway, extra=("transform-set GCM",)),
    )
    edge.check_both_ways()
    edge.check_transfer()
    (sa,) = (sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED")
    (child,) = sa["child-sas"].values()
    assert child["encr-alg"] == "AES_GCM_16"
    assert child["encr-keysize"] == ("256", "128")[number == 0]
    edge.stop()


def test_no_suite_in_common_for_esp_is_said(special: Lab) -> None:
    edge = Edge(special, "esp-mismatch")
    edge.start(connecting(special.gateways[0]))
    line = edge.agent.wait_log("%CRYPTO-3-EZVPN_FAILED")
    assert "accepts none of the offered ESP proposals" in line
    edge.stop()


@pytest.mark.parametrize(
    ("number", "group"), [(2, "MODP_2048"), (3, "MODP_2048"), (4, "")], ids=["announced", "demanded", "refused"]
)
def test_pfs_follows_the_gateway_where_nothing_is_configured(special: Lab, number: int, group: str) -> None:
    """Attribute 28679 decides; a gateway that refuses is asked once more the other way."""
    gateway = special.gateways[number]
    edge = Edge(special, f"pfs-{number}")
    edge.connect(connecting(gateway))
    edge.check_both_ways()
    (sa,) = (sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED")
    (child,) = sa["child-sas"].values()
    assert child.get("dh-group", "") == group
    edge.stop()
