"""While a tunnel is up: phase 1 renewed beside the one in use, and time without traffic.

Rekey --> connect 2 beside 1 --> XAUTH, Mode Config --> quick modes under 2 --> pairs of 1 go, 1 goes
"""

import pytest

from ezvpn.ike.events import Rekey, XauthResult
from ezvpn.ike.params import Keepalive
from ezvpn.record import Secret
from ezvpn.tunnel.beside import AGAIN_MS, PASSED_MS

from .scene import GW1, PASSCODE, PASSWORD, USER_NAME, Scene, config, settings

TWO = ((10, 1, 0, 0), (10, 2, 0, 0))
TYPED = [(USER_NAME, "bob"), (PASSWORD, Secret("typed-secret"))]
PEERS = (("10.2.80.209", False), ("10.2.80.210", True))


def renewing(s, given=None):
    """Up, and phase 1 is being renewed; the session beside."""
    s.up(given)
    s.event(Rekey(1, "phase1", 0))
    return 2


def taken_over(s):
    """... until the new one is in use."""
    beside = renewing(s)
    s.phase1_up(beside)
    s.asks(beside)
    s.result(beside, True)
    s.endpoint.take_calls()
    s.configured(beside)
    return beside


class TestPhase1:
    def test_the_new_one_asks_for_our_address_and_leaves_the_old_one_alone(self):
        s = Scene()
        beside = renewing(s)
        attempt = s.endpoint.attempts[beside]
        assert (attempt.peer, attempt.address, attempt.initial_contact) == (GW1, config().address, False)
        assert s.endpoint.calls[-1] == ("connect", 2, 14)
        s.phase1_up(beside)
        s.asks(beside)
        assert s.endpoint.calls[-1][:2] == ("answer_xauth", beside)
        s.result(beside, True)
        assert (s.state, s.tunnel.session, s.plane) == ("IPSEC_ACTIVE", 1, ["attach"])

    def test_the_status_has_both_until_one_is_left(self):
        s = Scene()
        assert s.tunnel.status(s.now).beside == ()
        beside = renewing(s)
        status = s.tunnel.status(s.now)
        assert (status.phase1.session, [other.session for other in status.beside]) == (1, [beside])
        s.phase1_up(beside)
        s.asks(beside)
        s.result(beside, True)
        s.configured(beside)
        status = s.tunnel.status(s.now)
        assert (status.phase1.session, [other.session for other in status.beside]) == (beside, [1])

    def test_another_keepalive_is_told_to_both(self):
        s = Scene()
        beside = renewing(s)
        s.endpoint.take_calls()
        keepalive = Keepalive(10, 2, True)
        s.tunnel.configure(settings(keepalive=keepalive), False, s.now)
        assert s.endpoint.take_calls() == [("set_keepalive", n, keepalive) for n in (1, beside)]

    def test_all_pairs_move_then_the_old_ones_go_then_the_old_session(self):
        s = Scene()
        s.up(config(*TWO))
        s.event(Rekey(1, "phase1", 0))
        s.phase1_up(2)
        s.asks(2)
        s.result(2, True)
        s.endpoint.take_calls()
        s.configured(2, config(*TWO))
        assert s.endpoint.take_calls() == [
            ("set_keepalive", 1, None),
            ("open_child", 2, 3, 0, 0),
            ("open_child", 2, 4, 0, 0),
        ]
        s.child_up(2, 3)
        assert s.endpoint.calls == []
        s.child_up(2, 4)
        assert s.endpoint.take_calls() == [("retire", 1)]
        s.child_down(1, 1, "replaced")
        s.child_down(1, 2, "replaced")
        assert (s.state, s.tunnel.spis()) == ("IPSEC_ACTIVE", [0x1003, 0x1004])
        s.later(PASSED_MS)
        assert ("close", 1) in s.endpoint.calls
        assert (s.plane, s.said("EZVPN_CONNECTION_DOWN"), s.tunnel.beside.previous) == (["attach"], [], 0)

    def test_a_pair_that_the_gateway_renewed_under_the_old_one_goes_with_it(self):
        s = Scene()
        beside = taken_over(s)
        s.child_up(beside, 2)
        s.child_up(1, 3, replaces=1)  # its own renewal crossed ours
        s.child_down(1, 1, "replaced")
        s.later(PASSED_MS)
        assert ("close", 1) in s.endpoint.calls
        s.child_down(1, 3, "closed")
        s.down(1, "replaced", "up")
        assert (s.state, s.tunnel.spis()) == ("IPSEC_ACTIVE", [0x1002])

    def test_what_the_old_one_says_afterwards_is_of_no_weight(self):
        s = Scene()
        beside = taken_over(s)
        s.event(Rekey(1, "phase1", 0))
        s.down(1, "peer-dead", "up")
        assert (s.state, s.tunnel.session) == ("IPSEC_ACTIVE", beside)
        s.down(beside, "peer-dead", "up")
        assert s.state == "READY"

    def test_pairs_that_the_gateway_deletes_with_the_old_one_are_awaited_under_the_new_one(self):
        s = Scene()
        beside = taken_over(s)
        s.child_down(1, 1, "closed")
        s.down(1, "deleted-by-peer", "up")
        assert s.state == "SS_OPEN"
        s.child_up(beside, 2)
        assert s.state == "IPSEC_ACTIVE"
        assert s.said("EZVPN_CONNECTION_DOWN") == []

    def test_another_address_ends_in_a_reconnect(self):
        s = Scene()
        beside = renewing(s)
        s.phase1_up(beside)
        s.configured(beside, config(address=b"\x0a\x63\0\x08"))
        assert s.tunnel.reason == "closed: the gateway assigned another address"
        assert s.plane == ["attach", "detach"]
        assert [call for call in s.endpoint.calls if call[0] == "close"] == [("close", beside), ("close", 1)]

    def test_other_networks_are_opened_and_those_that_went_are_closed(self):
        s = Scene()
        s.up(config(*TWO))
        s.event(Rekey(1, "phase1", 0))
        s.phase1_up(2)
        s.endpoint.take_calls()
        s.configured(2, config(TWO[1], (10, 3, 0, 0)))
        assert s.plane == ["attach", "attach"]
        assert s.endpoint.take_calls()[1:] == [
            ("open_child", 2, 3, 0, 0),
            ("open_child", 2, 4, 0, 0),
            ("close_child", 1, 1),
            ("close_child", 2, 3),
            ("open_child", 2, 5, 0, 0),
        ]

    def test_one_that_fails_is_tried_again_and_the_tunnel_lives_on(self):
        s = Scene()
        beside = renewing(s)
        s.down(beside)
        s.endpoint.take_calls()
        assert s.state == "IPSEC_ACTIVE"
        s.later(AGAIN_MS + 1000)
        assert s.connects() == [("connect", 3, 14)]
        s.down(1, "lifetime", "up")
        assert s.state == "READY", "its end came first: a plain reconnect"
        assert ("close", 3) in s.endpoint.calls

    def test_no_room_in_the_core_is_a_reason_to_wait(self):
        s = Scene()
        s.up()
        s.endpoint.room = 1
        s.event(Rekey(1, "phase1", 0))
        s.endpoint.room = 16
        s.later(AGAIN_MS + 1000)
        assert s.connects() == [("connect", 2, 14)]

    def test_before_the_tunnel_is_up_there_is_nothing_to_renew(self):
        s = Scene()
        s.phase1_up(1)
        s.endpoint.take_calls()
        s.event(Rekey(1, "phase1", 0))
        assert s.endpoint.calls == []

    def test_a_quick_mode_that_fails_under_the_new_one_leaves_the_old_pair_its_time(self):
        s = Scene()
        beside = taken_over(s)
        s.child_failed(beside, 2)
        assert ("retire", 1) in s.endpoint.calls
        s.child_down(1, 1, "replaced")
        s.later(1000)
        assert s.endpoint.calls[-1] == ("open_child", beside, 3, 0, 0)

    def test_two_in_a_hurry(self):
        s = Scene()
        beside = taken_over(s)
        s.child_up(beside, 2)
        s.event(Rekey(beside, "phase1", 0))
        s.phase1_up(3)
        s.configured(3)
        assert ("close", 1) in s.endpoint.calls
        assert s.tunnel.beside.previous == beside

    def test_a_pair_that_the_gateway_still_makes_under_the_old_one_is_let_go_too(self):
        s = Scene()
        beside = taken_over(s)
        s.child_up(beside, 2)
        s.later(20000)
        s.endpoint.take_calls()
        s.child_up(1, 9, replaces=1)
        assert s.endpoint.take_calls() == [("retire", 1)]
        assert (s.tunnel.spis(), s.tunnel.flows.spis()) == ([0x1002], [0x1009, 0x1001, 0x1002])
        s.later(PASSED_MS)
        assert ("close", 1) in s.endpoint.calls
        assert (s.state, s.tunnel.flows.spis()) == ("IPSEC_ACTIVE", [0x1002]), "whatever stood under it went with it"

    def test_the_only_pair_goes_with_the_old_one(self):
        s = Scene()
        beside = taken_over(s)
        s.child_failed(beside, 2)
        s.later(PASSED_MS)
        assert (s.state, s.tunnel.spis()) == ("SS_OPEN", [])
        s.later(1000)
        s.child_up(beside, s.endpoint._next_child - 1)
        assert s.state == "IPSEC_ACTIVE"


