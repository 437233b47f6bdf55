"""A site-to-site session: its states, what ends it before it stands, what the peer may start under it."""

from __future__ import annotations

import pytest
from doubles.link import Wire
from doubles.peers import LEFT, LINES, RIGHT, Offices, attempt, net, requests

from ezvpn.ike.core import Core
from ezvpn.ike.events import ChildUp, Hint, Incoming, Phase1Up, SessionDown
from ezvpn.ike.params import Selector
from ezvpn.ike.peer_session import HALF_OPEN_MS, PeerSession
from ezvpn.ike.state import MAIN_ACCEPTS, MAIN_MESSAGES, RULES, TRANSITIONS, State
from ezvpn.wire.isakmp import Exchange
from ezvpn.wire.notify import NotifyType


def session_of(o: Offices, left: bool) -> PeerSession:
    found = (o.left if left else o.right).endpoint._sessions[-1]
    assert isinstance(found, PeerSession)
    return found


def test_the_tables_agree_with_each_other() -> None:
    for (_, state), (rule, encrypted, after) in MAIN_MESSAGES.items():
        assert rule in RULES and encrypted == (rule in ("mm5", "mm6"))
        assert after in TRANSITIONS[state]
        assert (state, Exchange.MAIN) in MAIN_ACCEPTS
    assert not [pair for pair in MAIN_ACCEPTS if pair[1] in (Exchange.TRANSACTION, Exchange.AGGRESSIVE)]


def test_states_of_both_roles_message_by_message() -> None:
    o = Offices()
    o.begin(o.left)
    seen = [(session_of(o, True).state, "")]
    for _ in range(6):
        o.messages(1)
        seen.append((session_of(o, True).state, session_of(o, False).state))
    assert seen == [
        (State.MM_NO_STATE, ""),
        (State.MM_NO_STATE, State.MM_SA_SETUP),  # mm1 arrived
        (State.MM_SA_SETUP, State.MM_SA_SETUP),
        (State.MM_SA_SETUP, State.MM_KEY_EXCH),
        (State.MM_KEY_EXCH, State.MM_KEY_EXCH),
        (State.MM_KEY_EXCH, State.UP),
        (State.UP, State.UP),
    ]


def test_incoming_comes_before_phase1_up_and_is_not_said_by_who_began() -> None:
    o = Offices()
    o.stand()
    assert [type(e) for e in o.right.events] == [Incoming, Phase1Up]
    assert [type(e) for e in o.left.events] == [Phase1Up]
    assert o.right.events[0].rule == o.right.rule and o.right.events[0].session == o.right.events[1].session


@pytest.mark.parametrize("lost", [2, 4])
def test_a_half_open_session_ends_without_a_word(lost: int) -> None:
    o = Offices(wire=Wire(lose=range(lost, 100)))
    o.begin(o.left)
    o.pair.wait(HALF_OPEN_MS + 100)
    assert o.right.endpoint._sessions == []
    assert o.right.said(SessionDown) == o.right.said(Incoming) == []
    assert o.right.endpoint.dropped == {"half-open": 1}


def test_a_close_before_the_peer_is_proven_sends_nothing() -> None:
    o = Offices()
    session = o.begin(o.left)
    o.pair.step()
    o.pair.step()
    count = o.pair.sent
    o.pair.call(o.sides[0], o.left.endpoint.close, session, o.now)
    assert o.pair.sent == count
    assert [(e.step, e.cause) for e in o.left.said(SessionDown)] == [("phase1", "closed")]


@pytest.mark.parametrize(
    ("notify", "cause"),
    [
        (NotifyType.NO_PROPOSAL_CHOSEN, "no-proposal"),
        (NotifyType.INVALID_ID_INFORMATION, "authentication"),
        (NotifyType.INVALID_COOKIE, "no-answer"),
    ],
)
def test_a_hint_names_the_cause_when_nothing_else_comes(notify: int, cause: str) -> None:
    o = Offices(wire=Wire(fate=lambda number, data: ()))
    o.begin(o.left)
    session_of(o, True).hint(notify, "said in the clear")
    o.pair.drain(o.sides[0])
    assert len(o.left.said(Hint)) == 1 and o.left.said(SessionDown) == [], "believed by nobody"
    (down,) = o.run(o.left, SessionDown)
    assert down.cause == cause


def test_easy_vpn_answers_are_no_business_of_it() -> None:
    o = Offices()
    session = o.begin(o.left)
    with pytest.raises(ValueError, match="no Easy VPN session"):
        o.left.endpoint.answer_xauth(session, [], o.now)


def test_a_line_is_the_pair_it_replaces_or_none() -> None:
    o = Offices()
    left, _ = o.stand()
    assert [template.id for template in session_of(o, False).renewable()] == [0, 0]
    o.open(o.left, left, 1)
    (up,) = o.run(o.right, ChildUp)
    assert [template.id for template in session_of(o, False).renewable()] == [0, up.child]
    assert [template.request for template in session_of(o, False).renewable()] == list(requests(True))


def test_no_identities_mean_the_peers_addresses_and_count_only_if_a_line_says_so() -> None:
    core: Core = Offices().left.endpoint._core
    session = PeerSession(1, core, attempt())
    networks = session.implied_networks()
    assert networks == (Selector(LEFT, b"\xff" * 4), Selector(RIGHT, b"\xff" * 4))
    assert not [line for line in requests() if session.fits(line, *networks)]
    hosts = requests(lines=(("198.51.100.2/32", "198.51.100.11/32"),))
    assert session.fits(hosts[0], *networks)
    assert PeerSession(2, core, attempt(local=None)).implied_networks() is None


def test_a_line_fits_itself_only() -> None:
    session = PeerSession(1, Offices().left.endpoint._core, attempt())
    (line, _) = requests()
    ours, theirs = (net(text) for text in LINES[0])
    assert session.fits(line, ours, theirs)
    assert not session.fits(line, theirs, ours)
    assert not session.fits(line, net("10.1.1.0/24"), theirs)
    assert not session.fits(line, Selector(ours.address, ours.mask, 17, 0), theirs)
