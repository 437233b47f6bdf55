"""What DPD asks of the data plane and how the answers go back: a whole node, and a gateway that can fall silent."""

from __future__ import annotations

import pytest
from doubles.device import CLIENT, GATEWAY, SECOND, SIX_LINES, World, gateway
from doubles.link import Wire

from ezvpn.dataplane.port import Edge
from ezvpn.ike.timers import Slot

HOUR_MS = 3_600_000


class Watched(World):
    """Up, with a keepalive; `silent` cuts everything from the gateway. Probes are counted by the status."""

    def __init__(self, keepalive: str, extra: str = "") -> None:
        self.silent = False
        super().__init__(gateway(), wire=Wire(fate=lambda number, data: () if self.silent else (5,)))
        line = f"crypto isakmp keepalive {keepalive}\n" if keepalive else ""
        self.configure(line + SIX_LINES + extra)
        self.up()
        self.wait(100)
        self.spi = self.status.children[0].spi_in
        self.device.plane.armed.clear()

    def counters(self, **fields: int) -> None:
        self.device.plane.counters[self.spi] = {**self.device.plane.counters.get(self.spi, {}), **fields}

    def edge(self, kind: str) -> None:
        self.device.plane.tell(kind, self.spi, GATEWAY)
        self.call(self.device, self.node.plane_edges, self.now)

    @property
    def probes(self) -> int:
        sent = self.status.dpd_sent
        assert isinstance(sent, int)
        return sent


