"""The device binary as a router has it: on a serial port, with a heap of its size, beside a broker with TLS.

What it does as CPython does: test_runtimes and the files that take `--agent`. Alone, without a network: tests/device.
"""

from __future__ import annotations

from ezvpn_firmware import budget
from ezvpn_hil.lab.lab import Lab
from interop.configurations import connecting, reporting
from interop.edge import UP, Dashboard, Edge
from interop.programs import agent
from interop.terminal import Terminal

# A router's heap, beside the 4 MiB that a 32-bit processor takes when nobody says otherwise; here a pointer has 64 bits.
SMALL_HEAP_KB = 2048


def test_a_serial_port_is_a_console(lab: Lab) -> None:
    """Any terminal device will do for a port, so a pty stands in: raw mode, a session, the log in it."""
    with Terminal() as terminal:
        edge = Edge(lab, "firmware-port", options=("--console", terminal.name), program=agent("firmware"))
        edge.start("hostname edge1\n" + connecting(lab.gateways[0]))
        terminal.wait("edge1>")
        terminal.wait(UP)
        terminal.type(b"show crypto isakmp sa\r")
        terminal.wait("QM_IDLE")
        edge.stop()


def test_the_heap_of_a_whole_life_is_within_its_budget(lab: Lab) -> None:
    """A tunnel to two networks, packets both ways, TLS to a broker, questions on the console; and all of it anew."""
    assert lab.broker is not None
    program = ("env", f"EZVPN_HEAP_KB={SMALL_HEAP_KB}", *agent("firmware"))
    edge = Edge(lab, "firmware-heap", program=program)
    lines = reporting(edge.name, "mqtts://broker.lab.example", f"ca {lab.broker.certificates}/ca.pem")
    dashboard = Dashboard(lab.broker, edge.name)
    edge.connect(connecting(lab.gateways[1]) + lines)
    dashboard.wait_state(state="IPSEC_ACTIVE")
    for what in ("running-config", "crypto ipsec sa", "logging", "crypto isakmp sa detail", "tech-support"):
        edge.agent.execute("show " + what)
    words = (*agent("firmware"), "exec", "--state-dir", str(edge.agent.state_dir))
    assert "Current State: IPSEC_ACTIVE" in edge.space.run([*words, "show", "crypto ipsec client ezvpn"]).stdout
    assert edge.space.run([*words, "show nothing"], check=False).returncode == 1
    edge.check_both_ways()
    edge.check_transfer()
    edge.agent.execute("clear crypto session")
    edge.wait_up(2)
    edge.check_both_ways()
    memory = edge.show("processes memory")
    print(memory)
    edge.stop()
    assert "MemoryError" not in edge.agent.log_text()
    assert memory["heap_peak"] <= budget.read().heap["life"], memory
    dashboard.close()
