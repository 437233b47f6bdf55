"""One entry of a crypto map on a scripted endpoint: calling, being called, both at once, renewals, failover."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import ChildDown, ChildUp, Phase1Up, Rekey, SessionDown
from ezvpn.ike.params import EspTransform, MainAttempt, Phase1Transform, Selector
from ezvpn.record import Secret
from ezvpn.tunnel.crypto_map import THEIRS_FIRST_MS, TWINS_MS, CryptoMap
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.outputs import Attach, Detach, Notice, Resolve

START = 2**30 - 5000
ONE, TWO = b"\x0a\0\0\1", b"\x0a\0\0\2"
HERE = Selector(b"\x0a\1\0\0", b"\xff\xff\0\0")
LINES = ((HERE, Selector(b"\x0a\2\0\0", b"\xff\xff\0\0")), (HERE, Selector(b"\x0a\3\0\0", b"\xff\xff\0\0")))
OTHER_LINES = ((HERE, Selector(b"\x0a\4\0\0", b"\xff\xff\0\0")),)
POLICY = Phase1Transform("aes", 128, "sha1", 14)


def settings(*peers: str, name: str = "m-10", lines: object = LINES) -> MapSettings:
    out = MapSettings(name)
    out.peers = tuple((peer, False) for peer in peers)
    out.keys = ((b"\x0a\0\0\0", b"\xff\0\0\0", "", Secret("site-secret")),)
    out.phase1 = ((POLICY,),)
    out.esp = (EspTransform("aes-cbc", 128, "sha1"),)
    out.protects = lines
    return out


class Entry:
    def __init__(self, *peers: str, name: str = "m-10", lines: object = LINES, endpoint: object = None):
        self.now = START
        self.endpoint = FakeEndpoint() if endpoint is None else endpoint
        self.given = settings(*(peers or ("10.0.0.1",)), name=name, lines=lines)
        self.tunnel = CryptoMap(self.given, self.endpoint, lambda n: bytes(n), lambda peer: b"\xc0\0\2\5", START)
        self.cookies: "dict[int, bytes]" = {}
        self.notices: "list[tuple[object, ...]]" = []
        self.plane: "list[str]" = []
        self.asked: "list[Resolve]" = []
        self.tunnel.interface(True, self.now)
        self.tunnel.configure(self.given, False, self.now)
        self.drain()

    def drain(self):
        while True:
            output = self.tunnel.output()
            if output is None:
                return
            if isinstance(output, Attach):
                self.plane.append("attach")
                self.tunnel.attached(self.now)
            elif isinstance(output, Detach):
                self.plane.append("detach")
            elif isinstance(output, Notice):
                self.notices.append((output.mnemonic, *output.args))
            elif isinstance(output, Resolve):
                self.asked.append(output)

    def tell(self, event):
        if isinstance(event, SessionDown) and isinstance(self.endpoint, FakeEndpoint):
            self.endpoint.died(event.session)
        self.tunnel.handle(event, self.now)
        self.drain()

    def called(self, session, peer=ONE, cookie=b"\1"):
        """The peer's main mode is complete."""
        self.endpoint.attempts[session] = MainAttempt(peer, None, (500, 4500), Secret("k"), (POLICY,))
        self.endpoint.alive.append(session)
        self.tunnel.adopt(session, peer, self.now)
        self.stands(session, peer)

    def stands(self, session, peer=ONE):
        self.tell(Phase1Up(session, peer, 500, POLICY, False, False, True, False, False, "10.0.0.1", 86400))

    def pair(self, session, child, line=0, replaces=0):
        keys = [bytearray(4) for _ in range(4)]
        here, there = LINES[line]
        esp = self.given.esp[0]
        spis = (0x1000 + session * 16 + child, 0x2000 + child)
        self.tell(
            ChildUp(session, child, replaces, *spis, esp, *keys, here, there, False, ONE, 500, 0, 3600, 0),
        )

    def later(self, ms):
        end = self.now + ms
        while True:
            at = self.tunnel.deadline()
            if at is None or at > end:
                break
            self.now = max(at, self.now)
            self.tunnel.timeout(self.now)
            self.drain()
        self.now = end

    def opened(self):
        return [call for call in self.endpoint.take_calls() if call[0] == "open_child"]

    def up(self):
        self.stands(1)
        for call in self.opened():
            self.pair(1, call[2], call[2] - 1)
        assert self.tunnel.state == "IPSEC_ACTIVE"
        return self