def test_on_demand_is_silent_for_an_hour_without_traffic() -> None:
    w = Watched("10 2")
    w.wait(20_000)
    assert w.device.plane.armed == [(w.spi, "out")]
    session = w.node.endpoint._find(w.status.phase1.session)
    assert session is not None and not session.timers.running(Slot.DPD_IDLE)
    w.wait(HOUR_MS // 2)
    assert w.probes == 0 and w.device.plane.armed == [(w.spi, "out")]


def test_the_first_packet_after_the_silence_is_followed_by_a_probe() -> None:
    w = Watched("10 2")
    w.wait(20_000)
    w.edge(Edge.FIRST_OUT)
    assert w.probes == 1
    w.wait(1000)
    assert (w.status.dpd_missed, w.status.dpd_rtt_ms) == (0, 10)


def test_inbound_that_moved_puts_the_look_off_to_when_it_was() -> None:
    w = Watched("10 2")
    looked = w.now
    w.wait(4000)
    w.counters(packets_in=3, packets_out=5, last_in=w.now)
    w.wait(looked + 13_000 - w.now)
    assert w.device.plane.armed == [] and w.probes == 0  # the next look is 10 s after that packet
    w.wait(2000)
    assert w.device.plane.armed == [(w.spi, "out")] and w.probes == 0


def test_outbound_that_moved_is_a_reason_to_ask() -> None:
    w = Watched("10 2")
    w.counters(packets_out=1)
    w.wait(11_000)
    assert w.probes == 1 and (w.spi, "in") in w.device.plane.armed


def test_esp_that_comes_in_ends_the_retries() -> None:
    w = Watched("10 2 periodic")
    w.silent = True
    w.wait(13_000)
    assert w.status.dpd_missed == 1
    w.edge(Edge.FIRST_IN)
    assert w.status.dpd_missed == 0
    warned = [line for line in w.device.log() if "DPD probe" in line]
    assert warned == [
        "%CRYPTO-4-EZVPN_WARNING: EZVPN(office): gateway 198.51.100.11 did not answer a DPD probe: asking again"
    ]
    assert any("198.51.100.11 is heard again" in line for line in w.device.log())


def test_a_dead_gateway_is_given_up_after_ten_and_five_times_two_seconds() -> None:
    w = Watched("10 2 periodic")
    w.run(lambda: w.probes == 3)
    w.wait(11)  # the ACK
    w.silent = True
    answered = w.now
    w.run(lambda: w.status.cause == "peer-dead", within=25_000)
    assert 19_980 <= w.now - answered <= 20_020
    down = [line for line in w.device.log() if "DOWN" in line and "SESSION_STATUS" in line]
    assert down == ["%CRYPTO-5-SESSION_STATUS: Crypto tunnel is DOWN.  Peer 198.51.100.11:500  Id: 198.51.100.11"]
    w.silent = False
    w.up()


def test_other_settings_start_the_timers_again_and_bounce_nothing() -> None:
    w = Watched("3600")
    session = w.status.phase1.session
    w.configure("crypto isakmp keepalive 10 2 periodic\n" + SIX_LINES)
    w.wait(10_100)
    assert w.status.phase1.session == session and w.probes == 1
    w.configure(SIX_LINES)
    w.wait(60_000)
    assert w.status.phase1.session == session and w.probes == 1


# --- suspicions ---------------------------------------------------------------------------------------------------------

OUTSIDE = "interface eth0\n crypto ipsec client ezvpn office outside\n"


def test_icmp_unreachable_is_a_probe_at_once_and_no_verdict() -> None:
    w = Watched("10 2")
    w.call(w.device, w.node.unreachable, SECOND, w.now)
    assert w.probes == 0, "another machine"
    for _ in range(20):
        w.call(w.device, w.node.unreachable, GATEWAY, w.now)
    assert w.probes == 1
    w.wait(15)
    assert (w.status.state, w.status.dpd_rtt_ms) == ("IPSEC_ACTIVE", 10)
    assert dict(w.node.all_counters())["icmp_unreachable"] == 21


def test_the_planes_icmp_edge_is_a_probe_too() -> None:
    w = Watched("10 2")
    w.edge(Edge.ICMP)
    assert w.probes == 1


def test_an_unreachable_gateway_that_is_silent_is_dead_after_five_retries() -> None:
    """Unreachable +0, R-U-THERE +0 +2 +4 +6 +8, the verdict +10: not 10 s later, as without the ICMP."""
    w = Watched("10 2 periodic")
    w.silent = True
    began = w.now
    w.call(w.device, w.node.unreachable, GATEWAY, w.now)
    w.run(lambda: w.status.cause == "peer-dead", within=25_000)
    assert w.now - began == 10_000


class TestALinkThatGoesDown:
    def up(self, keepalive: str = "10 2 periodic", extra: str = OUTSIDE) -> Watched:
        w = Watched(keepalive, extra)
        w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
        return w

    def link(self, w: Watched, up: bool) -> None:
        w.silent = not up
        w.call(w.device, w.node.link, "eth0", up, CLIENT, w.now)

    def test_and_up_again_in_time_costs_one_probe(self) -> None:
        w = self.up()
        session = w.status.phase1.session
        self.link(w, False)
        assert (w.status.state, w.probes) == ("IPSEC_ACTIVE", 1)
        w.wait(7000)
        self.link(w, True)
        w.wait(30_000)
        assert (w.status.state, w.status.phase1.session) == ("IPSEC_ACTIVE", session)
        said = [line for line in w.device.log() if "outside interface" in line]
        assert [line.split("): ")[1] for line in said] == [
            "outside interface eth0 is down: asking the gateway",
            "outside interface eth0 is up again",
        ]

    def test_for_longer_than_the_retries_is_waited_for(self) -> None:
        w = self.up()
        began = w.now
        self.link(w, False)
        w.run(lambda: w.status.state == "VALID_CFG", within=25_000)
        assert w.now - began == 10_000
        assert w.status.reason == "outside interface eth0 is down or absent"
        assert w.device.plane.attached == {}
        w.wait(60_000)
        assert w.status.state == "VALID_CFG" and w.status.attempts == 1, "nothing is dialled over a link that is down"
        self.link(w, True)
        w.up()

    def test_without_dpd_there_is_nothing_to_wait_for(self) -> None:
        w = self.up("")
        self.link(w, False)
        assert w.status.state == "VALID_CFG"

    def test_and_somebody_shuts_it(self) -> None:
        w = self.up()
        self.link(w, False)
        assert w.status.state == "IPSEC_ACTIVE"
        w.configure("crypto isakmp keepalive 10 2 periodic\n" + SIX_LINES + OUTSIDE + " shutdown\n")
        assert w.status.state == "VALID_CFG"

    def test_and_something_else_is_configured_meanwhile(self) -> None:
        w = self.up()
        self.link(w, False)
        w.configure("hostname other\ncrypto isakmp keepalive 10 2 periodic\n" + SIX_LINES + OUTSIDE)
        assert w.status.state == "IPSEC_ACTIVE"

    def test_where_no_interface_is_named_it_is_the_one_on_the_way_to_the_gateway(self) -> None:
        w = self.up(extra="")
        w.call(w.device, w.node.link, "eth7", False, None, w.now)
        assert w.probes == 0
        w.call(w.device, w.node.link, "eth0", False, CLIENT, w.now)
        assert (w.status.state, w.probes) == ("IPSEC_ACTIVE", 1)


@pytest.mark.parametrize("after", (3, 10), ids=("before the ACK", "with the ACK"))
def test_inbound_from_before_the_last_life_is_no_news(after: int) -> None:
    """A ping and its answer, then the ACK of the probe that the ping called for. Ten seconds after that ACK the counters have
    moved since the last look, but not since the ACK: the next packet is waited for, and no timer is left in the past."""
    w = Watched("10 2")
    w.wait(20_000)
    answered = w.now + after
    w.edge(Edge.FIRST_OUT)
    w.wait(10_009)
    assert w.probes == 1
    w.counters(packets_in=1, packets_out=1, last_in=answered)
    w.device.plane.armed.clear()
    looked = w.now + 1
    assert w.step(looked)
    at = w.node.deadline()
    assert at is not None and at > looked
    assert w.device.plane.armed == [(w.spi, "out")] and w.probes == 1
    w.edge(Edge.FIRST_OUT)
    assert w.probes == 2
