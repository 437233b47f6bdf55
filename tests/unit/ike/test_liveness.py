"""When probes go out, what ends them, and the verdict (RFC 3706 5, 6; `crypto isakmp keepalive`). Seconds count from `up`."""

from __future__ import annotations

import pytest
from doubles.am2 import OFFER
from doubles.insider import Message, client_session, notify, opened

from ezvpn.ike.events import ChildDown, ChildUp, PeerAlive, PeerSilent, SessionDown, Watch
from ezvpn.ike.params import Keepalive
from ezvpn.wire.isakmp import Payload
from ezvpn.wire.notify import NotifyType

PERIODIC = Keepalive(10, 2, True)
ON_DEMAND = Keepalive(10, 2, False)


class Watched:
    """A tunnel that is up and watched; time moves only by `to`."""

    def __init__(self, keepalive: Keepalive | None, dpd: bool = True) -> None:
        self.h, self.gateway = opened(ChildUp, transforms=OFFER, keepalive=keepalive)
        self.gateway.heard()
        session = client_session(self.h)
        session.dpd.peer_sends = dpd
        session.liveness.start(self.h.now)
        self.up = self.h.now
        spi = next(e for e in self.h.events if isinstance(e, ChildUp)).spi_in
        self.h.client.note_inbound(self.h.session, self.h.now, spi)  # quick 3 need not go out again
        self.log: list[tuple[float, Message]] = []

    @property
    def client(self) -> object:
        return self.h.client

    def to(self, second: float) -> list[float]:
        """Let time pass until then; the seconds at which R-U-THEREs went out."""
        end = self.up + int(second * 1000)
        before = len(self.log)
        while (at := self.h.client.deadline()) is not None and at <= end:
            self.h.now = at
            self.h.client.timeout(at)
            self.h.drain()
            self.collect()
        self.h.now = end
        return [at for at, m in self.log[before:] if Payload.N in m.types() and m.notify().type == NotifyType.R_U_THERE]

    def collect(self) -> None:
        self.h.drain()
        self.log += [((self.h.now - self.up) / 1000, message) for message in self.gateway.heard()]

    def numbers(self) -> list[int]:
        probes = [m.notify() for _, m in self.log if Payload.N in m.types()]
        return [int.from_bytes(n.data, "big") for n in probes if n.type == NotifyType.R_U_THERE]

    def ack(self, number: int | None = None) -> None:
        number = self.numbers()[-1] if number is None else number
        self.gateway.inform(notify(NotifyType.R_U_THERE_ACK, number.to_bytes(4, "big"), b"".join(self.gateway.cookies)))
        self.collect()

    def hello(self, number: int) -> None:
        self.gateway.inform(notify(NotifyType.R_U_THERE, number.to_bytes(4, "big"), b"".join(self.gateway.cookies)))
        self.collect()

    def esp(self) -> None:
        self.h.client.note_inbound(self.h.session, self.h.now)

    def outbound(self) -> None:
        self.h.client.note_outbound(self.h.session, self.h.now)
        self.collect()

    def said(self, kind: type) -> list:
        return self.h.said(kind)


def test_periodic_and_a_peer_that_falls_silent() -> None:
    """R-U-THERE +10 answered, then +20, +22, +24, +26, +28; the verdict at +30: 10 + 5 x 2 after the ACK."""
    w = Watched(PERIODIC)
    assert w.to(10) == [10]
    w.ack()
    assert w.to(29.999) == [20, 22, 24, 26, 28]
    assert not w.said(SessionDown)
    w.to(30)
    assert [e.missed for e in w.said(PeerSilent)] == [1, 2, 3, 4, 5]
    (down,) = w.said(SessionDown)
    assert (down.cause, down.step) == ("peer-dead", "up")
    assert len(w.said(ChildDown)) == 1
    at, last = w.log[-1]
    assert at == 30 and [kind for kind, _ in last.payloads] == [Payload.D]
    assert last.delete().protocol == 1, "one ISAKMP delete and no ESP delete"
    assert [m for t, m in w.log if t == 30] == [last]


def test_the_example_30_20_periodic() -> None:
    w = Watched(Keepalive(30, 20, True))
    assert w.to(1000) == [30, 50, 70, 90, 110]
    assert w.log[-1][0] == 130


def test_every_transmission_has_a_new_message_id_and_numbers_repeat_twice_at_most() -> None:
    w = Watched(PERIODIC)
    w.to(20)
    first = w.numbers()[0]
    assert w.numbers() == [first, first, first, first + 1, first + 2]
    assert first < 2**31, "6.2: random, the high bit clear"
    ids = [m.message_id for _, m in w.log]
    assert len(set(ids)) == len(ids)


def test_the_next_probe_has_the_next_number() -> None:
    w = Watched(PERIODIC)
    for second in (10, 20, 30):
        w.to(second)
        w.ack()
    first = w.numbers()[0]
    assert w.numbers() == [first, first + 1, first + 2]


