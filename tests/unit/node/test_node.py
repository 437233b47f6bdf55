"""The node's doors and the order of handing on, with a real core against the practice gateway on a virtual wire."""

import pytest
from doubles.device import CLIENT, GATEWAY, SECOND, SIX_LINES, Device, World, gateway
from doubles.link import Side, Wire

from ezvpn.dataplane.port import Edge, KernelError
from ezvpn_hil.gateway.policy import PHASE1, Policy

MQTT = "mqtt\n broker mqtt://203.0.113.9\n client-id dev\n"


def test_six_lines_connect():
    w = World(gateway())
    assert w.configure(SIX_LINES) == []
    w.up()
    status = w.status
    assert status.reason == ""
    assert (status.peer, status.peer_address, status.outside, status.local) == (
        "198.51.100.11",
        GATEWAY,
        "eth0",
        CLIENT,
    )
    assert [child.remote.address for child in status.children] == [bytes([203, 0, 113, 0])]
    assert [call[0] for call in w.device.plane.calls] == ["attach", "install"]
    assert "%CRYPTO-6-EZVPN_CONNECTION_UP" in " ".join(w.device.log())


def test_close_deletes_and_leaves_nothing():
    w = World(gateway())
    w.configure(SIX_LINES)
    w.up()
    w.call(w.device, w.node.close, w.now)
    assert w.node.closed
    assert w.node.deadline() is None
    w.wait(1000)
    assert w.device.plane.attached == {}
    assert [call[0] for call in w.device.plane.calls][-2:] == ["detach", "remove"]
    assert w.gateways[0].core.sessions == []


def test_a_fresh_node_waits_for_nothing():
    w = World()
    assert w.node.deadline() is None
    assert not w.step()


def test_names_are_looked_up_by_the_runtime():
    w = World(gateway())
    w.device.names["vpn.example.net"] = [SECOND, GATEWAY]
    w.configure(SIX_LINES.replace("198.51.100.11", "vpn.example.net"))
    w.up()
    assert w.device.ordered("resolve")[0][1] == "vpn.example.net"
    assert w.status.peer_address == GATEWAY


def test_breaks_are_counted_and_logged_once_in_a_while_with_their_console():
    w = World()
    for _ in range(5):
        w.call(w.device, w.node.console_break, 3, w.now)
    assert w.device.log() == ["%SYS-5-CONSOLE_BREAK: Break on the serial line of console 3"]
    w.wait(10_000)
    w.call(w.device, w.node.console_break, 4, w.now)
    assert w.device.log()[1:] == ["%SYS-5-CONSOLE_BREAK: Break on the serial line of console 4"]
    assert w.node.counters == {"console_breaks": 6}


def test_answers_to_nobody_are_counted():
    w = World()
    w.call(w.device, w.node.resolved, 77, [GATEWAY], w.now)
    assert w.node.counters == {"stale_lookups": 1}


