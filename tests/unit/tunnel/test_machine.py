"""How a tunnel moves: groups, peers, waits; and whatever happens in whatever order, it always waits for something."""

import pytest
from hypothesis import given as each
from hypothesis import settings as options
from hypothesis import strategies as st

from ezvpn.ike.events import Rekey
from ezvpn.record import Secret

from .scene import GW1, GW2, PASSWORD, USER_NAME, Scene, config, settings

NET_A, NET_B = (10, 1, 0, 0), (10, 2, 0, 0)
BOTH = (("10.2.80.209", False), ("10.2.80.210", False))


class TestGroups:
    def test_a_hint_starts_the_next_group_beside_and_the_first_answer_wins(self):
        s = Scene()
        s.hint(1)
        assert s.connects() == [("connect", 1, 14), ("connect", 2, 5)]
        assert s.endpoint.alive == [1, 2]
        s.hint(1)  # said twice: nothing new
        s.hint(2)
        assert s.endpoint.take_calls()[-1] == ("connect", 3, 2)
        # the answer to the first offer was only late: the hint was forged
        s.phase1_up(1)
        assert s.endpoint.take_calls() == [("abandon", 2), ("abandon", 3)]
        assert s.tunnel.owns(1) and not s.tunnel.owns(2)

    def test_the_group_that_worked_is_tried_first_next_time(self):
        s = Scene()
        s.hint(1)
        s.phase1_up(2, group=5)
        s.tunnel.clear(s.now)
        assert s.connects()[-1] == ("connect", 3, 5)
        s.hint(3)
        assert s.connects()[-1] == ("connect", 4, 14)

    def test_no_common_proposal_ends_when_all_attempts_have_ended(self):
        s = Scene()
        s.hint(1)
        s.hint(2)
        s.hint(3)
        s.down(1, hint=14)
        s.down(2, hint=14)
        assert s.sentences() == []
        s.down(3, hint=14)
        assert s.sentences() == [
            "gateway 10.2.80.209 accepts none of the offered phase 1 proposals: "
            "add a `crypto isakmp policy` that matches it"
        ]
        assert s.tunnel.cause == "no-proposal"
        assert s.wait() > 0

    def test_silence_goes_to_the_next_peer_not_to_the_next_group(self):
        s = Scene(settings(BOTH))
        s.down(1)
        assert s.endpoint.attempts[2].peer == GW2
        assert s.connects()[-1] == ("connect", 2, 14)
        assert s.wait() is None

    def test_other_hints_start_nothing(self):
        s = Scene()
        s.hint(1, notify=24)
        assert s.connects() == [("connect", 1, 14)]

    def test_a_core_without_room_is_a_reason_to_wait(self):
        s = Scene(settings(connect="manual"))
        s.endpoint.room = 0
        s.tunnel.connect(s.now)
        s.drain()
        assert s.state == "CONNECT_REQUIRED"
        assert s.tunnel.cause == "busy"


class TestPeersAndWaits:
    def test_a_failed_round_waits_two_seconds_then_doubles_to_a_minute(self):
        s = Scene(settings(BOTH))
        waits = []
        session = 1
        for _ in range(7):
            s.down(session)
            s.down(session + 1)
            waits.append(s.wait())
            s.later(waits[-1])
            session += 2
        assert [round(wait / 1000) for wait in waits] == [2, 4, 8, 16, 32, 60, 60]

    def test_waits_are_spread_by_half(self):
        low = Scene(entropy=b"\0\0\0")
        low.down(1)
        high = Scene(entropy=b"\xff\xff\xff")
        high.down(1)
        assert (low.wait(), high.wait()) == (1000, 3000)

    def test_link_up_ends_the_wait(self):
        s = Scene()
        s.down(1)
        assert s.wait()
        s.tunnel.hurry(s.now)
        assert s.connects()[-1] == ("connect", 2, 14)
        assert s.wait() is None

    def test_connect_ends_the_wait(self):
        s = Scene()
        s.down(1)
        assert s.tunnel.connect(s.now) == ""
        assert s.connects()[-1] == ("connect", 2, 14)

    def test_a_tunnel_that_lived_a_minute_resets_the_wait(self):
        s = Scene()
        for session in (1, 2, 3):
            s.down(session)
            s.later(s.wait())
        session = s.up()
        s.later(60000)
        s.down(session, "deleted-by-peer", "up")
        assert s.wait() is None  # at once
        s.down(session + 1)
        assert s.wait() == pytest.approx(2000, abs=5)

    def test_a_tunnel_that_dies_young_waits(self):
        s = Scene()
        session = s.up()
        s.down(session, "deleted-by-peer", "up")
        assert s.wait() == pytest.approx(2000, abs=5)

    def test_the_primary_is_tried_first_after_any_teardown(self):
        s = Scene(settings((("10.2.80.210", False), ("10.2.80.209", True))))
        assert s.endpoint.attempts[1].peer == GW1
        s.down(1)
        assert s.endpoint.attempts[2].peer == GW2
        s.up()
        s.later(61000)
        s.down(2, "peer-dead", "up")
        assert s.endpoint.attempts[3].peer == GW1

    def test_a_dead_peer_makes_the_next_one_first(self):
        s = Scene(settings(BOTH))
        s.up()
        s.down(1, "peer-dead", "up")
        assert s.endpoint.attempts[2].peer == GW2
        assert s.wait() is None

    def test_names_are_asked_for_at_each_attempt_and_count_as_many_peers(self):
        s = Scene(settings((("vpn.example.net", False),)))
        assert [r.host for r in s.resolves] == ["vpn.example.net"]
        s.tunnel.resolved(s.resolves[0].ticket, [GW1, GW2], s.now)
        s.drain()
        assert s.endpoint.attempts[1].peer == GW1
        s.down(1)
        assert s.endpoint.attempts[2].peer == GW2
        s.down(2)
        s.later(s.wait())
        assert len(s.resolves) == 2

    def test_late_answers_of_the_resolver_are_ignored(self):
        s = Scene(settings((("vpn.example.net", False),)))
        s.later(15000)  # the runtime never answered
        assert s.tunnel.cause == "name-not-resolved"
        s.tunnel.resolved(s.resolves[0].ticket, [GW1], s.now)
        assert s.connects() == []
        assert s.tunnel.stale == 1

    def test_manual_tries_every_peer_once_and_waits_for_the_command(self):
        s = Scene(settings(BOTH, connect="manual"))
        assert s.state == "CONNECT_REQUIRED"
        assert s.connects() == []
        s.tunnel.connect(s.now)
        assert s.state == "READY"
        s.down(1)
        assert s.state == "READY"
        s.down(2)
        assert s.state == "CONNECT_REQUIRED"
        assert s.wait() is None
        s.later(3600000)
        assert len(s.connects()) == 2

    def test_manual_stays_down_after_clear(self):
        s = Scene(settings(connect="manual"))
        s.tunnel.connect(s.now)
        s.up()
        s.tunnel.clear(s.now)
        s.drain()
        assert s.state == "CONNECT_REQUIRED"
        assert s.tunnel.status(s.now).last_event == "RESET"
        assert s.plane == ["attach", "detach"]


