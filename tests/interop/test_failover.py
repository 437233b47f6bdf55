"""The whole agent when gateways come, go and keep silent: it finds its way by itself."""

from __future__ import annotations

import re
import time

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import gateway_wan
from interop.configurations import connecting, reporting
from interop.edge import DOWN, UP, Dashboard, Edge

GIVEN_UP_S = 25.0
WATCHED = "crypto isakmp keepalive 10 2 periodic\n"
DEAD_S = 25.0  # seconds + 5 x retry, and some
AT_ONCE_S = 1.0
ROUND_S = 150.0  # three silent gateways, 15 s each, and a pause of 60 s and a half


def test_a_peer_by_name(lab: Lab) -> None:
    edge = Edge(lab, "by-name")
    edge.connect(connecting(lab.gateways[0], "gw1.lab.example"))
    edge.check_both_ways()
    edge.stop()


def test_gateway_deletes_its_sas_and_we_connect_again(lab: Lab) -> None:
    gateway = lab.gateways[0]
    edge = Edge(lab, "deleted")
    edge.connect(connecting(gateway))
    assert hasattr(gateway, "terminate")
    gateway.terminate()
    edge.agent.wait_log(DOWN)
    assert "closed the tunnel" in edge.agent.wait_log("%CRYPTO-3-EZVPN_FAILED")
    edge.wait_up(2)
    edge.check_both_ways()
    edge.stop()


def test_gateway_that_starts_later_is_found_by_repetition(gateway_mended: Lab) -> None:
    """The machine answers `port unreachable`, which proves nothing: the first datagram is repeated until somebody answers."""
    gateway = gateway_mended.gateways[0]
    gateway.stop()
    edge = Edge(gateway_mended, "early")
    edge.start(connecting(gateway))
    edge.agent.wait_log("%SYS-5-RESTART")
    time.sleep(0.5)
    gateway.start()
    edge.wait_up(limit_s=5)
    edge.check_both_ways()
    edge.stop()


def test_gateway_that_restarts_in_the_middle_of_the_negotiation(gateway_mended: Lab) -> None:
    """It is frozen with our first datagrams in its socket, dies, and comes back knowing nothing."""
    gateway = gateway_mended.gateways[0]
    gateway.freeze()
    edge = Edge(gateway_mended, "restarting")
    edge.start(connecting(gateway))
    edge.agent.wait_log("%SYS-5-RESTART")
    time.sleep(1.5)
    gateway.kill()
    gateway.start()
    edge.wait_up()
    edge.check_both_ways()
    edge.stop()


def test_frozen_gateways_are_passed_over(gateway_mended: Lab) -> None:
    """Two at once, to wait only once: a list of two peers, and a name with an address for each gateway."""
    lab = gateway_mended
    lab.gateways[2].freeze()
    assert lab.client_nat is not None
    by_list, by_name = Edge(lab, "two-peers"), Edge(lab, "two-addresses", lab.client_nat)
    by_list.start(connecting(lab.gateways[2].options, lab.gateways[2].address, lab.gateways[0].address))
    by_name.start(connecting(lab.gateways[2].options, "gateways.lab.example"))
    by_list.wait_up(limit_s=GIVEN_UP_S)
    by_name.wait_up(limit_s=GIVEN_UP_S)
    assert f"no answer from gateway {gateway_wan(3)}" in by_list.agent.wait_log("%CRYPTO-3-EZVPN_FAILED")
    # the name server tells the frozen one first; a system may sort them, and then there was nothing to pass over
    failed = [line for line in by_name.agent.log_text().splitlines() if "EZVPN_FAILED" in line]
    assert all(f"gateways.lab.example ({gateway_wan(3)})" in line for line in failed)
    for edge in (by_list, by_name):
        assert f"Server_public_addr={gateway_wan(3)}" not in edge.agent.wait_log(UP)
        edge.check_both_ways()
        edge.stop()


def test_one_gateway_after_the_other_fails_and_the_agent_finds_its_way(gateway_mended: Lab) -> None:
    """up on the first; it freezes --> second, killed --> third, deletes its SAs --> third again, cut off --> nobody is left;
    the second comes back --> second. Whoever watches over MQTT is told all of it in that order."""
    lab = gateway_mended
    first, second, third = lab.gateways
    dashboard = Dashboard(lab.broker, "story")
    edge = Edge(lab, "story")
    peers = [gateway.address for gateway in lab.gateways]
    edge.connect(WATCHED + connecting(first.options, *peers) + reporting("story"))
    dashboard.wait_event("SESSION_STATUS", "UP")

    first.freeze()
    edge.wait_up(2, DEAD_S)
    edge.check_both_ways()
    second.kill()
    edge.wait_up(3, DEAD_S)
    edge.check_both_ways()
    assert hasattr(third, "terminate")
    third.terminate()
    edge.wait_up(4, DEAD_S)
    third.cut()
    edge.agent.wait_log(DOWN, 4, DEAD_S)
    edge.agent.wait_log(f"no answer from gateway {third.address}", 1, ROUND_S)
    second.start()
    edge.wait_up(5, ROUND_S)
    edge.check_both_ways()

    told = edge.history()
    assert [(word, peer) for _, word, peer in told] == [
        *[("UP", first.address), ("DOWN", first.address)],
        *[("UP", second.address), ("DOWN", second.address)],
        *[("UP", third.address), ("DOWN", third.address)],
        *[("UP", third.address), ("DOWN", third.address)],
        ("UP", second.address),
    ]
    waits = [told[i + 1][0] - told[i][0] for i in (1, 3)]
    print("seconds from DOWN to UP at the next gateway:", waits)
    assert max(waits) < AT_ONCE_S
    dashboard.wait_event("SESSION_STATUS", "UP", 5)
    over_mqtt = [re.search(r"is (UP|DOWN) *\.  Peer ([\d.]+)", e["text"]) for e in dashboard.events]
    assert [found.groups() for found in over_mqtt if found] == [(word, peer) for _, word, peer in told]
    reasons = [e["text"] for e in dashboard.events if e["mnemonic"] == "EZVPN_FAILED"]
    assert f"gateway {first.address} no longer answers" in reasons[0]
    assert f"gateway {second.address} no longer answers" in reasons[1]
    assert f"gateway {third.address} closed the tunnel" in reasons[2]
    assert f"gateway {third.address} no longer answers" in reasons[3]
    dashboard.close()
    edge.stop()
