"""Each message of the negotiation lost once, doubled, or delayed: both sides still end with one pair of SAs.

Virtual clock; the peer is the practice gateway. The lossy real link is in tests/interop.
"""

import pytest
from doubles.handshake import Handshake

from ezvpn.ike.events import ChildUp, SessionDown

# AM1 AM2 AM3 | REQUEST, INITIAL-CONTACT, REPLY, SET, ACK | REQUEST, REPLY | Q1 Q2 Q3
MESSAGES = 13


def both_up(h: Handshake) -> bool:
    return bool(h.said(ChildUp)) and any(isinstance(e, ChildUp) for e in h.gateway_events)


def finish(h: Handshake) -> None:
    """Deliver and let time pass until both sides have their pair, at most two minutes of it."""
    start = h.now
    h.run()
    while not both_up(h):
        assert h.jump(), "nobody waits for anything"
        assert h.now - start < 120_000, "no convergence"
        h.run()


def assert_one_pair(h: Handshake) -> None:
    ups = h.said(ChildUp)
    theirs = [e for e in h.gateway_events if isinstance(e, ChildUp)]
    assert len(ups) == 1 and len(theirs) == 1
    assert (ups[0].spi_in, ups[0].spi_out) == (theirs[0].spi_out, theirs[0].spi_in)
    assert (ups[0].key_in, ups[0].key_out) == (theirs[0].key_out, theirs[0].key_in)
    assert not h.said(SessionDown)


def test_the_negotiation_has_as_many_messages_as_this_file_thinks() -> None:
    h = Handshake()
    h.run()
    assert len(h.seen) == MESSAGES
    assert_one_pair(h)


@pytest.mark.parametrize("number", range(MESSAGES))
def test_one_message_lost(number: int) -> None:
    h = Handshake()
    while len(h.seen) < number:
        assert h.step()
    h.flying.pop(0)  # the one that is lost
    finish(h)
    assert_one_pair(h)


@pytest.mark.parametrize("number", range(MESSAGES))
def test_one_message_doubled(number: int) -> None:
    h = Handshake()
    while len(h.seen) < number:
        assert h.step()
    h.flying.insert(0, h.flying[0])
    finish(h)
    assert_one_pair(h)


@pytest.mark.parametrize("number", range(MESSAGES))
def test_one_message_comes_again_at_the_end(number: int) -> None:
    h = Handshake()
    h.run()
    h.deliver(h.seen[number])
    h.run()
    assert_one_pair(h)


@pytest.mark.parametrize("number", range(MESSAGES))
def test_one_message_overtaken_by_a_repetition(number: int) -> None:
    """The message is so late that its sender repeats it; then the late one arrives too."""
    h = Handshake()
    while len(h.seen) < number:
        assert h.step()
    late = h.flying.pop(0)
    for _ in range(3):
        h.run()
        h.jump()
    h.deliver(late)
    finish(h)
    assert_one_pair(h)