class TestCredentials:
    def test_what_was_typed_is_given_again_while_the_tunnel_is_up(self):
        s = Scene(settings(username="", password=None))
        s.phase1_up(1)
        s.asks(1)
        s.tunnel.answer_xauth(TYPED, s.now)
        s.result(1, True)
        s.configured(1)
        s.child_up(1, 1)
        s.event(Rekey(1, "phase1", 0))
        s.phase1_up(2)
        s.asks(2)
        assert s.endpoint.calls[-1] == ("answer_xauth", 2, [(USER_NAME, "bob"), (PASSWORD, "typed-secret")])
        s.tunnel.clear(s.now)
        s.phase1_up(3)
        s.asks(3)
        assert s.state == "XAUTH_PROMPT", "a new connection asks anew"

    def test_a_token_is_asked_for_in_time(self):
        s = Scene(settings(username="", password=None))
        s.phase1_up(1)
        s.asks(1, (USER_NAME, PASSCODE))
        s.tunnel.answer_xauth([(USER_NAME, "bob"), (PASSCODE, "1")], s.now)
        s.result(1, True)
        s.configured(1)
        s.child_up(1, 1)
        s.event(Rekey(1, "phase1", 0))
        s.phase1_up(2)
        s.asks(2, (USER_NAME, PASSCODE))
        assert s.state == "IPSEC_ACTIVE" and s.tunnel.prompt() is not None
        assert len(s.said("EZVPN_XAUTH")) == 2
        assert s.tunnel.answer_xauth([(USER_NAME, "bob"), (PASSCODE, "2")], s.now) == ""
        assert s.endpoint.calls[-1] == ("answer_xauth", 2, [(USER_NAME, "bob"), (PASSCODE, "2")])

    def test_nobody_there_in_time_and_the_question_goes(self):
        s = Scene(settings(username="", password=None))
        s.phase1_up(1)
        s.configured(1)
        s.child_up(1, 1)
        s.event(Rekey(1, "phase1", 0))
        s.phase1_up(2)
        s.asks(2)
        s.down(2, "xauth-timeout", "xauth")
        assert (s.state, s.tunnel.prompt()) == ("IPSEC_ACTIVE", None)
        assert s.tunnel.deadline() is not None

    def test_a_rejection_is_not_repeated(self):
        s = Scene()
        beside = renewing(s)
        s.phase1_up(beside)
        s.asks(beside)
        s.event(XauthResult(beside, False, ""))
        s.down(beside, "xauth-failed", "xauth")
        assert s.said("EZVPN_WARNING")[-1][1] == "phase 1 is not renewed: the gateway rejected the user"
        assert s.state == "IPSEC_ACTIVE"
        s.endpoint.take_calls()
        s.later(24 * 3600000)
        assert s.connects() == []

    def test_refused_without_anybody_to_ask(self):
        s = Scene(settings(xauth_mode="local"))
        beside = renewing(s)
        s.phase1_up(beside)
        s.asks(beside, (USER_NAME, PASSCODE))
        assert s.endpoint.calls[-1] == ("refuse_xauth", beside)
        assert (s.state, s.tunnel.session) == ("IPSEC_ACTIVE", 1)