def test_we_call_and_open_a_pair_for_each_line():
    e = Entry()
    assert e.endpoint.take_calls() == [("connect", 1, 14)]
    assert [child.remote for child in e.endpoint.attempts[1].children] == [there for _, there in LINES]
    e.up()
    assert e.plane == ["attach"]
    assert ("SESSION_STATUS", "UP  ", "10.0.0.1", 500, "10.0.0.1") in e.notices
    status = e.tunnel.status(e.now)
    assert (status.kind, status.mode, status.config, status.state) == ("crypto-map", "", None, "IPSEC_ACTIVE")


def test_a_peer_that_calls_has_a_moment_for_its_own_quick_modes():
    e = Entry()
    e.tell(SessionDown(1, "phase1", "no-answer", 0, ""))
    e.endpoint.take_calls()
    e.called(7)
    assert e.opened() == []
    e.pair(7, 1, line=1)
    e.later(THEIRS_FIRST_MS)
    (call,) = e.opened()
    assert e.endpoint.requests[call[2]].remote == LINES[0][1]
    e.pair(7, call[2], line=0)
    assert e.tunnel.state == "IPSEC_ACTIVE"
    assert len(e.tunnel.spis()) == 2


def test_both_at_once_use_the_larger_cookie():
    e = Entry().up()
    e.called(7)
    e.later(100)
    # Without cookies neither is larger: the newer one is used, and takes the pairs over.
    assert e.tunnel.session == 7
    assert e.tunnel.beside.previous == 1
    e.later(THEIRS_FIRST_MS)
    assert [call[1] for call in e.opened()] == [7, 7]


def test_the_newer_one_is_used_when_they_are_far_apart_and_the_old_one_is_closed():
    e = Entry().up()
    e.later(TWINS_MS + 60000)
    e.called(7)
    for child in (1, 2):
        e.pair(7, child, child - 1)
    e.later(THEIRS_FIRST_MS)
    assert ("retire", 1) in [call[:2] for call in e.endpoint.take_calls()]
    e.later(60000)
    assert ("close", 1) in [call[:2] for call in e.endpoint.take_calls()]
    assert e.tunnel.state == "IPSEC_ACTIVE"
    assert not [args for args in e.notices if args[1] == "DOWN"]


def test_phase_1_is_renewed_beside_the_one_in_use():
    e = Entry().up()
    e.tell(Rekey(1, "phase1", 0))
    assert e.endpoint.take_calls()[0] == ("connect", 2, 14)
    assert not e.endpoint.attempts[2].initial_contact
    e.stands(2)
    e.later(1)
    assert [call[1] for call in e.opened()] == [2, 2]
    assert (e.tunnel.session, e.tunnel.beside.previous) == (2, 1)


def test_a_renewal_that_fails_is_tried_again():
    e = Entry().up()
    e.tell(Rekey(1, "phase1", 0))
    e.tell(SessionDown(2, "phase1", "no-answer", 0, ""))
    assert e.tunnel.state == "IPSEC_ACTIVE"
    e.later(120000)
    assert [call for call in e.endpoint.take_calls() if call[0] == "connect"][-1][1] == 3


def test_a_dead_peer_is_followed_by_the_next_at_once():
    e = Entry("10.0.0.1", "10.0.0.2").up()
    e.tell(SessionDown(1, "up", "peer-dead", 0, ""))
    assert e.endpoint.attempts[2].peer == TWO
    assert e.plane == ["attach", "detach"]
    assert ("SESSION_STATUS", "DOWN", "10.0.0.1", 500, "10.0.0.1") in e.notices
    # the one that was left calls back while the next is dialled
    e.called(9, ONE)
    assert e.tunnel.session == 9
    assert e.tunnel.status(e.now).peer == "10.0.0.1"


def test_a_second_peer_is_not_needed_while_the_first_carries_the_tunnel():
    e = Entry("10.0.0.1", "10.0.0.2").up()
    e.endpoint.take_calls()
    e.called(7, TWO)
    assert e.endpoint.take_calls() == [("close", 7)]
    assert e.tunnel.session == 1


