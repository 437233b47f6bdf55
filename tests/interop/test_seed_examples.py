"""The five configuration examples of the feature document, pasted at the console as they are printed, run against strongSwan.

Gateways and client have the addresses that are printed there, and the client's interfaces their names. What an example leaves
out, such as the access list that it names, is pasted as a second text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import LAN, LAN_HOST, Gateway, gateway_lan
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import reporting
from interop.conftest import kept
from interop.edge import Console, Dashboard, Edge

SEED = Path(__file__).resolve().parents[1] / "vectors" / "seed"
OUTSIDE, INSIDE = "10.1.32.14", "10.2.3.4"
NETWORKS = ("10.1.32.0/24", "10.2.3.0/24")
KEY = "kd94j1ksldz"
UP_S = 10.0
DEAD_S = 25.0  # 10 s and five times 2, and some
AT_ONCE_S = 1.0
ACCESS_LIST = "access-list 101 permit ip 10.2.3.0 0.0.0.255 203.0.113.0 0.0.0.255\n"


def printed(name: str) -> str:
    source, _, text = (SEED / f"{name}.txt").read_text().partition("\n")
    assert source.startswith("! SOURCE")
    return text


@pytest.fixture(scope="module")
def seed() -> Iterator[Lab]:
    """Three gateways, whose addresses and roles the tests say, and a client with the interfaces of the examples."""
    for lab in kept(Lab([Gateway()] * 3, nat=False, broker="wan")):
        lab.client.batch(
            "link set wan0 down",
            "link set wan0 name FastEthernet0",
            "link set FastEthernet0 up",
            "addr flush dev FastEthernet0",
            f"addr add {OUTSIDE}/24 dev FastEthernet0",
            "route add default dev FastEthernet0",
            "link add Ethernet0 type veth peer name behind",
            "link set Ethernet0 up",
            "link set behind up",
            f"addr add {INSIDE}/24 dev Ethernet0",
        )
        for space in (lab.spaces["svc"], *(gateway.space for gateway in lab.gateways)):
            space.batch(f"route add {NETWORKS[0]} dev wan0")
        yield lab


def becomes(gateway: RunningGateway, address: str, options: Gateway) -> None:
    """Another gateway at another address. One that was frozen or killed runs again."""
    gateway.stop()
    if gateway.address.startswith("10."):
        gateway.space.batch(f"addr del {gateway.address}/32 dev wan0")
    gateway.space.batch(f"addr add {address}/32 dev wan0")
    gateway.address, gateway.options = address, options
    gateway.start()


def site(ike: str, esp: str) -> Gateway:
    return Gateway(ike=(ike,), esp=(esp,), split=(LAN,), behind=NETWORKS[1:], peers=(OUTSIDE,), psk=KEY)


def easy() -> Gateway:
    return Gateway(psk="preshared")


def started(lab: Lab, name: str, *texts: str) -> Edge:
    """An agent without a configuration, where these are pasted one after the other."""
    edge = Edge(lab, name)
    edge.start("!\n")
    edge.agent.wait_log("%SYS-5-RESTART")
    for text in texts:
        with Console(edge) as console:
            console.paste(text)
    return edge


def log_in(edge: Edge) -> None:
    """Answer the gateway's question, which the examples leave to the user."""
    assert wait_until(lambda: edge.show()["tunnels"][0]["xauth_prompt"], UP_S), edge.show()
    user, password = easy().users[0]
    with Console(edge) as console:
        console.type("crypto ipsec client ezvpn xauth ezvpn-config", "Username:")
        console.type(user, "Password:")
        console.type(password)


def is_up(edge: Edge, peer: str, limit_s: float = UP_S) -> None:
    def up() -> bool:
        found = edge.show("crypto session")["sessions"]
        return [(each["status"], each["peer_address"]) for each in found] == [("UP-ACTIVE", peer)]

    assert wait_until(up, limit_s, 0.05), edge.ask("show logging")


def passes(lab: Lab, number: int) -> bool:
    """Pings between the inside network and the LAN behind this gateway, both ways."""
    lab.lan.batch(f"route replace {NETWORKS[1]} via {gateway_lan(number)}")
    out = wait_until(lambda: lab.client.ping(LAN_HOST, source=INSIDE), 5)
    return out and wait_until(lambda: lab.lan.ping(INSIDE), 5)


def said_to_be_closed(lab: Lab) -> None:
    """A packet for a gateway that was killed: its machine answers `port unreachable`, and the agent asks at once."""
    lab.client.ping(LAN_HOST, 1)
    lab.client.ping(LAN_HOST, 1, source=INSIDE)


