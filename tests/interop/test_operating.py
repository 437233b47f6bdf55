"""Operating commands on real networks, on CPython and the device binary: ping, traceroute, interfaces, routes, network time."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import CLIENT_NAT, LAN_HOST, NAT_INSIDE, SERVICES
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import Edge
from interop.programs import NAMES, agent

AHEAD_MS = 3_600_000

# An NTP server whose clock is an hour ahead.
SERVER = f"""
import socket, time
from ezvpn.wire.ntp import stamp
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{SERVICES}", 123))
while True:
    question, where = server.recvfrom(100)
    now = stamp(time.time_ns() // 1_000_000 + {AHEAD_MS})
    server.sendto(b"\\x24\\x01\\x06\\xec" + bytes(8) + b"GPS\\0" + bytes(8) + question[40:48] + now + now, where)
"""


@pytest.fixture(params=NAMES, scope="module")
def behind_nat(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Edge]:
    """An agent with one router before the gateways, and an NTP server beyond it."""
    server = lab.spaces["svc"].popen([sys.executable, "-c", SERVER], f"ntp-{request.param}")
    edge = Edge(
        lab, f"operating-{request.param}", lab.spaces["clientnat"], ("--dataplane", "none"), agent(request.param)
    )
    edge.start(f"hostname edge\nntp server {SERVICES}\n")
    edge.agent.wait_log("%SYS-5-RESTART")
    yield edge
    server.terminate()
    server.wait(5)
    edge.end()


def test_ping(behind_nat: Edge) -> None:
    gateway = behind_nat.lab.gateways[0].address
    lines = behind_nat.agent.execute(f"ping {gateway}").splitlines()
    assert lines[:3] == [
        "Type escape sequence to abort.",
        f"Sending 5, 100-byte ICMP Echos to {gateway}, timeout is 2 seconds:",
        "!!!!!",
    ]
    assert re.fullmatch(r"Success rate is 100 percent \(5/5\), round-trip min/avg/max = \d+/\d+/\d+ ms", lines[3]), (
        lines
    )


def test_ping_with_a_source_in_large_pieces(behind_nat: Edge) -> None:
    gateway = behind_nat.lab.gateways[0].address
    text = behind_nat.agent.execute(f"ping {gateway} size 3000 repeat 80 source {CLIENT_NAT}")
    assert f"Packet sent with a source address of {CLIENT_NAT}\n" + "!" * 70 + "\n" + "!" * 10 + "\n" in text
    assert "100 percent (80/80)" in text


def test_pings_that_fail_say_so(behind_nat: Edge) -> None:
    nowhere = behind_nat.agent.execute("ping 198.51.100.99 repeat 2 timeout 1")
    assert re.search(r"^[UNH.]{2}$", nowhere, re.M) and "Success rate is 0 percent (0/2)" in nowhere
    no_route = behind_nat.agent.execute("ping 203.0.113.200", check=False)
    assert no_route.endswith("% Cannot send: network is unreachable\n")
    too_long = behind_nat.agent.execute(f"ping {NAT_INSIDE} size 3000 df-bit", check=False)
    assert "% Cannot send: the packet is longer than the way there allows" in too_long
    foreign = behind_nat.agent.execute(f"ping {NAT_INSIDE} source 192.0.2.99", check=False)
    assert "% Cannot send ICMP: this is no address of this machine" in foreign
    unknown = behind_nat.agent.execute("ping nobody.invalid", check=False)
    assert unknown == "% Unrecognized host or address, or protocol not running.\n"


def test_traceroute_shows_the_router(behind_nat: Edge) -> None:
    gateway = behind_nat.lab.gateways[0].address
    lines = behind_nat.agent.execute(f"traceroute {gateway}").splitlines()
    assert lines[1] == f"Tracing the route to {gateway}"
    assert re.fullmatch(rf"  1 {re.escape(NAT_INSIDE)} (\d+ msec ){{3}}", lines[2]), lines
    assert re.fullmatch(rf"  2 {re.escape(gateway)} (\d+ msec ){{3}}", lines[3]), lines
    assert len(lines) == 4


def test_interfaces_and_routes_are_the_kernel_s(behind_nat: Edge) -> None:
    space = behind_nat.space
    shown = {row["name"]: row for row in behind_nat.show("interfaces")["interfaces"]}
    links = json.loads(space.run(["ip", "-j", "-s", "addr"]).stdout)
    assert set(shown) == {link["ifname"] for link in links}
    for link in links:
        row = shown[link["ifname"]]
        assert row["mtu"] == link["mtu"]
        addresses = [f"{each['local']}/{each['prefixlen']}" for each in link["addr_info"] if each["family"] == "inet"]
        assert row["addresses"] == addresses
    answer = behind_nat.show("ip route")
    assert answer["gateway_of_last_resort"] is None
    codes = {(row["network"], row["prefix"]): row["code"] for row in answer["routes"]}
    assert "S" in [row["code"] for row in answer["routes"] if row["gateway"] == NAT_INSIDE]
    assert codes[(CLIENT_NAT, 32)] == "L"
    assert "C" in codes.values()
    brief = behind_nat.agent.execute("show ip interface brief")
    assert re.search(rf"{re.escape(CLIENT_NAT)}\s+YES other\s+up\s+up", brief), brief


def test_counters_begin_anew(behind_nat: Edge) -> None:
    def received() -> int:
        return sum(row["counters"]["packets_in"] for row in behind_nat.show("interfaces")["interfaces"])

    behind_nat.agent.execute(f"ping {NAT_INSIDE} repeat 50")
    before = received()
    assert before >= 50
    behind_nat.agent.execute("clear counters")
    assert received() < 50
    behind_nat.agent.wait_log("%CLEAR-5-COUNTERS: Clear counter on all interfaces by console")


def test_the_time_comes_from_the_server(behind_nat: Edge) -> None:
    behind_nat.agent.wait_log(f"%NTP-5-PEERSYNC: NTP synced to peer {SERVICES}", limit_s=30)
    (found,) = behind_nat.show("ntp associations")["associations"]
    assert (found["selected"], found["stratum"], found["reference"]) == (True, 1, ".GPS.")
    assert abs(found["offset_ms"] - AHEAD_MS) < 5000
    clock = behind_nat.show("clock")
    assert (clock["source"], clock["synchronized"]) == ("ntp", True)
    # The machine's own clock stays as it is.
    mine = behind_nat.space.run(["date", "-u", "+%Y-%m-%dT%H"]).stdout.strip()
    assert clock["time"][:13] != mine
    behind_nat.agent.execute("clock set 10:00:00 1 January 2040")
    assert behind_nat.show("clock")["time"].startswith("2040-01-01T10:00:0")


def test_the_rest_answers(behind_nat: Edge) -> None:
    assert "System returned to ROM by power-on" in behind_nat.agent.execute("show version")
    assert "CPU utilization for five seconds" in behind_nat.agent.execute("show processes cpu")
    assert "Processor Pool Total" in behind_nat.agent.execute("show processes memory")
    assert "All of them passed" in behind_nat.agent.execute("test crypto self-test")
    tech = behind_nat.agent.execute("show tech-support")
    assert tech.count("------------------ show ") > 20


def test_a_ping_takes_the_tunnel(lab: Lab) -> None:
    edge = Edge(lab, "operating-tunnel")
    edge.connect(connecting(lab.gateways[0]))
    assert "(5/5)" in edge.agent.execute(f"ping {LAN_HOST}")
    (row,) = [row for row in edge.show("ip route")["routes"] if row["code"] == "V" and row["prefix"] == 24]
    assert row["interface"].startswith("ezvpn")
    assert edge.address in edge.agent.execute("show ip interface brief")
    assert wait_until(lambda: edge.show("crypto ipsec sa")["sas"][0]["packets_out"] >= 5, 5)
    edge.agent.execute("clear counters")
    assert edge.show("crypto ipsec sa")["sas"][0]["packets_out"] == 0


def test_reload_and_a_crash_are_told_apart(lab: Lab) -> None:
    edge = Edge(lab, "operating-restart", options=("--dataplane", "none"))
    edge.start("hostname edge\n")
    edge.agent.wait_log("%SYS-5-RESTART")
    edge.agent.execute("reload")
    edge.agent.wait_log("%SYS-5-RESTART", 2)
    assert "System returned to ROM by reload\n" in edge.agent.execute("show version")
    assert wait_until(lambda: (edge.agent.state_dir / "lastrun").read_text().startswith("running"), 5)
    edge.agent.stop(signal.SIGKILL)
    edge.start()
    edge.agent.wait_log("%SYS-5-RESTART", 3)
    assert "by unexpected end of the program\n" in edge.agent.execute("show version")
