"""`debug crypto isakmp` of a watched peer, beside the log that Cisco prints: the same lines in the same order.

Compared are shapes (doubles/seed_log.py).
"""

from __future__ import annotations

import re

import pytest
from doubles.device import SIX_LINES, World, gateway
from doubles.seed_log import printed, shape

from ezvpn.log import Debug

KEEPALIVE = "crypto isakmp keepalive 10 2 periodic\n"
# of those that are answered the last four are still remembered when the peer is given up
ANSWERED = 6


class Watched(World):
    """A device that debugs IKE, up and watched by its peer-to-be-frozen."""

    def __init__(self) -> None:
        super().__init__(gateway())
        self.node.debugging.switch(Debug.ISAKMP)
        self.configure(KEEPALIVE + SIX_LINES)
        self.up()

    def lines(self) -> list[str]:
        """What IOS has too: neither what Easy VPN says of itself nor what becomes of the next attempt."""
        found = [text[0] for text in self.device.ordered("log")]
        return [text for text in found if "%" not in text or "SESSION_STATUS" in text]

    def shapes(self) -> list[str]:
        return [shape(line) for line in self.lines()]

    def answered(self, probes: int) -> None:
        before = self.count("R_U_THERE_ACK received")
        self.run(lambda: self.count("R_U_THERE_ACK received") == before + probes)

    def count(self, words: str) -> int:
        return len([line for line in self.lines() if words in line])

    def freeze(self) -> None:
        self.gateways[0].core.receive = lambda view, now, source: None  # type: ignore[attr-defined]


@pytest.fixture
def w() -> Watched:
    return Watched()


def ms(line: str) -> int:
    hours, minutes, seconds = line.split(": ", 1)[0].split(":")
    return (int(hours) * 60 + int(minutes)) * 60000 + round(float(seconds) * 1000)


def test_dead_peer_detection_is_told(w: Watched) -> None:
    (expected,) = printed()["DPD is negotiated"]
    assert w.shapes().count(expected) == 1


def test_a_probe_and_its_answer(w: Watched) -> None:
    expected = printed()["a probe"] + printed()["its answer"]
    w.wait(9000)  # quick 3 is not repeated any more
    begin = len(w.lines())
    w.answered(1)
    assert w.shapes()[begin] == "ISAKMP: set new node NODE to QM_IDLE", "the printed log begins after this line"
    assert w.shapes()[begin + 1 :] == expected


def test_the_message_id_is_the_same_from_send_to_purge_and_from_receive_to_delete(w: Watched) -> None:
    w.wait(9000)
    begin = len(w.lines())
    w.answered(1)
    ids = [re.findall(r"(?:node|message ID =) (-?\d+)", line) for line in w.lines()[begin:]]
    told = [found[0] for found in ids if found]
    assert told == [told[0]] * 2 + [told[2]] * 4
    assert all(-(2**31) <= int(id) < 2**31 for id in told)


def test_a_peer_that_falls_silent(w: Watched) -> None:
    expected = printed()["a peer that falls silent"]
    w.answered(ANSWERED)
    w.freeze()
    begin = len(w.lines())
    w.run(lambda: w.count("beginning Aggressive Mode exchange") == 2)
    lines = w.lines()[begin:]
    first = [shape(line) for line in lines].index(expected[0])
    assert [shape(line) for line in lines][first : first + len(expected)] == expected
    assert "beginning Aggressive Mode" in lines[first + len(expected)], "and the next attempt begins"
    # expiries at +2, +4, +6, +8 s, the verdict at +10 s
    start = ms(lines[first])
    assert [ms(line) - start for line in lines if "error counter" in line] == [2000, 4000, 6000, 8000, 10000]


def test_nothing_is_told_while_nobody_debugs() -> None:
    w = World(gateway())
    w.configure(KEEPALIVE + SIX_LINES)
    w.up()
    w.wait(30000)
    assert w.node.log.debugging == 0
    assert not [line for line in w.device.log() if line.startswith("ISAKMP")]
