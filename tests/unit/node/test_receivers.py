"""Whom an event is for, where two entries have the same peer."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import ChildDown, ChildUp, Phase1Up, SessionDown
from ezvpn.node.receivers import received, receivers
from ezvpn.tunnel.shares import Shares
from unit.tunnel.test_crypto_map import LINES, ONE, OTHER_LINES, POLICY, START, Entry


class Two:
    """m-10 and m-20, both with the peer 10.0.0.1."""

    def __init__(self):
        self.endpoint = FakeEndpoint()
        self.shares = Shares(self.endpoint)
        self.one = Entry(endpoint=self.shares.view("m-10"))
        self.two = Entry(name="m-20", lines=OTHER_LINES, endpoint=self.shares.view("m-20"))

    def heard(self, event):
        """Names of whom it was for; they were told."""
        if isinstance(event, SessionDown):
            self.endpoint.died(event.session)
        tunnels = receivers(event, [self.one.tunnel, self.two.tunnel], self.shares, START)
        for entry in (self.one, self.two):
            if entry.tunnel in tunnels:
                entry.tell(event)
        received(event, self.shares, START)
        return [tunnel.name for tunnel in tunnels]

    def stands(self, session):
        return self.heard(Phase1Up(session, ONE, 500, POLICY, False, False, True, False, False, "10.0.0.1", 86400))

    def pair(self, session, child, line):
        keys = [bytearray(4) for _ in range(4)]
        esp = self.one.given.esp[0]
        spis = (0x1000 + child, 0x2000 + child)
        return self.heard(ChildUp(session, child, 0, *spis, esp, *keys, *line, False, ONE, 500, 0, 3600, 0))


def test_one_call_stands_for_both_entries_and_each_pair_is_for_one():
    s = Two()
    assert [call[0] for call in s.endpoint.take_calls()] == ["connect"]
    assert s.stands(1) == ["m-10", "m-20"]
    opened = [call[2] for call in s.endpoint.take_calls() if call[0] == "open_child"]
    assert len(opened) == 3
    assert s.pair(1, opened[0], LINES[0]) == ["m-10"]
    assert s.pair(1, opened[2], OTHER_LINES[0]) == ["m-20"]
    # what the peer asks for by itself, and what nobody has
    assert s.pair(1, 77, OTHER_LINES[0]) == ["m-20"]
    assert s.pair(1, 78, (LINES[0][1], LINES[0][0])) == []
    assert s.heard(ChildDown(1, 77, 0x1000 + 77, 0x2000 + 77, "lifetime")) == ["m-20"]
    assert s.heard(SessionDown(1, "up", "peer-dead", 0, "")) == ["m-10", "m-20"]


def test_an_entry_without_a_session_joins_the_next_one_that_stands():
    s = Two()
    s.endpoint.take_calls()
    s.heard(SessionDown(1, "phase1", "no-answer", 0, ""))
    s.one.later(10_000)
    (call,) = [call for call in s.endpoint.take_calls() if call[0] == "connect"]
    assert s.stands(call[1]) == ["m-10", "m-20"]
    assert len([call for call in s.endpoint.take_calls() if call[0] == "open_child"]) == 3