def test_an_ack_of_any_outstanding_number_ends_the_retries() -> None:
    w = Watched(PERIODIC)
    w.to(17)  # +10 +12 +14 with one number, +16 with the next
    w.h.now += 500
    w.ack(w.numbers()[0])
    assert w.said(PeerAlive)[-1].was_silent and w.said(PeerAlive)[-1].rtt_ms == 3500
    assert w.to(27.4) == [] and w.to(27.5) == [27.5]


@pytest.mark.parametrize("off", [-1, 1, 1000])
def test_an_ack_with_another_number_is_none(off: int) -> None:
    # RFC 3706 6.1: "SHOULD be rejected".
    w = Watched(PERIODIC)
    w.to(10)
    w.ack(w.numbers()[0] + off)
    assert w.h.client.dropped["dpd-number"] == 1
    assert w.to(20)[:1] == [12] and w.said(SessionDown)


def test_an_old_ack_is_no_life() -> None:
    """The ACK of an answered probe again, under a new message ID."""
    w = Watched(PERIODIC)
    w.to(10)
    old = w.numbers()[0]
    w.ack()
    w.to(20)
    w.ack(old)
    w.to(30)
    assert w.said(SessionDown)


def test_the_same_datagram_again_is_no_life() -> None:
    w = Watched(PERIODIC)
    w.to(10)
    w.ack()
    datagram = w.gateway.last
    w.to(20)
    w.gateway.again(datagram)
    w.to(30)
    assert w.said(SessionDown)


def test_a_hello_of_the_peer_puts_the_probe_off() -> None:
    """ "A hello goes out every N seconds, unless one was received from the peer." """
    w = Watched(PERIODIC)
    w.to(9)
    w.hello(5)
    assert w.to(18.9) == [] and w.to(19) == [19]
    w.hello(6)
    assert w.to(28.9) == [] and w.said(PeerSilent) == []


def test_an_old_hello_is_answered_and_puts_nothing_off() -> None:
    w = Watched(PERIODIC)
    w.to(1)
    w.hello(5)
    w.to(9)
    w.hello(5)
    assert w.to(11) == [11]


def test_esp_does_not_put_the_periodic_probe_off() -> None:
    w = Watched(PERIODIC)
    w.to(9)
    w.esp()
    assert w.to(10) == [10]


@pytest.mark.parametrize("second", [11, 13, 19.9])
def test_esp_ends_running_retries(second: float) -> None:
    w = Watched(PERIODIC)
    w.to(second)
    assert [e.what for e in w.said(Watch)] == ["first-inbound"]
    w.esp()
    assert w.to(19.999) == []
    assert w.to(20) == [20], "the timer never restarts at ESP: a probe each 10 s, +10 +20"
    assert not w.said(SessionDown)


def test_after_retries_longer_than_the_interval_the_beat_goes_on() -> None:
    """R-U-THERE +10, again +70 +130 +190; ESP at +213: the next of +10 +20 +30 … is +220."""
    w = Watched(Keepalive(10, 60, True))
    w.to(213)
    w.esp()
    assert w.to(225) == [220]


def test_another_message_of_ike_ends_running_retries_too() -> None:
    w = Watched(PERIODIC)
    w.to(13)
    w.gateway.inform(notify(NotifyType.CONNECTED))
    assert w.to(19.999) == [] and w.to(20) == [20]


def test_after_the_verdict_nothing_is_believed() -> None:
    w = Watched(PERIODIC)
    w.to(20)
    assert w.said(SessionDown)
    w.ack()
    w.esp()
    assert w.h.client.dropped["unknown-cookie"] == 1
    assert w.h.client.status(w.h.session, w.h.now) is None


def test_a_timeout_that_comes_late_adds_nothing_up() -> None:
    w = Watched(PERIODIC)
    w.to(10)
    for late in (12.1, 14.1, 16.1, 18.1):
        w.h.now = w.up + int(late * 1000)
        w.h.client.timeout(w.h.now)
        w.collect()
    w.to(20)
    assert w.said(SessionDown) and w.log[-1][0] == 20


def test_after_a_long_sleep_the_peer_still_has_its_five_chances() -> None:
    w = Watched(PERIODIC)
    w.to(10)
    w.h.now = w.up + 3600_000
    w.h.client.timeout(w.h.now)
    w.collect()
    assert len(w.said(PeerSilent)) == 1
    assert w.to(3600 + 6) == [3602, 3604, 3606]
    w.ack()
    assert not w.said(SessionDown)


# --- on-demand ---------------------------------------------------------------------------------------------------------


def test_on_demand_without_traffic_sends_nothing_for_an_hour() -> None:
    """The counters are looked at once; then there is no timer at all."""
    w = Watched(ON_DEMAND)
    assert w.to(3600) == []
    assert [e.what for e in w.said(Watch)] == ["counters"]
    assert client_session(w.h).timers.at(4) is None and client_session(w.h).timers.at(5) is None