def test_the_whole_list_failed_then_it_waits():
    e = Entry("10.0.0.1", "10.0.0.2")
    e.tell(SessionDown(1, "phase1", "no-answer", 0, ""))
    assert e.tunnel.status(e.now).next_try is None
    e.tell(SessionDown(2, "phase1", "no-answer", 0, ""))
    assert e.tunnel.status(e.now).next_try is not None
    assert [args for args in e.notices if args[0] == "MAP_FAILED"][0][2].startswith("no answer from peer 10.0.0.1")


def test_names_are_resolved_at_each_attempt():
    e = Entry("gw.example")
    assert e.asked[0].host == "gw.example"
    e.tunnel.resolved(e.asked[0].ticket, [ONE, TWO], e.now)
    assert e.endpoint.attempts[1].peer == ONE
    assert [attempt.peer for attempt in e.tunnel.callers()] == [ONE]
    e.tell(SessionDown(1, "phase1", "no-answer", 0, ""))
    assert e.endpoint.attempts[2].peer == TWO


def test_a_peer_without_a_key_is_not_dialled():
    e = Entry("192.0.2.1", "10.0.0.1")
    assert e.endpoint.attempts[1].peer == ONE
    assert [attempt.peer for attempt in e.tunnel.callers()] == [ONE]


def test_pairs_that_the_peer_deletes_are_opened_again():
    e = Entry().up()
    for child in (1, 2):
        e.tell(ChildDown(1, child, 0x1010 + child, 0x2000 + child, "deleted by peer"))
    assert e.tunnel.state == "SS_OPEN"
    e.later(1000)
    assert len(e.opened()) == 2


def test_an_incomplete_entry_is_idle_and_nobody_may_call():
    e = Entry().up()
    other = settings("10.0.0.1")
    other.incomplete = "no peer"
    e.tunnel.configure(other, True, e.now)
    e.drain()
    assert (e.tunnel.state, e.tunnel.status(e.now).reason) == ("IDLE", "no peer")
    assert e.tunnel.callers() == []
    assert ("close", 1) in e.endpoint.take_calls()
    e.called(7)
    assert ("close", 7) in e.endpoint.take_calls()


def test_an_isakmp_sa_that_another_entry_called_for_is_used_at_once():
    e = Entry()
    e.tell(SessionDown(1, "phase1", "no-answer", 0, ""))
    e.endpoint.take_calls()
    assert e.tunnel.wants(ONE) and not e.tunnel.wants(TWO)
    e.endpoint.attempts[7] = MainAttempt(ONE, None, (500, 4500), Secret("k"), (POLICY,))
    e.endpoint.alive.append(7)
    e.tunnel.adopt(7, ONE, e.now, theirs=False)
    e.stands(7)
    assert [call[:2] for call in e.opened()] == [("open_child", 7)] * len(LINES)


def test_another_peers_isakmp_sa_is_not_wanted_while_one_is_in_use():
    e = Entry("10.0.0.1", "10.0.0.2").up()
    assert e.tunnel.wants(ONE) and not e.tunnel.wants(TWO)


def test_a_pair_under_the_isakmp_sa_of_another_entry_counts_and_ends_with_the_tunnel():
    e = Entry().up()
    assert e.tunnel.carries(*LINES[0], ONE) and not e.tunnel.carries(*LINES[0], TWO)
    e.tell(ChildDown(1, 1, 0x1011, 0x2001, "deleted by peer"))
    e.pair(9, 5)
    assert not e.tunnel.owns(9) and len(e.tunnel.spis()) == 2
    e.endpoint.take_calls()
    e.tunnel.close(e.now)
    assert ("close_child", 9, 5) in e.endpoint.take_calls()


def test_sessions_of_the_past_are_not_remembered():
    e = Entry().up()
    for session in range(10, 30):
        e.later(TWINS_MS + 60_000)
        e.called(session)
        for call in e.opened():
            e.pair(session, call[2], 0 if e.endpoint.requests[call[2]].remote == LINES[0][1] else 1, call[4])
    e.later(60_000)
    assert e.tunnel.session == 29
    assert len(e.tunnel._theirs) <= 4  # closed last, previous, in use until the last call, and its
