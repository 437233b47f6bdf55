"""Entries with the same peer and their ISAKMP SAs: who waits for whose call, and who ends what."""

import pytest
from doubles.endpoint import FakeEndpoint

from ezvpn.ike.params import Attempt, MainAttempt
from ezvpn.record import Secret
from ezvpn.tunnel.shares import Shares
from unit.tunnel.test_crypto_map import ONE, POLICY, START, TWO

REQUEST = Attempt(ONE, None, (500, 4500), b"", Secret("k"), ())
REQUEST.pfs_group = 0


def attempt(peer: bytes = ONE, key: str = "k") -> MainAttempt:
    return MainAttempt(peer, None, (500, 4500), Secret(key), (POLICY,))


class Scene:
    def __init__(self):
        self.endpoint = FakeEndpoint()
        self.shares = Shares(self.endpoint)
        self.a, self.b = self.shares.view("a"), self.shares.view("b")

    def took(self, *commands):
        return [call for call in self.endpoint.take_calls() if call[0] in commands]


@pytest.fixture
def scene():
    return Scene()


def both(scene):
    """One session that both use, with a pair of each."""
    session = scene.a.connect(attempt(), START)
    assert scene.b.connect(attempt(), START) == session
    assert scene.shares.stands(session)
    children = [view.open_child(session, REQUEST, START) for view in (scene.a, scene.b)]
    assert [scene.shares.owner(session, child) for child in children] == ["a", "b"]
    scene.endpoint.take_calls()
    return session, *children


def test_a_call_that_is_under_way_is_waited_for(scene):
    session = scene.a.connect(attempt(), START)
    assert scene.b.connect(attempt(), START) == session
    assert scene.b.connect(attempt(TWO), START) != session
    assert scene.b.connect(attempt(key="another"), START) != session
    assert scene.a.connect(attempt(), START) != session, "one's own call is no reason to wait"


def test_a_new_call_is_made_once_the_first_stands(scene):
    session = scene.a.connect(attempt(), START)
    assert scene.shares.stands(session) and not scene.shares.stands(session)
    assert scene.b.connect(attempt(), START) != session


def test_who_leaves_first_deletes_its_own_pairs_and_the_last_one_the_isakmp_sa(scene):
    session, of_a, of_b = both(scene)
    scene.a.close(session, START)
    assert scene.took("close", "close_child") == [("close_child", session, of_a)]
    assert scene.shares.owner(session, of_a) == ""
    scene.b.close(session, START)
    assert scene.took("close", "close_child") == [("close", session)]


def test_an_attempt_is_abandoned_by_the_last_one(scene):
    session = scene.a.connect(attempt(), START)
    scene.b.connect(attempt(), START)
    scene.b.abandon(session, START)
    assert scene.took("abandon") == []
    scene.a.abandon(session, START)
    assert scene.took("abandon") == [("abandon", session)]


def test_only_ones_own_pairs_are_retired(scene):
    session, of_a, _ = both(scene)
    scene.a.retire(session, START)
    assert scene.took("retire") == [("retire", session, [of_a])]
    scene.b.close(session, START)
    scene.a.retire(session, START)
    assert scene.took("retire") == [("retire", session)]


def test_an_isakmp_sa_stays_for_a_pair_of_somebody_who_does_not_use_it_otherwise(scene):
    session = scene.a.connect(attempt(), START)
    scene.shares.stands(session)
    scene.shares.take(session, 5, "b")
    scene.a.close(session, START)
    assert scene.took("close") == []
    scene.shares.gone(session, 5, START)
    assert scene.took("close") == [("close", session)]
    assert scene.shares.owner(session, 5) == ""


def test_nothing_is_kept_of_a_session_that_ended(scene):
    session, of_a, of_b = both(scene)
    scene.shares.ended(session)
    assert [scene.shares.owner(session, child) for child in (of_a, of_b)] == ["", ""]
    scene.shares.gone(session, of_a, START)
    assert scene.took("close") == []


def test_the_other_verbs_are_the_endpoints(scene):
    session = scene.a.connect(attempt(), START)
    scene.endpoint.take_calls()
    scene.a.set_keepalive(session, None, START)
    scene.a.prepare(14, START)
    assert scene.a.probe(session, START) is False
    scene.a.close_child(session, 3, START)
    assert scene.endpoint.take_calls() == [
        ("set_keepalive", session, None),
        ("prepare", 14),
        ("probe", session),
        ("close_child", session, 3),
    ]
    assert scene.a.status(session, START).session == session
