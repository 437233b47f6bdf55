"""What the whole agent does alike on CPython and as the device binary: keeping a tunnel, serving consoles, waiting for nobody."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.agent import CPYTHON
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import SERVICES, Gateway
from ezvpn_hil.lab.processes import listening, wait_until
from interop.configurations import connecting, policy, reporting
from interop.conftest import kept
from interop.edge import DOWN, UP, Edge
from interop.programs import NAMES, agent, double
from interop.terminal import Terminal

NO_PACKETS = ("--dataplane", "none")
ON_BOTH = pytest.mark.parametrize("program", NAMES)
QUIT = b"\x1d"

LATE_MS = 50
# Others that compute on the same core make everything take longer.
SLOWED = 2
SILENT_PORT = 1999
SILENT = """
import socket, sys, time
server = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=50)
held = []
while True:
    held.append(server.accept())  # and never a word
"""


# --- keeping --------------------------------------------------------------------------------------------------------


def same_pair(edge: Edge, gateway: RunningGateway) -> bool:
    """What we show is what the gateway has; not in the moment of a change."""
    pairs = edge.show("crypto ipsec sa")["sas"]
    (sa,) = gateway.list_sas()
    return {pair["spi_out"] for pair in pairs} == {f"0x{child['spi-in'].lower()}" for child in sa["child-sas"].values()}


def test_a_tunnel_is_kept_through_probes_and_new_keys() -> None:
    """The gateway asks R-U-THERE each second and gives up after 3 s without an answer; it deletes each pair of SAs after 4 s, and
    the agent makes another."""
    options = Gateway(dpd_delay=1, dpd_timeout=3, esp_rekey=4)
    for lab in kept(Lab([options, options], nat=False, broker="none", clients=2)):
        edges = []
        for program, space in zip(NAMES, lab.clients, strict=True):
            edges.append(Edge(lab, f"kept-{program}", space, program=agent(program)))
        for edge, gateway in zip(edges, lab.gateways, strict=True):
            edge.connect(connecting(gateway))
        before = [gateway.list_sas()[0] for gateway in lab.gateways]
        time.sleep(11)
        for edge, gateway, old in zip(edges, lab.gateways, before, strict=True):
            (sa,) = gateway.list_sas()
            assert sa["uniqueid"] == old["uniqueid"], edge.name  # the same phase 1
            assert sa["child-sas"].keys() != old["child-sas"].keys(), edge.name  # another phase 2
            assert DOWN not in edge.agent.log_text()
            assert wait_until(functools.partial(same_pair, edge, gateway), 3), edge.agent.log_tail()
            edge.check_both_ways()
            edge.interrupt()


# --- consoles -------------------------------------------------------------------------------------------------------


@ON_BOTH
def test_exec_and_an_attached_console(lab: Lab, program: str) -> None:
    edge = Edge(lab, f"exec-{program}", program=agent(program))
    edge.connect("hostname edge1\n" + connecting(lab.gateways[0]))
    assert "Current State: IPSEC_ACTIVE" in edge.agent.execute("show crypto ipsec client ezvpn")
    assert edge.agent.execute("show crypto ipsec client ezvpn | include State") == "Current State: IPSEC_ACTIVE\n"
    # a command that is none: exit code 1 and the caret
    wrong = edge.space.run([*CPYTHON, "exec", "--state-dir", str(edge.agent.state_dir), "show nothing"], check=False)
    assert (wrong.returncode, "^" in wrong.stdout) == (1, True)
    # a person attaches, types, and leaves
    argv = [*CPYTHON, "console", "--state-dir", str(edge.agent.state_dir)]
    typed = "enable\rconfigure terminal\rhostname other\rend\rshow running-config | include hostname\rexit\r"
    said = edge.space.run(argv, stdin=typed).stdout
    assert "edge1>" in said
    assert "other#" in said
    # taken down by a command, up again by itself
    edge.agent.execute("clear crypto ipsec client ezvpn")
    edge.agent.wait_log(DOWN)
    edge.wait_up(2)
    edge.interrupt()


@ON_BOTH
def test_a_console_on_its_own_terminal(lab: Lab, program: str) -> None:
    """`--console -` on a terminal: log lines and commands on it, Ctrl-] stops the agent, the terminal is as before."""
    with Terminal() as terminal:
        settings = termios.tcgetattr(terminal.near)
        edge = Edge(lab, f"terminal-{program}", options=("--console", "-"), program=agent(program))
        edge.agent.start_on(terminal.near, "hostname edge1\n" + connecting(lab.gateways[0]))
        terminal.wait(UP, 10)
        terminal.type(b"enable\rshow crypto isakmp sa\r")
        terminal.wait("QM_IDLE")
        terminal.type(b"show cry")
        terminal.wait("show cry")
        terminal.type(QUIT)
        assert edge.agent.wait_exit() == 0
        assert termios.tcgetattr(terminal.near) == settings
        edge.check_as_before()
        assert wait_until(lambda: lab.gateways[0].list_sas() == [], 2)


@ON_BOTH
def test_a_console_on_pipes(lab: Lab, program: str) -> None:
    """A script talks to `--console -`. The end of its input does not end the agent, which a supervisor starts with none."""
    edge = Edge(lab, f"pipes-{program}", options=("--console", "-"), program=agent(program))
    argv = edge.agent.command("hostname edge1\n" + connecting(lab.gateways[0]))
    child = subprocess.Popen(
        edge.space.command(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(b"enable\nshow clock\nshow running-config | include hostname\n")
    child.stdin.flush()
    os.set_blocking(child.stdout.fileno(), False)
    said = b""

    def answered(what: bytes) -> bool:
        nonlocal said
        assert child.stdout is not None
        said += child.stdout.read() or b""
        return what in said

    try:
        assert wait_until(lambda: answered(b"hostname edge1"), 5), said
        child.stdin.close()
        assert wait_until(lambda: answered(UP.encode()), 5), said
        assert "IPSEC_ACTIVE" in edge.agent.execute("show crypto ipsec client ezvpn")
        child.send_signal(signal.SIGINT)
        assert child.wait(5) == 0
    finally:
        child.kill()
        child.wait(5)
        child.stdin.close()
        child.stdout.close()
    edge.check_as_before()


# --- waiting for nobody ---------------------------------------------------------------------------------------------

BROKERS = {
    "name": ("mqtt://silent.lab.example",),
    "plain": (f"mqtt://{SERVICES}:{SILENT_PORT}",),
    "tls": (f"mqtts://{SERVICES}:{SILENT_PORT}", "ca {ca}"),
}
WAITING = [(program, broker) for program in NAMES for broker in BROKERS]


@pytest.fixture(scope="module")
def waiting() -> Iterator[dict[tuple[str, str], Edge]]:
    """Every agent has a silent name server for its first peer and a silent broker; all run at once, without devices and routes,
    whose lock the kernel keeps when anybody takes a namespace down."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory, pytest.MonkeyPatch.context() as patch:
        # An agent flushes what it stores, and a disk that others keep busy makes it wait for up to 0.4 s.
        patch.setenv("EZVPN_LAB_DIR", memory + "/lab")
        yield from _all_waiting()


