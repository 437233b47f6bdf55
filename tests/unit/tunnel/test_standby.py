"""`standby warm`: what is ready before the current peer dies."""

import pytest

from ezvpn.ike.events import PeerMoved, Rekey
from ezvpn.tunnel.standby import FIRST_LOOK_MS, FRESH_MS, REFRESH_MS

from .scene import GW1, GW2, Scene, config, settings

NAMED = (("10.2.80.209", False), ("two.example", False))
NUMBERS = (("10.2.80.209", False), ("10.2.80.210", False))


def up_without_login(s, session, peer=GW1):
    s.phase1_up(session, peer)
    s.configured(session)
    for call in list(s.endpoint.calls):
        if call[0] == "open_child" and call[1] == session:
            s.child_up(session, call[2])
    assert s.state == "IPSEC_ACTIVE"
    s.endpoint.take_calls()


def both_known(**fields):
    """Both gateways were used without XAUTH; the tunnel is up on the first (session 3)."""
    s = Scene(settings(NUMBERS, standby_warm=True, **fields))
    up_without_login(s, 1)
    s.down(1, "peer-dead", "up")
    up_without_login(s, 2, GW2)
    s.later(FIRST_LOOK_MS)
    return s


class TestNames:
    def test_the_next_one_is_resolved_ahead_and_dialled_without_a_lookup(self):
        s = Scene(settings(NAMED, standby_warm=True))
        s.up()
        assert s.resolves == []
        s.later(FIRST_LOOK_MS)
        assert [r.host for r in s.resolves] == ["two.example"]
        s.tunnel.resolved(s.resolves[0].ticket, [GW2], s.now)
        s.later(1000)
        s.down(1, "peer-dead", "up")
        assert len(s.resolves) == 1
        assert s.endpoint.attempts[2].peer == GW2

    def test_it_is_resolved_again_every_five_minutes(self):
        s = Scene(settings(NAMED, standby_warm=True))
        s.up()
        s.later(FIRST_LOOK_MS)
        for count in (2, 3):
            s.tunnel.resolved(s.resolves[-1].ticket, [GW1 if count == 2 else GW2], s.now)
            s.later(REFRESH_MS)
            assert len(s.resolves) == count
        s.tunnel.resolved(s.resolves[-1].ticket, [], s.now)  # the name server is away for a moment
        s.down(1, "peer-dead", "up")
        assert s.endpoint.attempts[2].peer == GW2

    def test_an_old_answer_is_not_used(self):
        s = Scene(settings(NAMED, standby_warm=True))
        s.up()
        s.later(FIRST_LOOK_MS)
        s.tunnel.resolved(s.resolves[-1].ticket, [GW2], s.now)
        s.later(FRESH_MS + 1)
        lookups = len(s.resolves)
        s.down(1, "peer-dead", "up")
        assert len(s.resolves) == lookups + 1, "resolved at the attempt, as without standby"

    def test_without_standby_nothing_is_looked_at(self):
        s = Scene(settings(NAMED))
        s.up()
        s.later(3600000)
        assert s.resolves == []

    def test_an_answer_that_comes_when_the_tunnel_is_down_is_dropped(self):
        s = Scene(settings(NAMED, standby_warm=True, connect="manual"))
        s.tunnel.connect(s.now)
        s.up()
        s.later(FIRST_LOOK_MS)
        s.tunnel.clear(s.now)
        s.drain()
        s.endpoint.take_calls()
        s.tunnel.resolved(s.resolves[0].ticket, [GW2], s.now)
        assert s.endpoint.calls == []

    def test_one_gateway_has_no_next(self):
        s = Scene(settings(standby_warm=True))
        s.up()
        s.later(3600000)
        assert s.resolves == [] and s.connects() == []


