"""The whole agent under MicroPython's unix port against strongSwan, without packets: that build has no ioctl, so no TUN device.

With packets, on CPython and as the device binary: test_runtimes, test_firmware and the files that take `--agent`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from ezvpn_hil.lab.agent import micropython
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import GROUPS, connecting, policy, reporting
from interop.conftest import kept
from interop.edge import DOWN, Dashboard, Edge
from interop.test_failures import CASES, GIVEN_UP_S
from interop.test_matrix import esp_of
from interop.test_reports import in_order

SUITES = ("3des-sha1-modp1024", "aes256-sha256-modp2048")
CELLS = [(suite, pfs) for suite in SUITES for pfs in (False, True)]
NO_PACKETS = ("--dataplane", "none")
# The heap is 2 MB by default, and about 0.5 MB of it is code here: .py files compiled at start.
SMALL_HEAP = ("-X", "heapsize=1500K")


def device(lab: Lab, name: str, space: Namespace | None = None) -> Edge:
    """Stop it with `interrupt`: Ctrl-C is the only signal that this interpreter passes on."""
    return Edge(lab, name, space, NO_PACKETS, micropython())


@pytest.fixture(scope="module")
def suites() -> Iterator[Lab]:
    """Four gateways, each of which accepts exactly one phase 1 suite and one ESP suite, with PFS or without."""
    gateways = [Gateway(ike=(suite,), esp=(esp_of(suite, pfs),)) for suite, pfs in CELLS]
    yield from kept(Lab(gateways, nat=True, broker="none"))


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize(("suite", "pfs"), CELLS, ids=lambda v: v if isinstance(v, str) else ("nopfs", "pfs")[v])
def test_a_cell(suites: Lab, suite: str, pfs: bool, where: str) -> None:
    gateway = suites.gateways[CELLS.index((suite, pfs))]
    group = suite.split("-")[2]
    edge = device(suites, f"{suite}-{'pfs' if pfs else 'nopfs'}-{where}", suites.spaces[where])
    edge.connect(connecting(gateway, extra=(f"pfs group {GROUPS[group]}",) if pfs else ()))
    # Our third message of quick mode is on its way when we say "up".
    assert wait_until(lambda: any(sa["child-sas"] for sa in gateway.list_sas()), 2)
    (sa,) = gateway.list_sas()
    assert sa["state"] == "ESTABLISHED"
    assert sa["remote-xauth-id"] == "alice"
    assert sa["dh-group"] == group.upper().replace("MODP", "MODP_")
    (child,) = sa["child-sas"].values()
    assert child["state"] == "INSTALLED"
    assert child.get("dh-group", "") == (sa["dh-group"] if pfs else "")
    (tunnel,) = edge.show()["tunnels"]
    assert tunnel["state"] == "IPSEC_ACTIVE"
    (p1,) = edge.show("crypto isakmp sa")["sas"]
    assert (p1["group"], p1["peer"]) == (GROUPS[group], gateway.address)
    assert p1["peer_port"] == (4500 if where == "clientnat" else p1["peer_port"])
    edge.interrupt()
    assert DOWN in edge.agent.log_text()
    assert wait_until(lambda: gateway.list_sas() == [], 2)  # our deletes were understood


def once(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """QoS 1: an event may come twice, next to itself."""
    return [event for number, event in enumerate(events) if number == 0 or event != events[number - 1]]


FAILING = (
    "wrong-password",
    "wrong-key",
    "unknown-group",
    "no-proposal",
    "absent",
    "unknown-name",
    "silent-name-server",
)


def test_what_fails_is_said_in_the_same_words() -> None:
    """All at once, because most end only when the last repetition has gone unanswered (15 s)."""
    gateways = [Gateway(), Gateway(), Gateway()]
    for lab in kept(Lab(gateways, nat=False, broker="wan", clients=len(FAILING))):
        running = {}
        for name, space in zip(FAILING, lab.clients, strict=True):
            running[name] = (device(lab, name, space), Dashboard(lab.broker, name))
            running[name][0].start(_only_policy_it_has(name, CASES[name].text(lab)) + reporting(name))
        for name, (edge, dashboard) in running.items():
            case = CASES[name]
            assert case.sentence in edge.agent.wait_log("%CRYPTO-3-EZVPN_FAILED", limit_s=GIVEN_UP_S)
            assert dashboard.wait_event("EZVPN_FAILED", case.sentence)["cause"] == case.cause
            assert case.sentence in edge.agent.execute("show crypto ipsec client ezvpn")
            edge.interrupt()
            dashboard.wait_status("offline")
            dashboard.close()


def _only_policy_it_has(name: str, text: str) -> str:
    """This build has neither SHA-384 nor SHA-512: for it another suite is the one that the gateway doesn't accept."""
    if name != "no-proposal":
        return text
    return policy("3des-sha256-modp1536") + text[text.index("crypto ipsec client") :]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_it_reports_by_name(lab: Lab, tls: bool) -> None:
    """Broker's name looked up by the stub, its certificate checked; kill -9, and the start after it."""
    assert lab.broker is not None
    name = "mpy-tls" if tls else "mpy-plain"
    dashboard = Dashboard(lab.broker, name)
    edge = device(lab, name)
    if tls:
        lines = reporting(name, "mqtts://broker.lab.example", f"ca {lab.broker.certificates}/ca.pem")
    else:
        lines = reporting(name, "mqtt://broker.lab.example")
    edge.connect(connecting(lab.gateways[0]) + lines)
    first = dashboard.wait_state(state="IPSEC_ACTIVE")
    # A name may lie behind the tunnel: with that up the connection is made again, and an event without its PUBACK goes again.
    assert {info["interpreter"].split()[0] for info in dashboard.of("info")} == {"MicroPython"}
    assert set(dashboard.status) == {"online"}
    assert in_order(once(dashboard.events))
    # kill -9: the broker says it, and the gateway learns of it by the INITIAL-CONTACT of the next one
    assert edge.agent.stop(signal.SIGKILL) == -signal.SIGKILL
    dashboard.wait_status("offline")
    assert edge.space.dump() == edge.before
    edge.start()
    edge.wait_up(2)
    dashboard.wait_status("online")
    second = dashboard.wait_state(state="IPSEC_ACTIVE")
    assert wait_until(lambda: dashboard.states[-1]["boot_id"] != first["boot_id"], 5), second
    edge.interrupt()
    dashboard.wait_status("offline")
    dashboard.close()


