"""Main mode between two of our own endpoints on the virtual wire: both roles, bad wires, both at once, quick modes both ways."""

from __future__ import annotations

import pytest
from doubles.link import Wire
from doubles.peers import CHEAP, ESP, LEFT, LINES, RIGHT, Offices, attempt, net, requests

from ezvpn.ike import events, main_mode
from ezvpn.ike.child import RETIRED_MS
from ezvpn.ike.params import ChildRequest, EspTransform, Keepalive, PeerRule, Phase1Transform
from ezvpn.ike.peer_session import HALF_OPEN_MS
from ezvpn.record import Secret
from ezvpn.wire.isakmp import Exchange, parse_header
from ezvpn.wire.notify import NotifyType

POLICIES = [
    Phase1Transform("des", 0, "md5", 1),
    Phase1Transform("3des", 0, "sha1", 2),
    Phase1Transform("aes", 128, "sha256", 5),
    Phase1Transform("aes", 192, "sha384", 14),
    Phase1Transform("aes", 256, "sha512", 15),
    Phase1Transform("aes", 256, "sha256", 16),
]
OTHER = Phase1Transform("aes", 192, "md5", 2)


def messages(o: Offices) -> list[tuple[bytes, int]]:
    """(sender, flags) of the main mode messages on the wire, without marker."""
    bare = [(sender, data[4:] if data[:4] == bytes(4) else data) for _, sender, _, data in o.pair.log]
    headers = [(sender, parse_header(data)) for sender, data in bare]
    return [(sender, header.flags) for sender, header in headers if header.exchange == Exchange.MAIN]


# --- phase 1 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.cipher}{p.key_bits or ''}-{p.hash}-{p.group}")
def test_every_policy(policy: Phase1Transform) -> None:
    o = Offices(transforms=(policy,))
    left, right = o.stand()
    assert messages(o)[:6] == [(LEFT, 0), (RIGHT, 0), (LEFT, 0), (RIGHT, 0), (LEFT, 1), (RIGHT, 1)]
    (up,) = o.left.said(events.Phase1Up)
    (came,) = o.right.said(events.Phase1Up)
    assert up.transform == came.transform == policy
    assert (up.peer_id, came.peer_id) == ("198.51.100.11", "198.51.100.2")
    assert up.dpd and came.dpd and not (up.xauth or up.unity or came.xauth or came.unity)
    ours, theirs = o.left.endpoint.status(left, o.now), o.right.endpoint.status(right, o.now)
    assert ours is not None and theirs is not None
    assert (ours.state, ours.initiator, theirs.state, theirs.initiator) == ("QM_IDLE", True, "QM_IDLE", False)
    assert (ours.initiator_cookie, ours.responder_cookie) == (theirs.initiator_cookie, theirs.responder_cookie)


def test_the_responder_takes_the_first_of_its_own_policies() -> None:
    o = Offices(left={"transforms": (POLICIES[1], OTHER, CHEAP[0])}, right={"transforms": (CHEAP[0], POLICIES[1])})
    o.stand()
    assert [e.transform for e in o.left.said(events.Phase1Up)] == [CHEAP[0]]


def test_the_shorter_life_counts() -> None:
    short = Phase1Transform("aes", 128, "sha1", 2, 3600)
    for ends in ({"right": {"transforms": (short,)}}, {"left": {"transforms": (short,)}}):
        o = Offices(**ends)  # type: ignore[arg-type]
        o.stand()
        assert [e.life_s for e in o.right.said(events.Phase1Up)] == [3600]


@pytest.mark.parametrize("lost", range(7))
def test_any_message_may_be_lost(lost: int) -> None:
    o = Offices(wire=Wire(lose=[lost]))
    left, _ = o.stand()
    o.open(o.left, left)
    o.run(o.right, events.ChildUp)
    assert (
        len(o.left.said(events.Phase1Up))
        == len(o.right.said(events.Phase1Up))
        == len(o.right.said(events.Incoming))
        == 1
    )


def test_every_message_twice() -> None:
    o = Offices(wire=Wire(double=range(12)))
    left, _ = o.stand()
    o.open(o.left, left)
    o.run(o.right, events.ChildUp)
    o.pair.wait(2000)
    for office in (o.left, o.right):
        assert len(office.said(events.Phase1Up)) == len(office.said(events.ChildUp)) == 1
    assert len(o.right.endpoint._sessions) == 1


