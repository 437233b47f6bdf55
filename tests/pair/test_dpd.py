"""A device and the practice gateway under dead peer detection: probes on the wire, silence, failover, and the way back.

tests/dual replays what `record` wrote. After a change of the wire: `PYTHONPATH=tests .venv/bin/python tests/pair/test_dpd.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doubles.device import CLIENT, GATEWAY, SECOND, SIX_LINES, World, gateway

from ezvpn.dataplane.port import Edge
from ezvpn.wire.inet import ipv4_text
from ezvpn.wire.isakmp import Exchange, parse_header
from ezvpn_hil.gateway.policy import Policy

FILE = Path(__file__).resolve().parents[1] / "vectors" / "dpd-trace.json"
SOURCE = "tests/pair/test_dpd.py: one device and the practice gateway on the virtual wire, entropy from a counter"
PERIODIC = "crypto isakmp keepalive 10 2 periodic\n"
# Lives so long that nothing is due but what dead peer detection wants.
ON_DEMAND = "crypto isakmp keepalive 10 2\ncrypto ipsec security-association lifetime seconds 86400\n"
TWO_PEERS = SIX_LINES + " peer 198.51.100.12\n"
LONG_MS = 3_000_000  # the gateway deletes a pair after an hour
ROUND_TRIP_MS = 10


class Watched(World):
    """Up, and quick 3 is not repeated any more."""

    def __init__(self, text: str) -> None:
        super().__init__(gateway(), gateway(Policy(address=SECOND), 60, SECOND))
        self.heard: list[list[object]] = []
        take = self.node.receive

        def receive(view: memoryview, now: int, source: tuple[int, bytes, int]) -> None:
            self.heard.append([now, source[0], ipv4_text(source[1]), source[2], bytes(view).hex()])
            take(view, now, source)

        self.node.receive = receive  # type: ignore[method-assign]
        self.configure(text)
        self.up()
        self.wait(9000)

    def freeze(self, frozen: bool = True) -> None:
        """The gateway of the first peer line."""
        self.gateways[0].core.frozen = frozen  # type: ignore[attr-defined]

    def answered(self) -> int:
        """Run until the next probe is answered; when that probe was sent."""
        before = self.status.dpd_sent
        self.run(lambda: self.status.dpd_sent == before + 1)
        at = self.now
        self.wait(ROUND_TRIP_MS + 1)
        assert self.status.dpd_missed == 0 and self.status.dpd_rtt_ms == ROUND_TRIP_MS
        return at

    def informationals(self, since: int) -> list[int]:
        """ms after `since` at which the device sent one to the first gateway."""
        found = []
        for at, sender, to, data in self.log:
            own = at > since and (sender, to) == (CLIENT, GATEWAY)
            if own and parse_header(memoryview(data)).exchange == Exchange.INFORMATIONAL:
                found.append(at - since)
        return found

    def lines(self, words: str) -> list[str]:
        return [line for line in self.device.log() if words in line]


def test_frozen_right_after_an_answered_probe() -> None:
    """R-U-THERE 0, ACK; frozen; R-U-THERE +10 +12 +14 +16 +18, one delete and DOWN at +20 after the ACK; up on the second gateway
    within 1 s."""
    w = Watched(PERIODIC + TWO_PEERS)
    acked = w.answered() + ROUND_TRIP_MS
    w.freeze()
    w.run(lambda: w.lines("Crypto tunnel is DOWN") != [], 25_000)
    assert w.now == acked + 20_000
    assert w.informationals(acked) == [10_000, 12_000, 14_000, 16_000, 18_000, 20_000]
    assert w.device.plane.attached == {}
    w.up(1000)
    assert w.status.peer == "198.51.100.12"
    assert len(w.lines("did not answer a DPD probe")) == 1, "said at the first miss, not at each"


def test_the_example_30_20_periodic() -> None:
    w = Watched("crypto isakmp keepalive 30 20 periodic\n" + SIX_LINES)
    acked = w.answered() + ROUND_TRIP_MS
    w.freeze()
    w.run(lambda: w.lines("Crypto tunnel is DOWN") != [], 140_000)
    assert w.informationals(acked) == [30_000, 50_000, 70_000, 90_000, 110_000, 130_000]


@pytest.mark.parametrize(("frozen_ms", "lost"), [(11_000, 1), (15_000, 3), (17_900, 4)])
def test_a_gateway_that_comes_back_in_time_is_kept(frozen_ms: int, lost: int) -> None:
    w = Watched(PERIODIC + SIX_LINES)
    w.answered()
    session = w.status.phase1.session
    w.freeze()
    w.wait(frozen_ms)
    w.freeze(False)
    for _ in range(3):
        w.run(lambda: w.status.dpd_missed == 0)
        w.answered()
    assert w.status.phase1.session == session
    assert w.status.dpd_lost == lost
    assert w.lines("DOWN") == []


def test_an_ack_of_before_keeps_no_dead_gateway_alive() -> None:
    """Somebody recorded the ACKs, and sends them again and again."""
    w = Watched(PERIODIC + SIX_LINES)
    w.answered()
    acked = w.answered() + ROUND_TRIP_MS
    recorded = [bytes.fromhex(str(row[4])) for row in w.heard[-2:]]
    w.freeze()
    while not w.lines("Crypto tunnel is DOWN"):
        assert w.now < acked + 21_000
        w.wait(500)
        for data in recorded:
            w.call(w.device, w.node.receive, memoryview(data), w.now, (0, GATEWAY, 500))
    assert w.informationals(acked)[:6] == [10_000, 12_000, 14_000, 16_000, 18_000, 20_000]


def test_what_comes_after_the_verdict_is_not_believed() -> None:
    """The gateway wakes up and answers all that waited; the device is on its way to the second."""
    w = Watched(PERIODIC + TWO_PEERS)
    w.answered()
    late = bytes.fromhex(str(w.heard[-1][4]))
    w.freeze()
    w.run(lambda: w.lines("Crypto tunnel is DOWN") != [], 25_000)
    w.freeze(False)
    w.call(w.device, w.node.receive, memoryview(late), w.now, (0, GATEWAY, 500))
    w.up()
    assert w.status.peer == "198.51.100.12"
    assert w.node.endpoint.dropped["unknown-cookie"] >= 1


# --- on demand ----------------------------------------------------------------------------------------------------------


def asleep() -> Watched:
    w = Watched(ON_DEMAND + SIX_LINES)
    w.wait(20_000)
    assert w.device.plane.armed[-1][1] == "out"
    return w


def first_outbound(w: Watched) -> None:
    w.device.plane.tell(Edge.FIRST_OUT, w.status.children[0].spi_in, GATEWAY)
    w.call(w.device, w.node.plane_edges, w.now)


def test_without_traffic_there_is_neither_a_datagram_nor_a_deadline() -> None:
    w = asleep()
    before = len(w.log)
    due = w.node.endpoint.deadline()
    assert due is None or due > w.now + LONG_MS
    w.wait(LONG_MS)
    assert (len(w.log), w.status.dpd_sent) == (before, 0)
    w.wait(LONG_MS)
    assert w.status.dpd_sent == 0, "in more than an hour, new pairs included"


def test_the_first_packet_after_a_long_silence_asks_and_is_answered() -> None:
    w = asleep()
    w.wait(LONG_MS)
    first_outbound(w)
    w.wait(ROUND_TRIP_MS)
    assert (w.status.dpd_sent, w.status.dpd_missed, w.status.dpd_rtt_ms) == (1, 0, ROUND_TRIP_MS)
    w.wait(60_000)
    assert w.status.dpd_sent == 1


def test_the_first_packet_after_a_long_silence_finds_a_dead_gateway_in_ten_seconds() -> None:
    w = asleep()
    w.freeze()
    w.wait(LONG_MS)
    began = w.now
    first_outbound(w)
    w.run(lambda: w.lines("Crypto tunnel is DOWN") != [], 25_000)
    assert w.now - began == 10_000
    assert w.informationals(began - 1)[:6] == [1, 2001, 4001, 6001, 8001, 10_001]


# --- for the other interpreter --------------------------------------------------------------------------------------------


def record() -> dict[str, object]:
    """Two answered probes, then silence, the verdict and half a minute of attempts."""
    w = Watched(PERIODIC + SIX_LINES)
    up = len(w.heard)
    w.answered()
    w.answered()
    w.freeze()
    w.run(lambda: w.lines("Crypto tunnel is DOWN") != [], 25_000)
    w.wait(30_000)
    return {"source": SOURCE, "client": ipv4_text(CLIENT), "until": w.now, "up": up, "received": w.heard}


def test_the_recorded_trace_is_up_to_date() -> None:
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(record()))


if __name__ == "__main__":
    FILE.write_text(json.dumps(record(), indent=1) + "\n")
