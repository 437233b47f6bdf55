"""The whole agent with a crypto map against strongSwan and libreswan: we begin, they begin, who does not fit, and traffic.

With libreswan the control plane alone, as no packet passes on a kernel without ESP. Three peers are in `test_seed_examples`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.libreswan import LibreswanGateway
from ezvpn_hil.lab.plan import CLIENT, LAN, LAN_HOST, Gateway, client_wan, gateway_lan, own_lan, own_lan_host
from ezvpn_hil.lab.processes import wait_until
from ezvpn_hil.lab.strongswan import StrongSwanGateway
from interop.configurations import site_to_site
from interop.conftest import kept
from interop.edge import SESSION_UP, Edge

INSIDE, HOST = "10.1.0.0/16", "10.1.0.1"
CLIENTS = tuple(client_wan(number) for number in range(1, 6))
KEY = "a-key-for-two-sites"
STRONG = "aes256-sha256-modp2048"
FAILED = "%CRYPTO-3-MAP_FAILED"
MEGABYTE = 1_200_000
LIFE_S = 700
WAIT_S = 10.0
# The last message of a quick mode that they began is under way when we say that it is up.
PING_S = 5.0


def line(network: str) -> str:
    """`permit` line from INSIDE to a network of length 24."""
    return f"ip 10.1.0.0 0.0.255.255 {network.partition('/')[0]} 0.0.0.255"


LINES = {number: (line(LAN), line(own_lan(number))) for number in (1, 2, 3)}
PFS = ("set pfs group14", f"set security-association lifetime seconds {LIFE_S}")


def inside(lab: Lab, number: int) -> None:
    """A host behind the client, and the LAN's way back to it by this gateway."""
    if HOST not in str(lab.client.dump()["addr"]):
        lab.client.batch(f"addr add {HOST}/32 dev lo")
    lab.lan.batch(f"route replace {INSIDE} via {gateway_lan(number)}")


def passes(lab: Lab, number: int) -> bool:
    """Pings from behind the client to both networks behind the gateway, and from these to it."""
    ends = [(lab.client, HOST, LAN_HOST), (lab.client, HOST, own_lan_host(number))]
    ends += [(lab.lan, there, here) for _, here, there in ends]
    return all(
        wait_until(lambda end=end: end[0].ping(end[2], source=end[1]), PING_S)  # type: ignore[misc]
        for end in ends
    )


class Deaf:
    """While it lasts no first message of main mode from the client reaches a gateway: they call us, we cannot call them."""

    def __init__(self, lab: Lab) -> None:
        self.space = lab.spaces["wan"]

    def __enter__(self) -> None:
        # MM1 is known by its responder cookie of 0: 8 bytes behind the UDP header and the initiator's.
        self.space.run(
            ["nft", "-f", "-"],
            stdin="table bridge deaf {\nchain forward {\ntype filter hook forward priority 0;\n"
            'ether type ip iifname "p-client" udp dport 500 @th,128,64 0 counter drop\n}\n}\n',
        )

    def __exit__(self, *_: object) -> None:
        self.space.run(["nft", "delete", "table", "bridge", "deaf"])


@pytest.fixture(scope="module")
def sites() -> Iterator[Lab]:
    """gw1: strongSwan with PFS. gw2: libreswan. Each with a pair for the LAN and one for a network of its own. gw3: as gw1, for
    the agents that do not fit: charon begins a pair under whatever ISAKMP SA of the same connection it finds."""
    strongswan = Gateway(
        ike=(STRONG,),
        esp=("aes128-sha1-modp2048",),
        split=(LAN, own_lan(1)),
        behind=(INSIDE,),
        peers=(CLIENT,),
        psk=KEY,
    )
    libreswan = Gateway(
        kind="libreswan",
        ike=(STRONG,),
        esp=("aes128-sha1",),
        split=(LAN, own_lan(2)),
        behind=(INSIDE,),
        peers=(CLIENT,),
        psk=KEY,
    )
    gateways = [strongswan, libreswan, dataclasses.replace(strongswan, peers=CLIENTS[1:])]
    yield from kept(Lab(gateways, nat=False, broker="none", clients=len(CLIENTS)))