class TestPlane:
    def test_a_plane_that_refuses_leaves_nothing_and_is_tried_again(self):
        w = World(gateway())
        w.device.plane.refuse = KernelError(1, "open the TUN device: not permitted")
        w.configure(SIX_LINES)
        w.run(lambda: w.status.cause == "data-plane")
        assert w.device.plane.attached == {}
        assert any("%CRYPTO-3-DATAPLANE: data plane: open the TUN device" in line for line in w.device.log())
        w.up()

    def test_inbound_traffic_is_a_sign_of_life(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        heard = []
        w.node.endpoint.note_inbound = lambda session, now, spi: heard.append((session, spi))
        w.device.plane.tell(Edge.FIRST_IN, w.status.children[0].spi_in)
        w.call(w.device, w.node.plane_edges, w.now)
        assert heard == [(w.status.phase1.session, w.status.children[0].spi_in)]

    def test_a_used_up_pair_is_renewed_without_a_gap(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        old = w.status.children[0].spi_in
        w.device.plane.tell(Edge.VOLUME, old)
        w.call(w.device, w.node.plane_edges, w.now)
        w.run(lambda: w.status.children[0].spi_in != old)
        assert w.status.state == "IPSEC_ACTIVE"

    def test_unknown_spis_are_counted_and_logged_once_in_a_while(self):
        w = World()
        for _ in range(5):
            w.device.plane.tell(Edge.UNKNOWN_SPI, 0xABCDEF, GATEWAY)
        w.call(w.device, w.node.plane_edges, w.now)
        assert w.node.counters["unknown_spi"] == 5
        assert w.device.log() == [
            "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi, "
            "spi=0xABCDEF(11259375), srcaddr=198.51.100.11"
        ]

    def test_a_lost_device_reconnects(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        w.device.plane.tell(Edge.DEVICE, 0)
        w.call(w.device, w.node.plane_edges, w.now)
        assert w.status.state == "READY"
        w.up()


class TestWays:
    """Routes that come and go: one look for a swarm of news."""

    def test_the_plane_is_asked_to_look_once_for_many_changes(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        for _ in range(50):
            w.call(w.device, w.node.routes_changed, w.now)
            w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
        w.wait(1000)
        assert [call for call in w.device.plane.calls if call[0] == "refresh"] == [("refresh",)]
        assert w.status.state == "IPSEC_ACTIVE"

    def test_what_the_plane_complains_about_is_logged_once(self):
        w = World()
        w.device.plane.complained = "cannot write routes: No space left on device"
        w.call(w.device, w.node.timeout, w.now)
        w.call(w.device, w.node.timeout, w.now)
        assert w.device.log() == [
            "%CRYPTO-4-DATAPLANE_WARNING: data plane: cannot write routes: No space left on device"
        ]


class TestLinks:
    BOUND = SIX_LINES + "interface GigabitEthernet0/1\n crypto ipsec client ezvpn office outside\n"

    def test_the_outside_interface_is_the_boards_device(self):
        w = World(gateway(), device=Device(aliases=(("GigabitEthernet0/1", "eth1"),)))
        w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
        warnings = w.configure(self.BOUND)
        assert warnings == ["interface GigabitEthernet0/1: this machine has no device eth1: it counts as absent"]
        assert w.status.state == "VALID_CFG"
        assert w.status.reason == "outside interface GigabitEthernet0/1 is down or absent"
        w.call(w.device, w.node.link, "eth1", True, CLIENT, w.now)
        w.up()
        w.call(w.device, w.node.link, "eth1", False, CLIENT, w.now)
        assert w.status.state == "VALID_CFG"
        assert w.device.plane.attached == {}

    def test_a_shut_interface_is_down(self):
        w = World(gateway())
        w.call(w.device, w.node.link, "eth1", True, CLIENT, w.now)
        w.configure(self.BOUND.replace("GigabitEthernet0/1", "eth1") + " shutdown\n")
        assert w.status.state == "VALID_CFG"

    def test_another_address_here_is_a_warning(self):
        w = World(gateway())
        w.call(w.device, w.node.link, "eth1", True, CLIENT, w.now)
        text = self.BOUND.replace("GigabitEthernet0/1", "eth1") + " ip address 192.0.2.1 255.255.255.0\n"
        assert w.configure(text) == ["interface eth1: its address here is 198.51.100.2, not 192.0.2.1"]

    def test_a_link_that_comes_up_ends_the_wait(self):
        w = World()
        w.configure(SIX_LINES)
        w.run(lambda: w.status.next_try is not None)
        w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
        assert w.status.next_try is None


class TestBroker:
    def test_what_the_adapter_says_is_in_the_log(self):
        w = World()
        w.configure(MQTT)
        w.wait(1)
        w.call(w.device, w.node.mqtt, "refused", w.now, "", b"bad user name or password")
        assert w.device.log()[-1].startswith("%EZVPN-5-MQTT: MQTT: no connection to 203.0.113.9:1883: bad user name")

    def test_offline_is_published_before_it_is_closed(self):
        w = World()
        w.configure(MQTT)
        w.wait(1)
        w.call(w.device, w.node.close, w.now)
        assert w.device.ordered("mqtt_stop") == [()]
        assert not w.node.closed
        w.call(w.device, w.node.mqtt, "down", w.now, "", b"stopped")
        assert w.node.closed


class Silent:
    """Somebody who takes datagrams and never answers."""

    to = (0, bytes(4), 500)

    def receive(self, view, now, source):
        return

    def timeout(self, now):
        return

    def transmit(self, buf, now):
        return 0

    def event(self):
        return None

    def deadline(self):
        return None


def test_failover_to_the_second_peer():
    w = World(Side(Silent(), GATEWAY), gateway(Policy(address=SECOND), address=SECOND))
    w.configure(SIX_LINES + " peer 198.51.100.12\n")
    w.up()
    assert w.status.peer == "198.51.100.12"


def test_a_gateway_with_an_old_group_is_found_at_once():
    policy = Policy(phase1=tuple(t for t in PHASE1 if t.group == 2))
    w = World(gateway(policy))
    start = w.now
    w.configure(SIX_LINES)
    w.up()
    assert w.now - start < 1000
    assert w.status.phase1.transform.group == 2


# (change of the gateway's policy, change of the six lines, cause, what the message must name)
CAUSES = [
    ({}, ("alice-pass", "wrong-pass"), "xauth-failed", "rejected user alice"),
    ({}, ("group-secret", "wrong"), "authentication", "`group unity key`"),
    ({}, ("unity", "nobody"), "unknown-group", "does not accept group nobody"),
    ({"phase1": tuple(t for t in PHASE1 if t.group == 99)}, ("", ""), "no-proposal", "phase 1 proposals"),
    ({"esp": ()}, ("", ""), "no-proposal", "ESP proposals"),
    (None, ("", ""), "no-answer", "no answer from gateway 198.51.100.11"),
    ({}, ("198.51.100.11", "nowhere.example"), "name-not-resolved", "nowhere.example does not resolve"),
]


@pytest.mark.parametrize(("policy", "change", "cause", "words"), CAUSES, ids=[case[2] for case in CAUSES])
def test_each_cause_is_on_log_event_and_status_and_leaves_nothing(policy, change, cause, words):
    other = Side(Silent(), GATEWAY) if policy is None else gateway(Policy(**policy))
    w = World(other)
    w.configure(SIX_LINES.replace(*change) + MQTT)
    w.run(lambda: w.status.cause == cause)
    assert words in w.status.reason
    assert [line for line in w.device.log() if "EZVPN_FAILED" in line and words in line]
    w.call(w.device, w.node.mqtt, "up", w.now)
    said = b""
    while (message := w.node.outbox.peek()) is not None:
        if message.topic.endswith("/event"):
            said += message.payload
        w.node.outbox.sent(message)
        w.node.outbox.done(message)
    assert words.encode() in said and cause.encode() in said
    assert w.device.plane.attached == {}
    assert b"wrong-pass" not in said and b"group-secret" not in said
    if cause == "xauth-failed":
        assert (w.status.state, w.status.next_try - w.now >= 3500000) == ("XAUTH_REQ", True)
    else:
        assert w.status.next_try is not None


def test_thirty_percent_loss_both_ways():
    for seed in range(5):
        number = [seed * 1000]

        def fate(_: int, data: bytes, number: list[int] = number) -> tuple[int, ...]:
            number[0] = (number[0] * 1103515245 + 12345) % 2**31
            roll = number[0] >> 16 & 127
            if roll < 38:
                return ()
            return (5 + roll % 60, 40) if roll > 115 else (5 + roll % 60,)

        w = World(gateway(seed=seed + 100), wire=Wire(fate=fate), device=Device(seed))
        w.configure(SIX_LINES)
        w.up(within=600000)