class TestIdleTime:
    @pytest.mark.parametrize(("connect", "state"), [("auto", "READY"), ("manual", "CONNECT_REQUIRED")])
    def test_no_packet_for_its_time_takes_the_tunnel_down(self, connect, state):
        s = Scene(settings(idletime_s=60, connect=connect))
        s.tunnel.connect(s.now)
        s.up()
        s.later(59999)
        assert s.state == "IPSEC_ACTIVE"
        s.later(1)
        assert (s.state, s.tunnel.cause) == (state, "idle")
        assert s.sentences() == [], "no failure"
        note = "no traffic for 60 s: the tunnel to gateway 10.2.80.209 is taken down"
        assert note in [args[1] for args in s.said("EZVPN_NOTE")]
        assert (len(s.said("EZVPN_CONNECTION_DOWN")), s.plane) == (1, ["attach", "detach"])

    def test_the_plane_is_asked_at_the_earliest_possible_end_only(self):
        s = Scene(settings(idletime_s=100))
        s.up()
        looks = s.looks
        start = s.now
        s.last_packet = start + 70000
        s.later(100000)
        assert s.looks == looks + 1
        s.later(69999)
        assert (s.looks, s.state) == (looks + 1, "IPSEC_ACTIVE")
        s.later(1)
        assert (s.looks, s.state, s.now) == (looks + 2, "READY", start + 170000)

    def test_back_to_the_primary(self):
        s = Scene(settings(PEERS, idletime_s=60))
        s.down(1)  # the primary is silent
        s.up()
        assert s.tunnel.status(s.now).peer == "10.2.80.209"
        s.later(60000)
        assert s.endpoint.attempts[3].peer == bytes([10, 2, 80, 210])

    def test_changed_while_up(self):
        s = Scene()
        s.up()
        s.later(3600000)
        s.last_packet = s.now - 30000
        s.tunnel.configure(settings(idletime_s=60), False, s.now)
        s.drain()
        s.later(29999)
        assert s.state == "IPSEC_ACTIVE"
        s.tunnel.configure(settings(), False, s.now)
        s.drain()
        s.later(3600000)
        assert s.state == "IPSEC_ACTIVE", "taken back"

    def test_what_passed_under_a_pair_that_was_renewed_counts(self):
        s = Scene(settings(idletime_s=60))
        s.up()
        s.later(50000)
        s.last_packet = s.now - 1000
        s.tunnel.rekey(0x1001, s.now)
        s.child_up(1, 2, replaces=1)
        s.last_packet = None  # nothing under the new one
        s.later(58999)
        assert s.state == "IPSEC_ACTIVE"
        s.later(1)
        assert s.state == "READY"
