"""The table: every row leads somewhere, every action exists, what has no row is ignored and counted."""

import pytest

from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.states import AGAIN, INPUTS, STATES, TRANSITIONS

from .scene import Scene, settings

ROWS = sorted(TRANSITIONS)


@pytest.mark.parametrize("row", ROWS)
def test_rows_are_made_of_known_words(row):
    state, what = row
    target, action = TRANSITIONS[row]
    assert state in STATES and what in INPUTS
    assert target in STATES or target == AGAIN
    assert not action or hasattr(EasyVpn, "_do_" + action)


def test_every_state_can_be_left_and_reached():
    assert {state for state, _ in TRANSITIONS} == set(STATES)
    reached = {target for target, _ in TRANSITIONS.values()} | {"READY", "CONNECT_REQUIRED"}
    assert reached - {AGAIN} == set(STATES)


def test_every_connected_state_can_be_torn_down():
    for state in STATES[3:]:
        for what in ("RESET", "CONN_DOWN", "INTERFACE_DOWN", "CONFIG_INCOMPLETE", "IP_CHANGED"):
            assert (state, what) in TRANSITIONS


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", INPUTS)
def test_what_has_no_row_is_counted_and_changes_nothing(state, what):
    if (state, what) in TRANSITIONS:
        return
    s = Scene(settings(connect="manual"))
    s.tunnel.state = state
    s.tunnel._fire(what, s.now)
    assert s.tunnel.state == state
    assert s.tunnel.ignored == {what: 1}
    assert s.tunnel.output() is None
