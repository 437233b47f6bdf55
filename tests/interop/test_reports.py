"""The whole agent reports to a real broker: birth and will, late subscribers, a broker that restarts, TLS, a broker behind the
tunnel. The adapters alone: test_mqtt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import LAN, LAN_HOST, SERVICES, Gateway
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting, reporting
from interop.conftest import kept
from interop.edge import TUNNEL, Dashboard, Edge

SNAPSHOT = [
    "schema_version",
    "boot_id",
    "seq",
    "ts",
    "up_ms",
    "state",
    "since",
    "last_event",
    "cause",
    "reason",
    "peer",
    "peer_index",
    "attempts",
    "next_try",
    "assigned",
    "p1",
    "p2",
    "dpd",
    "nat_t",
    "uptime",
]


def in_order(events: list[dict[str, Any]]) -> bool:
    """No event is missing or out of order: seq counts from 1, times never go back. One that was on its way when the connection
    ended may come twice (QoS 1: at least once)."""
    seqs: list[int] = []
    times: list[int] = []
    for event in events:
        if event["seq"] not in seqs:
            seqs.append(event["seq"])
            times.append(event["up_ms"])
    return seqs == list(range(1, len(seqs) + 1)) and times == sorted(times)


def test_a_killed_agent_is_offline_and_late_subscribers_see_everything(lab: Lab) -> None:
    dashboard = Dashboard(lab.broker, "kill-nine")
    edge = Edge(lab, "kill-nine")
    edge.connect(connecting(lab.gateways[0]) + reporting("kill-nine"))
    dashboard.wait_state(state="IPSEC_ACTIVE")
    assert dashboard.status == ["online"]
    # birth, info, state, then the events that were queued before the connection stood
    topics = [topic for topic, _, _ in dashboard.messages]
    assert topics[:3] == ["status", "info", f"tunnel/{TUNNEL}/state"]
    assert in_order(dashboard.events)
    # late subscriber: the whole snapshot, retained
    late = Dashboard(lab.broker, "kill-nine")
    late.wait_state(state="IPSEC_ACTIVE")
    (state,) = late.retained(f"tunnel/{TUNNEL}/state")
    assert [name for name in SNAPSHOT if name not in state] == []
    assert state["assigned"]["address"] == edge.address
    assert [entry["network"] for entry in state["assigned"]["split"]] == [LAN]
    assert state["peer_address"] == lab.gateways[0].address
    assert state["p1"]["cipher"] == "aes"
    assert [pair["remote"] for pair in state["p2"]] == [LAN]
    assert late.retained("status") == ["online"]
    assert late.retained("info")[0]["boot_id"] == state["boot_id"]
    assert late.retained(f"tunnel/{TUNNEL}/event") == []  # never retained; one that is only now sent may come
    # kill -9: the broker says it, retained
    edge.agent.stop(signal.SIGKILL)
    late.wait_status("offline")
    later = Dashboard(lab.broker, "kill-nine")
    later.wait_status("offline")
    assert later.retained("status") == ["offline"]
    # the next start is another boot and clears the will's word
    edge.start()
    later.wait_status("online")
    edge.wait_up(2)
    assert wait_until(lambda: later.states[-1]["boot_id"] != state["boot_id"], 10)
    later.wait_state(state="IPSEC_ACTIVE")
    edge.stop()
    later.wait_status("offline")
    for each in (dashboard, late, later):
        each.close()


def test_a_broker_restart_loses_no_event(gateway_mended: Lab) -> None:
    """The broker is away while the tunnel goes down and up again: a dashboard with a session gets every event, once, in order."""
    lab = gateway_mended
    gateway, broker = lab.gateways[0], lab.broker
    assert broker is not None
    assert hasattr(gateway, "terminate")
    dashboard = Dashboard(broker, "restart", session="dash")
    edge = Edge(lab, "restart")
    edge.connect(connecting(gateway) + reporting("restart"))
    dashboard.wait_state(state="IPSEC_ACTIVE")
    broker.stop()
    edge.agent.wait_log("connection to")
    gateway.terminate()
    edge.wait_up(2)
    gateway.terminate()
    edge.wait_up(3)
    broker.start()
    dashboard.wait_event("EZVPN_CONNECTION_UP", count=3, limit_s=20)
    dashboard.wait_state(state="IPSEC_ACTIVE", attempts=3)
    edge.stop()
    dashboard.wait_event("EZVPN_CONNECTION_DOWN", count=3)
    assert in_order(dashboard.events), [event["seq"] for event in dashboard.events]
    dashboard.wait_status("offline")
    dashboard.close()


def test_a_killed_broker_is_found_again(gateway_mended: Lab) -> None:
    lab = gateway_mended
    assert lab.broker is not None
    edge = Edge(lab, "broker-killed")
    edge.connect(connecting(lab.gateways[0]) + reporting("broker-killed"))
    edge.agent.wait_log("MQTT: connected to")
    lab.broker.kill()
    edge.agent.wait_log("connection to")
    lab.broker.start()
    edge.agent.wait_log("MQTT: connected to", 2, 20)
    edge.check_both_ways()
    edge.stop()


@pytest.mark.parametrize("files", ["ca", "certificate"])
def test_tls(lab: Lab, files: str) -> None:
    assert lab.broker is not None
    folder, name = lab.broker.certificates, f"tls-{files}"
    port, more = (
        (8883, ()) if files == "ca" else (8884, (f"certificate {folder}/client.pem key {folder}/client-key.pem",))
    )
    dashboard = Dashboard(lab.broker, name)
    edge = Edge(lab, name)
    edge.connect(
        connecting(lab.gateways[0]) + reporting(name, f"mqtts://{SERVICES}:{port}", f"ca {folder}/ca.pem", *more)
    )
    dashboard.wait_state(state="IPSEC_ACTIVE")
    assert dashboard.status == ["online"]
    edge.stop()
    dashboard.wait_status("offline")
    dashboard.close()


def test_a_broker_that_a_wrong_authority_signed_is_refused_and_that_is_said(lab: Lab) -> None:
    assert lab.broker is not None
    dashboard = Dashboard(lab.broker, "wrong-ca")
    edge = Edge(lab, "wrong-ca")
    ca = f"ca {lab.broker.certificates}/wrong-ca.pem"
    edge.connect(connecting(lab.gateways[0]) + reporting("wrong-ca", f"mqtts://{SERVICES}", ca))
    line = edge.agent.wait_log("MQTT: no connection to")
    assert "certificate" in line, line
    edge.check_both_ways()  # the tunnel doesn't need the broker
    edge.stop()
    assert dashboard.status == []
    dashboard.close()


def test_a_broker_name_that_does_not_resolve_disturbs_nothing(lab: Lab) -> None:
    edge = Edge(lab, "no-broker")
    edge.connect(connecting(lab.gateways[0]) + reporting("no-broker", "mqtt://silent.lab.example"))
    edge.agent.wait_log("MQTT: no connection to")
    edge.check_both_ways()
    edge.stop()


@pytest.fixture(scope="module")
def inner() -> Iterator[Lab]:
    """The broker is on the protected LAN, behind two gateways."""
    yield from kept(Lab([Gateway(), Gateway(split=None)], nat=False, broker="lan"))


@pytest.mark.parametrize("which", [0, 1], ids=["split", "default"])
def test_a_broker_behind_the_tunnel_gets_what_was_queued_in_order(inner: Lab, which: int) -> None:
    gateway, name = inner.gateways[which], f"inner-{which}"
    assert hasattr(gateway, "terminate")
    dashboard = Dashboard(inner.broker_lan, name)
    edge = Edge(inner, name)
    # the first peer fails at once, with an event, while there is no way to the broker
    edge.start(connecting(gateway, "nobody.lab.example", gateway.address) + reporting(name, f"mqtt://{LAN_HOST}"))
    edge.wait_up()
    dashboard.wait_state(state="IPSEC_ACTIVE")
    dashboard.wait_event("EZVPN_FAILED", "nobody.lab.example")
    dashboard.wait_event("EZVPN_CONNECTION_UP")
    # the tunnel goes and comes back: with the new address the connection is made anew, nothing is lost
    gateway.terminate()
    edge.wait_up(2)
    dashboard.wait_event("EZVPN_CONNECTION_UP", count=2, limit_s=20)
    dashboard.wait_state(state="IPSEC_ACTIVE", attempts=edge.show()["tunnels"][0]["attempts"])
    assert in_order(dashboard.events), [event["seq"] for event in dashboard.events]
    assert dashboard.events[0]["up_ms"] < dashboard.events[-1]["up_ms"]
    edge.stop()
    dashboard.close()