def test_site_to_site_with_its_policy_and_key(seed: Lab) -> None:
    gateway = seed.gateways[0]
    becomes(gateway, "10.2.80.209", site("3des-sha1-modp1024", "3des-sha1"))
    edge = started(seed, "seed-site", printed("site_to_site_policy"), printed("site_to_site"), ACCESS_LIST)
    is_up(edge, gateway.address)
    assert passes(seed, 1), edge.agent.log_tail()
    (sa,) = gateway.list_sas()
    assert (sa["encr-alg"], sa["dh-group"], sa["remote-id"]) == ("3DES_CBC", "MODP_1024", OUTSIDE)
    edge.stop()


def test_easy_vpn_remote(seed: Lab) -> None:
    gateway = seed.gateways[0]
    becomes(gateway, "10.2.80.209", easy())
    edge = started(seed, "seed-remote", printed("easy_vpn_remote"))
    log_in(edge)
    is_up(edge, gateway.address)
    edge.check_both_ways()
    (tunnel,) = edge.show()["tunnels"]
    assert (tunnel["outside"], tunnel["inside"]) == ("FastEthernet0", ["Ethernet0"])
    edge.stop()


def test_three_peers_of_a_crypto_map(seed: Lab) -> None:
    """The first is frozen, the second killed; console and reports tell it in that order."""
    for number, gateway in enumerate(seed.gateways, 1):
        becomes(gateway, f"10.0.0.{number}", site("aes256-sha256-modp2048", "3des-sha1"))
    first, second, third = seed.gateways
    dashboard = Dashboard(seed.broker, "green", tunnel="green-1")
    missing = (
        f"crypto isakmp key {KEY} address 10.0.0.0 255.255.255.0\n"
        "crypto isakmp keepalive 10 periodic\n"
        "crypto ipsec transform-set txfm esp-3des esp-sha-hmac\n"
        f"{ACCESS_LIST}interface FastEthernet0\n ip address {OUTSIDE} 255.255.255.0\n crypto map green\n"
    )
    edge = started(seed, "seed-peers", printed("crypto_map_peers"), reporting("green"))
    with Console(edge) as console:
        console.paste(missing)
    is_up(edge, first.address)
    dashboard.wait_event("SESSION_STATUS", "UP")
    assert passes(seed, 1)

    first.freeze()
    is_up(edge, second.address, DEAD_S)
    assert passes(seed, 2)
    second.kill()
    said_to_be_closed(seed)
    is_up(edge, third.address, DEAD_S)
    assert passes(seed, 3)

    story = [
        *[("UP", first.address), ("DOWN", first.address)],
        *[("UP", second.address), ("DOWN", second.address)],
        ("UP", third.address),
    ]
    told = edge.history()
    shown = [found[1:] for found in told]
    assert shown == story[-len(shown) :] and len(shown) >= 4, shown
    waits = [b[0] - a[0] for a, b in zip(told, told[1:], strict=False) if (a[1], b[1]) == ("DOWN", "UP")]
    print("seconds from DOWN to UP at the next peer:", waits)
    assert len(waits) == 2 and max(waits) < AT_ONCE_S
    dashboard.wait_event("SESSION_STATUS", "UP", 3)
    over_mqtt = [re.search(r"is (UP|DOWN) *\.  Peer ([\d.]+)", e["text"]) for e in dashboard.events]
    assert [found.groups() for found in over_mqtt if found] == story
    reasons = [e["text"] for e in dashboard.events if e["mnemonic"] == "MAP_FAILED"]
    assert "there is no access list 101" in reasons[0]  # of the fragment as it is printed
    assert f"peer {first.address} no longer answers" in reasons[-2]
    assert f"peer {second.address} no longer answers" in reasons[-1]
    (entry,) = edge.show("crypto map")["maps"]
    assert [peer["host"] for peer in entry["peers"]] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert entry["current_peer"] == third.address
    dashboard.close()
    edge.stop()


def test_three_peers_of_an_easy_vpn_remote(seed: Lab) -> None:
    """The first is killed; its machine says `port unreachable`, so it is asked at once and given up after five retries."""
    first, second = seed.gateways[:2]
    for gateway, address in zip(seed.gateways, ("10.10.10.10", "10.2.2.2", "10.3.3.3"), strict=True):
        becomes(gateway, address, easy())
    keepalive = "crypto isakmp keepalive 10 periodic\n"
    edge = started(seed, "seed-remote-peers", keepalive + printed("easy_vpn_remote_peers"))
    log_in(edge)
    is_up(edge, first.address)
    edge.check_both_ways()
    first.kill()
    said_to_be_closed(seed)
    assert wait_until(lambda: edge.show("crypto session")["sessions"][0]["peer_address"] == second.address, DEAD_S)
    log_in(edge)
    is_up(edge, second.address)
    edge.check_both_ways()
    edge.stop()