def test_a_broker_that_a_wrong_authority_signed_is_refused_and_that_is_said(lab: Lab) -> None:
    assert lab.broker is not None
    edge = device(lab, "mpy-wrong-ca")
    lines = reporting(edge.name, "mqtts://broker.lab.example", f"ca {lab.broker.certificates}/wrong-ca.pem")
    edge.connect(connecting(lab.gateways[0]) + lines)
    assert "certificate" in edge.agent.wait_log("MQTT: no connection to")
    assert edge.show()["tunnels"][0]["state"] == "IPSEC_ACTIVE"
    edge.interrupt()


def test_terminated_it_leaves_nothing_that_the_next_start_minds(lab: Lab) -> None:
    """TERM ends this interpreter on the spot: lock and console socket stay, and the start after it takes them over."""
    edge = device(lab, "mpy-term")
    edge.connect(connecting(lab.gateways[0]))
    assert edge.agent.stop(signal.SIGTERM) == -signal.SIGTERM
    assert (edge.agent.state_dir / "lock").exists()
    edge.start()
    edge.wait_up(2)
    edge.agent.execute("show version")
    edge.interrupt()
    assert not (edge.agent.state_dir / "lock").exists()
    assert not (edge.agent.state_dir / "console.sock").exists()


def test_a_second_one_is_4_and_says_who_holds_the_directory(lab: Lab) -> None:
    first, second = device(lab, "mpy-first"), device(lab, "mpy-second")
    first.connect(connecting(lab.gateways[0]))
    second.agent.state_dir, second.agent.config = first.agent.state_dir, first.agent.config
    second.start()
    assert second.agent.wait_exit() == 4
    assert str(first.agent.pid) in second.agent.log_text()
    first.interrupt()


def test_a_userspace_plane_is_3_here_and_says_the_way_out(lab: Lab) -> None:
    edge = Edge(lab, "mpy-tun", options=("--dataplane", "tun"), program=micropython())
    edge.start(connecting(lab.gateways[0]))
    assert edge.agent.wait_exit() == 3
    assert "--dataplane none" in edge.agent.log_text()
    edge.check_as_before()


def test_a_policy_that_this_build_lacks_is_said(lab: Lab) -> None:
    edge = device(lab, "mpy-sha512")
    edge.start(policy("aes256-sha512-modp2048") + connecting(lab.gateways[0]))
    assert "lacks what `crypto isakmp policy` asks for" in edge.agent.wait_log("%CRYPTO-3-EZVPN_FAILED")
    edge.interrupt()


def test_it_needs_no_more_than_a_small_heap(lab: Lab) -> None:
    assert lab.broker is not None
    edge = Edge(lab, "mpy-heap", None, NO_PACKETS, micropython(*SMALL_HEAP))
    lines = reporting(edge.name, "mqtts://broker.lab.example", f"ca {lab.broker.certificates}/ca.pem")
    dashboard = Dashboard(lab.broker, edge.name)
    edge.connect(connecting(lab.gateways[1]) + lines)
    dashboard.wait_state(state="IPSEC_ACTIVE")
    for what in ("running-config", "crypto ipsec sa", "logging", "crypto isakmp sa detail"):
        edge.agent.execute("show " + what)
    edge.interrupt()
    assert "MemoryError" not in edge.agent.log_text()
    dashboard.close()
