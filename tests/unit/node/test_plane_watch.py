"""What DPD asks of the data plane and how the answers go back: a whole node, and a gateway that can fall silent."""

from __future__ import annotations

import pytest
from doubles.device import GATEWAY, SIX_LINES, World, gateway
from doubles.link import Wire

from ezvpn.dataplane.port import Edge
from ezvpn.ike.timers import Slot

HOUR_MS = 3_600_000


class Watched(World):
    """Up, with a keepalive; `silent` cuts everything from the gateway. Probes are counted by the status."""

    def __init__(self, keepalive: str) -> None:
        self.silent = False
        super().__init__(gateway(), wire=Wire(fate=lambda number, data: () if self.silent else (5,)))
        self.configure(f"crypto isakmp keepalive {keepalive}\n" + SIX_LINES)
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