def test_on_demand_asks_at_the_first_packet_after_the_silence() -> None:
    w = Watched(ON_DEMAND)
    w.to(3600)
    w.outbound()
    assert w.log[-1][0] == 3600
    assert w.to(3610) == [3602, 3604, 3606, 3608]
    assert w.said(SessionDown)[0].cause == "peer-dead"


def test_on_demand_does_not_ask_while_the_peer_is_heard() -> None:
    w = Watched(ON_DEMAND)
    for second in range(1, 100, 9):
        w.to(second)
        w.esp()
        w.outbound()
    assert w.numbers() == []


def test_on_demand_counts_from_the_last_life_not_from_when_it_was_noticed() -> None:
    """Looked at +10, ESP had come at +3: the next look is at +13."""
    w = Watched(ON_DEMAND)
    w.to(10)
    w.h.client.note_inbound(w.h.session, w.up + 3000)
    w.to(13)
    assert [e.what for e in w.said(Watch)] == ["counters", "counters"]


def test_on_demand_wakes_up_when_the_peer_is_heard() -> None:
    w = Watched(ON_DEMAND)
    w.to(100)
    w.hello(9)
    w.to(110)
    assert [e.what for e in w.said(Watch)] == ["counters", "counters"]


# --- commands ----------------------------------------------------------------------------------------------------------


def test_without_the_vendor_id_nobody_is_asked() -> None:
    # RFC 3706 5.1: both sides must have said that they know DPD.
    for keepalive in (PERIODIC, ON_DEMAND):
        w = Watched(keepalive, dpd=False)
        assert w.to(3600) == []
        assert not w.h.client.probe(w.h.session, w.h.now), "whoever asks must not wait for a verdict"
        w.collect()
        assert w.numbers() == []


def test_without_a_keepalive_nobody_is_asked() -> None:
    w = Watched(None)
    w.h.client.probe(w.h.session, w.h.now)
    assert w.to(3600) == []


def test_new_settings_start_the_timers_of_the_live_sa_again() -> None:
    w = Watched(PERIODIC)
    w.to(9)
    w.h.client.set_keepalive(w.h.session, Keepalive(20, 5, True), w.h.now)
    assert w.to(45) == [29, 34, 39, 44]
    w.h.client.set_keepalive(w.h.session, None, w.h.now)
    assert w.to(200) == [] and not w.said(SessionDown)


@pytest.mark.parametrize("keepalive", [PERIODIC, ON_DEMAND])
def test_a_suspicion_asks_at_once_and_is_no_verdict(keepalive: Keepalive) -> None:
    w = Watched(keepalive)
    w.to(4)
    assert w.h.client.probe(w.h.session, w.h.now)
    w.collect()
    assert [at for at, _ in w.log] == [4]
    w.h.now += 30
    w.ack()
    assert w.said(PeerAlive)[-1].rtt_ms == 30 and not w.said(PeerSilent)


def test_suspicions_do_not_make_us_a_reflector() -> None:
    w = Watched(PERIODIC)
    w.to(4)
    for _ in range(100):
        w.h.client.probe(w.h.session, w.h.now)
        w.collect()
        w.ack()
    assert len(w.numbers()) == 1


@pytest.mark.parametrize("keepalive", [PERIODIC, ON_DEMAND])
def test_a_suspicion_just_after_a_probe_waits_for_the_time_of_a_retry(keepalive: Keepalive) -> None:
    """Asked at +4 and answered; suspicions at +4.5 and +5 make one probe at +6, 2 s after the last."""
    w = Watched(keepalive)
    w.to(4)
    w.h.client.probe(w.h.session, w.h.now)
    w.collect()
    w.ack()
    for second in (4.5, 5):
        w.to(second)
        assert w.h.client.probe(w.h.session, w.h.now)
    assert w.to(6) == [6]
    w.ack()
    assert w.to(14) == []


def test_a_suspicion_wakes_up_who_sleeps() -> None:
    w = Watched(ON_DEMAND)
    w.to(100)
    w.h.client.probe(w.h.session, w.h.now)
    w.collect()
    assert [at for at, _ in w.log] == [100]
    assert w.to(110) == [102, 104, 106, 108] and w.said(SessionDown)[0].cause == "peer-dead"


def test_the_status_has_the_figures() -> None:
    w = Watched(PERIODIC)
    w.to(13)
    status = w.h.client.status(w.h.session, w.h.now)
    assert status is not None
    assert (status.dpd_sent, status.dpd_missed, status.dpd_lost, status.dpd_rtt_ms) == (2, 1, 1, None)
    w.h.now += 40
    w.ack()
    status = w.h.client.status(w.h.session, w.h.now)
    assert status is not None
    assert (status.dpd_sent, status.dpd_missed, status.dpd_lost, status.dpd_rtt_ms) == (2, 0, 1, 1040)
