"""Attempts beside each other at one address: hints, ends, the winner."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import SessionDown
from ezvpn.ike.params import Attempt
from ezvpn.tunnel.ladder import Ladder

from .scene import GW1, START, settings


def started(room=16):
    endpoint = FakeEndpoint()
    endpoint.room = room
    given = settings()
    ladder = Ladder(endpoint)
    ladder.start(Attempt(GW1, None, (500, 4500), b"sales", given.key, (), initial_contact=False), given.phase1, START)
    return ladder, endpoint


def ended(ladder, endpoint, session, cause="no-answer", hint=0):
    endpoint.died(session)
    return ladder.down(SessionDown(session, "phase1", cause, hint, ""), START)


def test_the_template_is_kept_for_every_rung():
    ladder, endpoint = started()
    ladder.refused(1, 14, START)
    assert endpoint.attempts[2].initial_contact is False
    assert endpoint.attempts[2].group_name == b"sales"
    assert endpoint.attempts[2].transforms[0].group == 5


def test_a_hint_names_both_groups_once():
    ladder, _ = started()
    assert ladder.refused(1, 14, START) == (14, 5)
    assert ladder.refused(1, 14, START) is None
    assert ladder.refused(2, 14, START) == (5, 2)
    assert ladder.refused(3, 14, START) is None
    assert ladder.newest == 3


def test_a_refusal_without_a_hint_before_it_climbs_too():
    ladder, endpoint = started()
    assert ended(ladder, endpoint, 1, "no-proposal", 14) == (14, 5)
    assert ladder.newest == 2


def test_the_end_of_a_lower_rung_starts_nothing():
    ladder, endpoint = started()
    ladder.refused(1, 14, START)
    assert ended(ladder, endpoint, 1, "no-proposal", 14) is None
    assert ladder.newest == 2


def test_the_telling_end_is_the_verdict():
    ladder, endpoint = started()
    ladder.refused(1, 14, START)
    ended(ladder, endpoint, 1, "authentication")
    ended(ladder, endpoint, 2, "no-answer")
    assert ladder.newest == 0
    assert ladder.verdict[0] == "authentication"


def test_the_winner_sends_the_others_away():
    ladder, endpoint = started()
    ladder.refused(1, 14, START)
    ladder.won(2, START)
    assert endpoint.alive == [2]
    assert not ladder.owns(1)
    assert ladder.newest == 0


def test_a_core_without_room():
    ladder, _ = started(room=0)
    assert ladder.newest == 0
    assert ladder.verdict[0] == "busy"
    ladder, endpoint = started(room=1)
    assert ladder.refused(1, 14, START) is None
    assert ladder.newest == 1