class TestPhase1:
    def test_where_nobody_logged_in_it_is_kept_up_and_quick_mode_follows_at_once(self):
        s = both_known()
        assert s.connects() == [("connect", 3, 14)], "at the first gateway, beside the one in use"
        s.phase1_up(3)
        s.configured(3)
        assert (s.state, s.tunnel.session, s.plane[-1]) == ("IPSEC_ACTIVE", 2, "attach")
        s.endpoint.take_calls()
        s.down(2, "peer-dead", "up")
        assert s.endpoint.take_calls() == [("open_child", 3, 3, 0, 0)], "no phase 1, no Mode Config"
        s.child_up(3, 3)
        assert (s.state, s.tunnel.peer_address) == ("IPSEC_ACTIVE", GW1)
        assert "phase 1 with gateway 10.2.80.209 was ready" in [args[1] for args in s.said("EZVPN_NOTE")]

    def test_not_where_a_log_in_was_needed(self):
        s = Scene(settings(NUMBERS, standby_warm=True))
        s.up()
        s.down(1, "peer-dead", "up")
        up_without_login(s, 2, GW2)
        s.later(3600000)
        assert s.connects() == []

    def test_one_that_asks_after_all_is_closed_and_not_tried_again(self):
        s = both_known()
        s.phase1_up(3)
        s.asks(3)
        assert s.endpoint.calls[-1] == ("close", 3)
        assert s.tunnel.prompt() is None
        s.later(3600000)
        assert len(s.connects()) == 1

    @pytest.mark.parametrize("end", ["down", "rekey"])
    def test_one_that_ended_is_made_again_at_the_next_look(self, end):
        s = both_known()
        s.phase1_up(3)
        s.configured(3)
        if end == "down":
            s.down(3, "peer-dead", "up")
        else:
            s.event(Rekey(3, "phase1", 0))
        s.later(REFRESH_MS)
        assert s.connects()[-1] == ("connect", 4, 14)
        s.down(2, "peer-dead", "up")
        assert s.connects()[-1] == ("connect", 5, 14), "half made is of no use"
        assert ("close", 4) in s.endpoint.calls

    def test_it_goes_with_the_tunnel(self):
        for stop in (
            lambda s: s.tunnel.close(s.now),
            lambda s: s.tunnel.interface(False, s.now),
            lambda s: s.tunnel.clear(s.now),
            lambda s: s.tunnel.configure(settings(NUMBERS), False, s.now),
        ):
            s = both_known()
            stop(s)
            s.drain()
            assert ("close", 3) in s.endpoint.calls and s.tunnel.warm == 0

    def test_manual_does_not_hold_one_while_it_waits_for_the_command(self):
        s = Scene(settings(NUMBERS, standby_warm=True, connect="manual"))
        s.tunnel.connect(s.now)
        up_without_login(s, 1)
        s.down(1, "peer-dead", "up")
        s.tunnel.connect(s.now)
        up_without_login(s, 2, GW2)
        s.later(FIRST_LOOK_MS)
        assert s.tunnel.warm == 3
        s.down(2, "deleted-by-peer", "up")
        assert (s.state, s.tunnel.warm) == ("CONNECT_REQUIRED", 0)

    def test_another_list_of_gateways(self):
        s = both_known()
        s.tunnel.configure(settings((*NUMBERS[1:], ("10.2.80.211", False)), standby_warm=True), False, s.now)
        s.later(FIRST_LOOK_MS)
        assert ("close", 3) in s.endpoint.calls

    def test_no_room_in_the_core(self):
        s = Scene(settings(NUMBERS, standby_warm=True))
        up_without_login(s, 1)
        s.down(1, "peer-dead", "up")
        up_without_login(s, 2, GW2)
        s.endpoint.room = 1
        s.later(FIRST_LOOK_MS)
        assert s.tunnel.warm == 0 and s.state == "IPSEC_ACTIVE"

    def test_its_events_are_nobody_elses(self):
        s = both_known()
        assert s.tunnel.owns(3)
        s.configured(3, config(address=b"\x0a\x63\x09\x09"))
        s.event(PeerMoved(3, GW1, 4500))
        assert s.tunnel.config.address == config().address