def test_a_slow_wire() -> None:
    # Each message is repeated before its answer comes; the answers to the repetitions change nothing.
    o = Offices(wire=Wire(latency=1600))
    left, _ = o.stand()
    o.pair.wait(20000)
    assert o.left.said(events.SessionDown) == [] and len(o.right.said(events.Phase1Up)) == 1
    assert o.left.endpoint.status(left, o.now) is not None


# --- refusals ------------------------------------------------------------------------------------------------------


def test_another_key() -> None:
    o = Offices(right={"psk": Secret("another key")})
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert (down.step, down.cause, down.last_hint) == ("phase1", "authentication", NotifyType.AUTHENTICATION_FAILED)
    assert "pre-shared key" in down.text
    assert o.right.said(events.Incoming) == [] and o.right.said(events.SessionDown) == []
    assert o.right.endpoint.dropped["authentication"] >= 1
    o.pair.wait(HALF_OPEN_MS)
    assert o.right.endpoint._sessions == [] and o.right.endpoint.dropped["half-open"] == 1


def test_no_policy_in_common() -> None:
    o = Offices(right={"transforms": (OTHER,)})
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert (down.cause, down.last_hint) == ("no-proposal", NotifyType.NO_PROPOSAL_CHOSEN)
    assert o.right.endpoint._sessions == [], "a refusal allocates nothing"
    assert len(o.left.said(events.Hint)) == len(o.right.endpoint.dropped) + 3, "each MM1 is told so"
    sizes = [len(data) for _, _, _, data in o.pair.log]
    assert max(sizes[1::2]) < min(sizes[0::2]), "the answer is shorter"


def test_nobody_there() -> None:
    o = Offices(wire=Wire(fate=lambda number, data: ()))
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert (down.step, down.cause) == ("phase1", "no-answer")


def test_a_peer_that_falls_silent_after_its_keys() -> None:
    o = Offices(wire=Wire(lose=range(4, 40)))
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert down.cause == "authentication"
    # Behind a NAT it may as well be port 4500.
    o = Offices(left={"local": None}, wire=Wire(lose=range(4, 40)))
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert down.cause == "no-answer" and "4500" in down.text