UNLIKE = {
    "key": ({"key": "quite-another-key"}, "different pre-shared keys: check `crypto isakmp key`"),
    "policy": (
        {"suite": "aes128-sha1-modp1536"},
        "none of the offered phase 1 proposals: add a `crypto isakmp policy`",
    ),
    "transform": (
        {"esp": "esp-aes 256 esp-sha256-hmac"},
        "none of the offered ESP proposals: compare `set transform-set`",
    ),
    "networks": ({"near": "10.9.0.0"}, "refused quick mode: its access list has to be the mirror of ours"),
}


@pytest.fixture(scope="module", autouse=True)
def unlike(sites: Lab) -> Iterator[dict[str, Edge]]:
    """Agents that do not fit gw3, at other clients. They are started before all tests, because two of them have to wait: another
    key is noticed by silence, and nothing proves that a refusal of all policies is the peer's."""
    edges = {what: Edge(sites, f"unlike-{what}", space) for what, space in zip(UNLIKE, sites.clients[1:], strict=True)}
    for what, edge in edges.items():
        edge.start(to_swan(peer=sites.gateways[2].address, **UNLIKE[what][0]))
    yield edges
    for edge in edges.values():
        edge.end()


def swan(lab: Lab) -> StrongSwanGateway:
    found = lab.gateways[0]
    assert isinstance(found, StrongSwanGateway)
    return found


def lsw(lab: Lab) -> LibreswanGateway:
    found = lab.gateways[1]
    assert isinstance(found, LibreswanGateway)
    return found


def sas(gateway: StrongSwanGateway) -> list[dict[str, Any]]:
    """Its ISAKMP SAs with the client that fits."""
    return [sa for sa in gateway.list_sas() if sa["remote-host"] == CLIENT]


def pairs(gateway: StrongSwanGateway) -> list[tuple[str, str]]:
    """(network of theirs, DH group of its quick mode) of every pair that stands there, under any ISAKMP SA."""
    children = [child for sa in sas(gateway) for child in sa["child-sas"].values()]
    return sorted(
        (child["local-ts"][0], child.get("dh-group", "")) for child in children if child["state"] == "INSTALLED"
    )


BOTH = sorted([(LAN, "MODP_2048"), (own_lan(1), "MODP_2048")])


def to_swan(**changes: str) -> str:
    said = {
        "key": KEY,
        "suite": STRONG,
        "esp": "esp-aes esp-sha-hmac",
        "near": "10.1.0.0",
        "peer": "198.51.100.11",
        **changes,
    }
    lines = tuple(each.replace("10.1.0.0", said["near"]) for each in LINES[1])
    text = site_to_site(said["key"], said["suite"], said["esp"], ((said["peer"],), lines), entry=PFS)
    return "crypto isakmp keepalive 10 2 periodic\n" + text


def test_we_begin_and_traffic_passes_both_ways(sites: Lab) -> None:
    gateway = swan(sites)
    inside(sites, 1)
    edge = Edge(sites, "we-begin")
    edge.start(to_swan())
    edge.agent.wait_log(SESSION_UP)
    assert wait_until(lambda: pairs(gateway) == BOTH, WAIT_S), gateway.list_sas()
    assert passes(sites, 1), edge.agent.log_tail()
    edge.check_transfer(MEGABYTE)
    (sa,) = sas(gateway)
    assert sa["remote-id"] == CLIENT and sa.get("initiator", "no") == "no"
    found = edge.show("crypto ipsec sa")["sas"]
    assert len(found) == 2 and all(0 < each["remaining_s"] <= LIFE_S for each in found), found
    assert all(each["packets_in"] > 0 and each["packets_out"] > 0 for each in found)
    (shown,) = edge.show("crypto map")["maps"]
    assert (shown["current_peer"], shown["pfs_group"], shown["lifetime_s"]) == (gateway.address, 14, LIFE_S)
    (session,) = edge.show("crypto session")["sessions"]
    assert session["status"] == "UP-ACTIVE" and len(session["flows"]) == 2
    edge.stop()
    assert wait_until(lambda: sas(gateway) == [], WAIT_S), "the deletes were understood"


def test_they_begin_and_traffic_passes_both_ways(sites: Lab) -> None:
    gateway = swan(sites)
    inside(sites, 1)
    edge = Edge(sites, "they-begin")
    with Deaf(sites):
        edge.start(to_swan())
        edge.agent.wait_log("%SYS-5-RESTART")
        gateway.initiate("net0")
        edge.agent.wait_log(SESSION_UP)
        gateway.initiate("net1")
        assert wait_until(lambda: len(pairs(gateway)) >= 2, WAIT_S), gateway.list_sas()
        assert passes(sites, 1), edge.agent.log_tail()
        edge.check_transfer(MEGABYTE)
        (sa,) = sas(gateway)
        assert sa["initiator"] == "yes"
        (ours,) = (each for each in edge.show("crypto isakmp sa")["sas"] if each["state"] == "QM_IDLE")
        assert ours["role"] == "responder"
    edge.stop()
    assert wait_until(lambda: sas(gateway) == [], WAIT_S)