STEPS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 3), st.integers(0, 70000)), max_size=60)


@each(STEPS, st.sampled_from(["auto", "manual"]), st.sampled_from(["interactive", "local"]), st.booleans())
@options(max_examples=150, deadline=None)
def test_whatever_happens_it_waits_for_something(steps, connect, mode, stored):
    given = settings(BOTH + (("vpn.example", False),), connect=connect, xauth_mode=mode)
    if not stored:
        given.username, given.password = "", None
    s = Scene(given)
    for what, which, ms in steps:
        session = max(s.endpoint._next_session - 1 - which, 1)
        child = max(s.endpoint._next_child - 1 - which, 1)
        alive = session in s.endpoint.alive
        if what == 0 and alive:
            s.phase1_up(session)
        elif what == 1:
            s.hint(session, 14 if which else 24)
        elif what == 2 and alive:
            s.down(session, ("no-answer", "no-proposal", "authentication", "xauth-failed")[which])
        elif what == 3 and alive:
            s.asks(session, kind=which)
        elif what == 4 and alive:
            s.result(session, which > 1)
        elif what == 5:
            s.configured(session, config(NET_A, NET_B, pfs=which > 1))
        elif what == 6:
            s.child_up(session, child)
        elif what == 7:
            s.child_failed(session, child, notify=(0, 14, 18, 14)[which])
        elif what == 8:
            s.child_down(session, child)
        elif what == 9:
            s.event(Rekey(session, "child" if which else "phase1", child))
        elif what == 10:
            s.tunnel.connect(s.now)
        elif what == 11:
            s.tunnel.clear(s.now)
        elif what == 12:
            s.tunnel.answer_xauth([(USER_NAME, "bob"), (PASSWORD, Secret("typed"))], s.now)
        elif what == 13:
            s.tunnel.interface(which > 0, s.now)
        elif what == 14:
            s.tunnel.hurry(s.now)
        elif what == 15:
            s.tunnel.address_changed(s.now)
        elif what == 16 and s.resolves:
            s.tunnel.resolved(s.resolves[-1].ticket, [GW1, GW2][:which], s.now)
        elif what == 17:
            s.tunnel.configure(settings(BOTH[:which], connect=connect, xauth_mode=mode), which == 2, s.now)
        elif what == 18:
            s.attach_error = "no" if which == 0 else ""
        elif what == 19:
            s.tunnel.rekey(0x1000 + child, s.now)
        else:
            s.later(ms)
        s.drain()
        check_alive(s)


def check_alive(s):
    """Up, or waiting for a time, a command, the interface, the configuration or a human: never stuck."""
    tunnel = s.tunnel
    if s.state in ("IDLE", "VALID_CFG", "CONNECT_REQUIRED", "IPSEC_ACTIVE"):
        return
    human = tunnel.prompt() is not None
    assert human or tunnel.deadline() is not None, s.state
    if s.state == "SS_OPEN":
        assert tunnel.session
    # what was attached is detached when there is no session
    attached = s.plane.count("attach") - s.plane.count("detach")
    if not tunnel.session:
        assert attached <= 0 or s.plane[-1] == "detach"
