"""The whole agent leaves: TERM, Ctrl-C, kill -9 and the start after it. Addresses, links, routes and rules are as before."""

from __future__ import annotations

import signal
import time

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting, reporting
from interop.edge import DOWN, TERM_LIMIT_S, UP, Edge

BOTH_STOPS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "Ctrl-C"])
SPLIT, TWO, DEFAULT = 0, 1, 2
ABSENT = "198.51.100.99"


def stop(edge: Edge, number: signal.Signals) -> None:
    began = time.monotonic()
    assert edge.agent.stop(number) == 0, edge.agent.log_tail()
    assert time.monotonic() - began < TERM_LIMIT_S
    edge.check_as_before()


@BOTH_STOPS
@pytest.mark.parametrize("which", [SPLIT, TWO, DEFAULT], ids=["split", "two", "default"])
def test_a_tunnel_that_is_up(lab: Lab, which: int, number: signal.Signals) -> None:
    gateway = lab.gateways[which]
    edge = Edge(lab, f"leaving-{which}-{number.name}")
    edge.connect(connecting(gateway))
    assert edge.space.dump() != edge.before
    stop(edge, number)
    assert DOWN in edge.agent.log_text()
    # the gateway was told
    assert wait_until(lambda: not [sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED"], 2)


@BOTH_STOPS
def test_in_the_middle_of_the_negotiation(gateway_mended: Lab, number: signal.Signals) -> None:
    gateway_mended.gateways[0].freeze()
    edge = Edge(gateway_mended, f"leaving-early-{number.name}")
    edge.start(connecting(gateway_mended.gateways[0]))
    edge.agent.wait_log("%SYS-5-RESTART")
    stop(edge, number)


def test_with_a_frozen_gateway_and_a_frozen_broker(gateway_mended: Lab) -> None:
    """Nobody takes the deletes and `offline`: it leaves in time all the same."""
    lab = gateway_mended
    assert lab.broker is not None
    edge = Edge(lab, "leaving-frozen")
    edge.connect(connecting(lab.gateways[2]) + reporting("leaving-frozen"))
    edge.agent.wait_log("connected to")
    lab.broker.freeze()
    lab.gateways[2].freeze()
    try:
        stop(edge, signal.SIGTERM)
    finally:
        lab.broker.thaw()


def test_twice_ends_at_once(gateway_mended: Lab) -> None:
    lab = gateway_mended
    assert lab.broker is not None
    edge = Edge(lab, "leaving-twice")
    edge.connect(connecting(lab.gateways[0]) + reporting("leaving-twice"))
    edge.agent.wait_log("connected to")
    lab.broker.freeze()
    try:
        edge.agent.send(signal.SIGINT)
        time.sleep(0.2)
        began = time.monotonic()
        assert edge.agent.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < 1
    finally:
        lab.broker.thaw()
    edge.check_as_before()


@pytest.mark.parametrize("which", [SPLIT, DEFAULT], ids=["split", "default"])
def test_killed_and_started_again(lab: Lab, which: int) -> None:
    edge = Edge(lab, f"killed-{which}")
    edge.connect(connecting(lab.gateways[which]))
    assert edge.agent.stop(signal.SIGKILL) == -signal.SIGKILL
    # the same configuration again: it connects although the gateway still holds the old SAs
    edge.start()
    edge.agent.wait_log(UP, 2)
    edge.check_both_ways()
    edge.stop()


def test_what_a_killed_one_left_goes_at_the_next_start_even_if_that_cannot_connect(lab: Lab) -> None:
    gateway = lab.gateways[DEFAULT]
    edge = Edge(lab, "killed-then-absent")
    edge.connect(connecting(gateway))
    assert edge.agent.stop(signal.SIGKILL) == -signal.SIGKILL
    # the TUN device went with its process, the host route to the gateway did not
    assert gateway.address in [row["dst"] for row in edge.space.dump()["route"]]
    edge.start(connecting(gateway, ABSENT))
    edge.agent.wait_log("%SYS-5-RESTART", 2)
    assert edge.space.dump() == edge.before
    edge.stop()


def test_the_device_is_removed_under_a_tunnel(lab: Lab) -> None:
    """Somebody types `ip link del`: said, and a new tunnel is built."""
    edge = Edge(lab, "device-removed")
    edge.connect(connecting(lab.gateways[SPLIT]))
    (device,) = (row["ifname"] for row in edge.space.dump()["link"] if row["ifname"].startswith("ezvpn"))
    edge.space.batch(f"link del {device}")
    edge.agent.wait_log("tunnel device was removed")
    edge.wait_up(2)
    edge.check_both_ways()
    edge.stop()


def test_hangup_reads_the_configuration_again(lab: Lab) -> None:
    """HUP: another peer means another tunnel; a configuration with errors changes nothing."""
    edge = Edge(lab, "hangup")
    edge.connect(connecting(lab.gateways[SPLIT]))
    edge.agent.config.write_text("crypto ipsec client ezvpn HQ\n conect auto\n")
    edge.agent.send(signal.SIGHUP)
    edge.agent.wait_log("nothing changed")
    edge.check_both_ways()
    edge.agent.config.write_text(connecting(lab.gateways[TWO]))
    edge.agent.send(signal.SIGHUP)
    line = edge.agent.wait_log(UP, 2)
    assert f"Server_public_addr={lab.gateways[TWO].address}" in line
    edge.check_both_ways()
    edge.stop()