# --- two entries with the same peer, who sees one device -----------------------------------------------------------


def two_entries() -> str:
    peers = ("198.51.100.11",)
    first, second = LINES[1]
    text = site_to_site(KEY, STRONG, "esp-aes esp-sha-hmac", (peers, (first,)), (peers, (second,)), entry=PFS)
    return "crypto isakmp keepalive 10 2 periodic\n" + text


@pytest.mark.parametrize("deaf", [False, True], ids=["we begin", "they begin"])
def test_two_entries_with_the_same_peer(sites: Lab, deaf: bool) -> None:
    gateway = swan(sites)
    inside(sites, 1)
    edge = Edge(sites, f"two-entries-{deaf}")
    with Deaf(sites) if deaf else contextlib.nullcontext():
        edge.start(two_entries())
        edge.agent.wait_log("%SYS-5-RESTART")
        if deaf:
            gateway.initiate("net1")
            gateway.initiate("net0")
        edge.agent.wait_log(SESSION_UP, 2)
        assert wait_until(lambda: sorted(set(pairs(gateway))) == BOTH, WAIT_S), gateway.list_sas()
        assert passes(sites, 1), edge.agent.log_tail()
        assert len(sas(gateway)) == 1, gateway.list_sas()
        found = edge.show("crypto session")["sessions"]
        assert [(each["tunnel"], each["status"], len(each["flows"])) for each in found] == [
            ("sites-10", "UP-ACTIVE", 1),
            ("sites-20", "UP-ACTIVE", 1),
        ]
        (shared,) = edge.show("crypto isakmp sa")["sas"]
        assert shared["role"] == ("responder" if deaf else "initiator")
        # One pair is renewed by them, and the other is left alone.
        (kept,) = (each["spi_in"] for each in edge.show("crypto ipsec sa")["sas"] if each["tunnel"] == "sites-10")
        gateway.rekey("net1")
        time.sleep(0.5)
        assert passes(sites, 1)
        assert kept in {each["spi_in"] for each in edge.show("crypto ipsec sa")["sas"]}
    edge.stop()
    assert wait_until(lambda: sas(gateway) == [], WAIT_S)


# --- libreswan ------------------------------------------------------------------------------------------------------


def to_lsw() -> str:
    return site_to_site(KEY, STRONG, "esp-aes esp-sha-hmac", (("198.51.100.12",), LINES[2]))


def established(gateway: LibreswanGateway) -> int:
    return gateway.status().count("IPsec SA established")


def test_we_begin_with_libreswan(sites: Lab) -> None:
    gateway = lsw(sites)
    edge = Edge(sites, "we-begin-lsw")
    edge.start(to_lsw())
    edge.agent.wait_log(SESSION_UP)
    assert wait_until(lambda: established(gateway) == 2, WAIT_S), gateway.status()
    assert len(edge.show("crypto ipsec sa")["sas"]) == 2
    edge.stop()
    assert wait_until(lambda: established(gateway) == 0, WAIT_S), "the deletes were understood"


def test_libreswan_begins(sites: Lab) -> None:
    gateway = lsw(sites)
    edge = Edge(sites, "they-begin-lsw")
    with Deaf(sites):
        edge.start(to_lsw())
        edge.agent.wait_log("%SYS-5-RESTART")
        gateway.initiate("net0")
        edge.agent.wait_log(SESSION_UP)
        gateway.initiate("net1")
        assert wait_until(lambda: established(gateway) >= 2, WAIT_S), gateway.status()
        (ours,) = (each for each in edge.show("crypto isakmp sa")["sas"] if each["state"] == "QM_IDLE")
        assert ours["role"] == "responder"
    edge.stop()
    assert wait_until(lambda: established(gateway) == 0, WAIT_S)


def test_what_does_not_fit_is_said(sites: Lab, unlike: dict[str, Edge]) -> None:
    for what, edge in unlike.items():
        said = edge.agent.wait_log(FAILED, limit_s=25)
        assert UNLIKE[what][1] in said and sites.gateways[2].address in said, said
        edge.stop()