def _all_waiting() -> Iterator[dict[tuple[str, str], Edge]]:
    for lab in kept(Lab([Gateway()], nat=False, broker="wan", clients=len(WAITING))):
        assert lab.broker is not None
        silent = lab.spaces["svc"].popen([sys.executable, "-c", SILENT, SERVICES, str(SILENT_PORT)], "silent")
        assert wait_until(functools.partial(listening, silent.pid, "tcp", SILENT_PORT), 5)
        edges = {}
        for (program, broker), space in zip(WAITING, lab.clients, strict=True):
            edge = Edge(lab, f"waits-{program}-{broker}", space, NO_PACKETS, double(program, "ticking_agent"))
            lines = [line.format(ca=lab.broker.certificates / "ca.pem") for line in BROKERS[broker]]
            gateway = lab.gateways[0]
            edge.start(
                policy("aes256-sha1-modp1024")
                + connecting(gateway, "silent.lab.example", gateway.address)
                + reporting(edge.name, *lines)
            )
            edges[program, broker] = edge
        yield edges


@pytest.mark.alone
@pytest.mark.parametrize(("program", "broker"), WAITING)
def test_nobody_is_waited_for(waiting: dict[tuple[str, str], Edge], program: str, broker: str) -> None:
    """The name that is not answered, and then the broker's turn: no timer of the loop is late."""
    edge = waiting[program, broker]
    edge.agent.wait_log("name silent.lab.example does not resolve", limit_s=20)
    edge.wait_up(limit_s=20)
    edge.agent.wait_log("MQTT: no connection to", limit_s=20)
    for _ in range(3):
        edge.agent.execute("show crypto ipsec sa")
    edge.stop(signal.SIGINT)  # it ticks, so there is no sleep to wait for
    assert "internal error" not in edge.agent.log_text()
    (worst,) = [line for line in edge.agent.log_text().splitlines() if line.startswith("worst ")]
    blocked, busy = (int(word) for word in worst.split()[1:])
    assert blocked < LATE_MS, worst
    assert busy < LATE_MS * SLOWED, worst
