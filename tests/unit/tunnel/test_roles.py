"""The table of heard events: every method exists, and what has no row is late or of no interest."""

import pytest

from ezvpn.ike.events import ChildDown, PeerAlive, Phase1Up
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.roles import HEARD, Role

from .scene import Scene

ROLES = [value for name, value in vars(Role).items() if not name.startswith("_")]


def test_every_role_has_its_rows_and_every_row_its_method():
    assert sorted(HEARD) == sorted(ROLES)
    for rows in HEARD.values():
        assert all(callable(getattr(EasyVpn, method)) for method in rows.values())


@pytest.mark.parametrize("role", ROLES)
def test_no_role_hears_what_the_one_in_use_does_not(role):
    assert set(HEARD[role]) <= set(HEARD[Role.IN_USE])


def test_an_attempt_is_heard_until_phase_1_stands():
    s = Scene()
    s.event(PeerAlive(1, True, None))
    assert s.tunnel.stale == 1
    s.phase1_up(1)
    s.event(PeerAlive(1, True, None))
    assert s.tunnel.stale == 1


def test_a_session_that_was_given_up_is_counted_and_changes_nothing():
    s = Scene()
    s.up()
    s.tunnel.clear(s.now)
    state = s.state
    s.phase1_up(1)
    s.child_down(1, 1)
    s.down(1)
    assert (s.state, s.tunnel.stale) == (state, 3)


def test_the_previous_one_tells_of_its_pairs_only():
    heard = HEARD[Role.PREVIOUS]
    assert ChildDown in heard and Phase1Up not in heard and PeerAlive not in heard
    assert list(HEARD[Role.CLOSING]) == [ChildDown]
