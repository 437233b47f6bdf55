"""The whole agent starts, or says why not: exit codes, the lock of the state directory, ports that are taken."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.processes import listening, wait_until
from interop.configurations import connecting
from interop.edge import Edge

CONFIGURATION, USAGE, MISSING, RUNNING = 1, 2, 3, 4

BAD = """hostname edge
crypto ipsec client ezvpn HQ
 conect auto
 group unity key group-secret
"""

HOLD_PORTS = """
import socket, sys, time

held = []
for port in map(int, sys.argv[1:]):
    held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    held[-1].bind(("", port))
time.sleep(60)
"""


def test_a_bad_configuration_is_1_with_its_line(lab: Lab) -> None:
    edge = Edge(lab, "bad-configuration")
    edge.start(BAD)
    assert edge.agent.wait_exit() == CONFIGURATION
    said = edge.agent.log_text()
    assert f"{edge.agent.config}:3:" in said or "line 3" in said, said
    assert "^" in said
    assert "Traceback" not in said
    edge.check_as_before()


def test_a_configuration_that_is_not_there_is_1(lab: Lab) -> None:
    edge = Edge(lab, "no-configuration")
    edge.start()  # without a file
    assert edge.agent.wait_exit() == CONFIGURATION
    assert str(edge.agent.config) in edge.agent.log_text()


def test_wrong_usage_is_2(lab: Lab) -> None:
    edge = Edge(lab, "usage", options=("--dataplan", "tun"))
    edge.start(connecting(lab.gateways[0]))
    assert edge.agent.wait_exit() == USAGE
    assert "no such option: --dataplan" in edge.agent.log_text()


WITHOUT_DEVICE = ("sh", "-c", 'mount --make-rprivate / && mount -t tmpfs tmpfs /dev/net && exec "$0" "$@"')
WITHOUT_RIGHT = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin")


@pytest.mark.parametrize(
    ("before", "said"),
    [(WITHOUT_DEVICE, "/dev/net/tun: No such file"), (WITHOUT_RIGHT, "CAP_NET_ADMIN")],
    ids=["no device", "no right"],
)
def test_a_missing_device_or_right_is_3_and_says_what_to_do(lab: Lab, before: tuple[str, ...], said: str) -> None:
    state, config = lab.path / f"missing-{before[0]}", lab.path / f"missing-{before[0]}.conf"
    config.touch(0o600)
    config.write_text(connecting(lab.gateways[0]))
    done = lab.client.run(
        [*before, sys.executable, "-m", "ezvpn", "run", str(config), "--state-dir", str(state)], check=False
    )
    assert done.returncode == MISSING, done.stderr
    assert said in done.stderr
    assert "--dataplane none" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_agent_is_4_and_says_who_holds_the_directory(lab: Lab) -> None:
    first, second = Edge(lab, "first"), Edge(lab, "second")
    first.connect(connecting(lab.gateways[0]))
    second.agent.state_dir, second.agent.config = first.agent.state_dir, first.agent.config
    second.start()
    assert second.agent.wait_exit() == RUNNING
    said = second.agent.log_text()
    assert str(first.agent.state_dir) in said
    assert str(first.agent.pid) in said
    # the first one was not disturbed
    first.check_both_ways()
    first.stop()
    # and a lock that its owner left behind is no lock
    second.start()
    second.wait_up()
    second.stop()


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize("ports", [(500,), (500, 4500)], ids=["500", "both"])
def test_taken_ports_are_said_and_nat_t_is_forced(lab: Lab, ports: tuple[int, ...], where: str) -> None:
    space = lab.spaces[where]
    name = f"taken-{len(ports)}-{where}"
    holder = space.popen([sys.executable, "-c", HOLD_PORTS, *map(str, ports)], f"holder-{name}")
    try:
        assert wait_until(lambda: all(listening(holder.pid, "udp", port) for port in ports), 5)
        edge = Edge(lab, name, space)
        edge.connect(connecting(lab.gateways[0]))
        for port in ports:
            assert f"port {port}" in edge.agent.log_text()
        edge.check_both_ways()
        edge.stop()
    finally:
        holder.terminate()
        holder.wait(5)


def test_check_explains_without_running_anything(lab: Lab) -> None:
    config = lab.path / "checked.conf"
    config.write_text(connecting(lab.gateways[0]))
    done = subprocess.run([sys.executable, "-m", "ezvpn", "check", str(config)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert lab.gateways[0].address in done.stdout
    assert lab.gateways[0].options.psk not in done.stdout + done.stderr
    config.write_text(BAD)
    done = subprocess.run([sys.executable, "-m", "ezvpn", "check", str(config)], capture_output=True, text=True)
    assert done.returncode == CONFIGURATION
    assert "conect" in done.stdout