@pytest.mark.parametrize("liar", ["left", "right"])
def test_an_identity_that_is_not_the_address(liar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without NAT-T no NAT can explain it. The key is right, the name is not.
    monkeypatch.setattr(main_mode, "NATT_VENDOR_IDS", ())
    o = Offices(**{liar: {"local": bytes([192, 0, 2, 1])}})  # type: ignore[arg-type]
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert down.cause == "authentication"
    assert ("calls itself 192.0.2.1" in down.text) == (liar == "right")
    if liar == "right":
        # For it the SA stood, until our delete.
        assert [e.cause for e in o.run(o.right, events.SessionDown)] == ["deleted-by-peer"]
    else:
        assert o.right.endpoint.dropped["identity"] >= 1 and o.right.said(events.Incoming) == []


# --- NAT -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behind", ["left", "right"])
def test_a_nat_before_either_side(behind: str) -> None:
    # What that side thinks of its address is not what the other one sees.
    o = Offices(**{behind: {"local": bytes([192, 168, 1, 2])}})  # type: ignore[arg-type]
    left, right = o.stand()
    (up,), (came,) = o.left.said(events.Phase1Up), o.right.said(events.Phase1Up)
    assert up.natt and came.natt
    assert (up.behind_nat, came.behind_nat) == (behind == "left", behind == "right")
    assert (up.port, came.port) == (4500, 4500)
    o.open(o.right, right)
    (child,) = o.run(o.left, events.ChildUp)
    assert child.encap and child.peer_port == 4500
    marked = [data[:4] == bytes(4) for _, _, _, data in o.pair.log if len(data) > 1]
    assert marked == [False] * 4 + [True] * (len(marked) - 4), "the port changes with MM5"
    o.pair.wait(40000)
    beats = [sender for _, sender, _, data in o.pair.log if data == b"\xff"]
    assert set(beats) == {LEFT if behind == "left" else RIGHT}, "who is behind the NAT keeps it open"


def test_taken_ports_begin_on_4500() -> None:
    o = Offices(left={"force_natt": True, "local_ports": (0, 40500)})
    o.sides[0].ports = (0, 40500)
    left, right = o.stand()
    (came,) = o.right.said(events.Phase1Up)
    assert (came.natt, came.port) == (True, 40500)


# --- both at once --------------------------------------------------------------------------------------------------


def test_both_begin_at_once_and_both_sas_stand() -> None:
    o = Offices()
    left, right = o.begin(o.left), o.begin(o.right)
    o.pair.wait(3000)
    for office in (o.left, o.right):
        assert len(office.said(events.Phase1Up)) == 2 and len(office.said(events.Incoming)) == 1
        assert office.said(events.SessionDown) == [], "INITIAL-CONTACT of one does not end the other"
    # Each opens what it wants under its own; both get through, and one pair is left where two are for the same networks.
    o.open(o.left, left, 0)
    o.open(o.right, right, 0)
    o.pair.wait(60000)
    for office in (o.left, o.right):
        assert len(office.said(events.ChildUp)) == 2 and office.said(events.SessionDown) == []


def test_a_restarted_peer_says_initial_contact_and_the_old_sa_goes() -> None:
    o = Offices()
    o.stand()
    o.open(o.left, o.left.session)
    o.run(o.right, events.ChildUp)
    o.left.endpoint._sessions.clear()  # as a power cut does
    o.begin(o.left)
    (down,) = o.run(o.right, events.SessionDown)
    assert (down.step, down.cause) == ("up", "deleted-by-peer")
    assert len(o.right.said(events.ChildDown)) == 1
    assert len(o.right.endpoint._sessions) == 1


# --- quick modes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["left", "right"])
@pytest.mark.parametrize("line", range(len(LINES)))
def test_either_side_opens_a_pair_for_each_line(who: str, line: int) -> None:
    o = Offices()
    left, right = o.stand()
    opener, other = (o.left, o.right) if who == "left" else (o.right, o.left)
    o.open(opener, left if who == "left" else right, line)
    (ours,), (theirs,) = o.run(opener, events.ChildUp), o.run(other, events.ChildUp)
    assert (ours.local, ours.remote) == (theirs.remote, theirs.local)
    assert (ours.spi_in, ours.spi_out) == (theirs.spi_out, theirs.spi_in)
    assert (ours.key_in, ours.auth_in) == (theirs.key_out, theirs.auth_out)
    assert ours.transform == theirs.transform == ESP[0]


def test_the_rule_of_a_peer_says_what_it_may_ask_for_whoever_began_and_whenever() -> None:
    o = Offices(left={"children": requests(lines=LINES[:1])})
    left, right = o.stand()
    o.open(o.right, right, 1)
    (failed,) = o.run(o.right, events.ChildFailed)
    assert failed.notify == NotifyType.INVALID_ID_INFORMATION
    o.left.endpoint.accept((PeerRule(o.left.rule, attempt(False)),))
    o.open(o.right, right, 1)
    (up,) = o.run(o.left, events.ChildUp)
    assert (up.session, up.remote) == (left, net(LINES[1][1]))
    # Without a rule the attempt counts again.
    o.left.endpoint.accept(())
    o.open(o.right, right, 1)
    assert len(o.run(o.right, events.ChildFailed, 2)) == 2


def test_some_pairs_of_a_session_are_let_go_and_the_others_stay() -> None:
    o = Offices()
    left, _ = o.stand()
    first, second = o.open(o.left, left, 0), o.open(o.left, left, 1)
    o.run(o.left, events.ChildUp, 2)
    o.pair.call(o.side(o.left), o.left.endpoint.retire, left, o.now, [second])
    o.pair.wait(RETIRED_MS + 1000)
    assert [event.child for event in o.left.said(events.ChildDown)] == [second] != [first]


def test_the_responder_of_a_quick_mode_takes_the_first_of_its_own_transforms() -> None:
    o = Offices(right={"children": requests(True, transforms=(ESP[1], ESP[0]))})
    left, _ = o.stand()
    o.open(o.left, left)
    (up,) = o.run(o.left, events.ChildUp)
    assert up.transform == ESP[1]


@pytest.mark.parametrize(
    ("wanted", "cause", "notify"),
    [
        # nothing like it in the access list, a part of a line, more than a line
        (("10.1.0.0/16", "10.9.0.0/16"), "refused", NotifyType.INVALID_ID_INFORMATION),
        (("10.1.5.0/24", "10.2.0.0/16"), "refused", NotifyType.INVALID_ID_INFORMATION),
        (("10.0.0.0/8", "10.2.0.0/16"), "refused", NotifyType.INVALID_ID_INFORMATION),
    ],
)
def test_networks_that_no_line_says(wanted: tuple[str, str], cause: str, notify: int) -> None:
    o = Offices()
    left, _ = o.stand()
    o.open(o.left, left, request=ChildRequest(net(wanted[0]), net(wanted[1]), ESP))
    (failed,) = o.run(o.left, events.ChildFailed)
    assert (failed.cause, failed.notify) == (cause, notify)
    assert o.right.said(events.ChildUp) == [] and o.right.endpoint.dropped == {"identity": 1}
    assert o.left.said(events.SessionDown) == [], "phase 1 stays"


@pytest.mark.parametrize("line", range(len(LINES)))
def test_transforms_that_the_line_does_not_allow(line: int) -> None:
    o = Offices(left={"children": requests(transforms=(EspTransform("3des", 0, "md5"),))})
    left, _ = o.stand()
    o.open(o.left, left, line)
    (failed,) = o.run(o.left, events.ChildFailed)
    assert (failed.cause, failed.notify) == ("no-proposal", NotifyType.NO_PROPOSAL_CHOSEN), "whichever line it is"


@pytest.mark.parametrize(
    ("ours", "theirs", "agreed"), [(0, 0, 0), (2, 2, 2), (2, 0, 2), (0, 2, None), (5, 2, None)], ids=str
)
def test_perfect_forward_secrecy(ours: int, theirs: int, agreed: int | None) -> None:
    # IOS: configured, the peer must do just that; not configured, the peer gets it if it wants it.
    o = Offices(left={"children": requests(pfs_group=ours)}, right={"children": requests(True, pfs_group=theirs)})
    left, _ = o.stand()
    o.open(o.left, left)
    if agreed is None:
        (failed,) = o.run(o.left, events.ChildFailed)
        assert failed.cause == "no-proposal"
    else:
        (up,) = o.run(o.right, events.ChildUp)
        assert up.pfs_group == agreed


@pytest.mark.parametrize("who", ["left", "right"])
def test_either_side_renews(who: str) -> None:
    o = Offices()
    left, right = o.stand()
    o.open(o.left, left)
    first = o.run(o.right, events.ChildUp)[0]
    o.pair.wait(1000)
    if who == "left":
        o.open(o.left, left, replaces=o.left.said(events.ChildUp)[0].child)
    else:
        o.open(o.right, right, replaces=first.child)
    for office in (o.left, o.right):
        old, new = o.run(office, events.ChildUp, 2)
        assert new.replaces == old.child
    o.pair.wait(40000)
    for office in (o.left, o.right):
        assert [down.reason for down in office.said(events.ChildDown)][0] in ("replaced", "deleted by peer")
        assert len(office.said(events.ChildDown)) == 1


def test_the_life_of_phase_1_ends_and_says_so_before() -> None:
    o = Offices(transforms=(Phase1Transform("aes", 128, "sha1", 2, 600),), keepalive=Keepalive(10, 2, True))
    left, right = o.stand()
    began = o.now
    for office in (o.left, o.right):
        o.pair.run(lambda office=office: office.said(events.Rekey) != [], 600_000)  # type: ignore[misc]
        assert [rekey.what for rekey in office.said(events.Rekey)] == ["phase1"]
    assert 480_000 <= o.now - began <= 540_000
    # The responder's began one message earlier.
    assert [e.cause for e in o.run(o.right, events.SessionDown)] == ["lifetime"]
    assert [e.cause for e in o.run(o.left, events.SessionDown)] == ["deleted-by-peer"]
    assert o.left.endpoint.deadline() is None


def test_a_close_is_heard_and_the_keys_are_gone() -> None:
    o = Offices()
    left, _ = o.stand()
    o.open(o.left, left)
    o.run(o.right, events.ChildUp)
    session = o.right.endpoint._sessions[0]
    phase1 = session.sealed().keys
    o.pair.call(o.sides[0], o.left.endpoint.close, left, o.now)
    (down,) = o.run(o.right, events.SessionDown)
    assert down.cause == "deleted-by-peer"
    assert not any(phase1.skeyid) and not any(phase1.cipher_key) and not any(phase1.skeyid_a)


@pytest.mark.parametrize("dead", ["left", "right"])
def test_a_dead_peer_is_noticed_by_either_role(dead: str) -> None:
    o = Offices(keepalive=Keepalive(10, 2, True))
    o.stand()
    gone = o.side(o.left if dead == "left" else o.right)
    began = o.now
    gone.address = bytes(4)  # nothing reaches it any more
    o.pair.sides.remove(gone)
    (down,) = o.run(o.right if dead == "left" else o.left, events.SessionDown)
    assert down.cause == "peer-dead" and o.now - began <= 20_100


def test_rules_are_replaced_as_a_whole() -> None:
    o = Offices()
    o.right.endpoint.accept((PeerRule(9, attempt(True, peer=bytes([192, 0, 2, 9]))),))
    o.begin(o.left)
    (down,) = o.run(o.left, events.SessionDown)
    assert down.cause == "no-answer"
    assert set(o.right.endpoint.dropped) == {"unknown-cookie"}
