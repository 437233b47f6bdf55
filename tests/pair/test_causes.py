"""How a negotiation ends that must not succeed: the cause, the sentence, and how long it takes."""

import pytest
from doubles.handshake import START, Handshake

from ezvpn.ike.events import ChildFailed, ChildUp, Hint, Phase1Up, SessionDown, XauthResult
from ezvpn.ike.params import Phase1Transform
from ezvpn_hil.gateway.policy import PHASE1, Policy


def to_the_end(h: Handshake) -> SessionDown:
    while not h.said(SessionDown):
        h.run()
        if not h.said(SessionDown):
            assert h.jump(), "nothing left to wait for"
    return h.said(SessionDown)[0]


def test_wrong_password() -> None:
    # REQUEST ->, <- REPLY, SET STATUS=fail ->, <- ACK, <- Delete ISAKMP
    h = Handshake(password="guess")
    down = to_the_end(h)
    assert (down.step, down.cause) == ("xauth", "xauth-failed")
    assert [e.ok for e in h.said(XauthResult)] == [False]
    h.run()
    assert h.gateway.sessions == [], "the ISAKMP SA is deleted at once (xauth 6)"


def test_wrong_group_key() -> None:
    # AM1 ->, <- AM2 with a HASH_R that does not verify: a forged AM2 must not end the attempt, so it runs its time.
    h = Handshake(key="guess")
    down = to_the_end(h)
    assert (down.step, down.cause) == ("phase1", "authentication")
    assert "group key" in down.text
    assert h.now - START == 15_000
    assert h.said(Hint)[0].notify == 24, "told at once, believed at the end"


def test_unknown_group() -> None:
    h = Handshake(group="nobody")
    down = to_the_end(h)
    assert (down.step, down.cause) == ("phase1", "authentication")
    assert "group name" in down.text


def test_no_common_proposal() -> None:
    h = Handshake(transforms=(Phase1Transform("aes", 256, "sha384", 14, 0),))
    down = to_the_end(h)
    assert (down.step, down.cause, down.last_hint) == ("phase1", "no-proposal", 14)


def test_nobody_answers() -> None:
    h = Handshake()
    h.flying.clear()
    sent = []
    while not h.said(SessionDown):
        assert h.jump()
        sent += [h.now - START] * len(h.flying)
        h.flying.clear()
    assert sent == [1000, 3000, 7000]
    assert h.now - START == 15_000
    assert h.said(SessionDown)[0].cause == "no-answer"


def test_pool_is_empty() -> None:
    h = Handshake(policy=Policy(pool=[]))
    assert to_the_end(h).cause == "config-failed"


def test_gateway_wants_pfs() -> None:
    h = Handshake(policy=Policy(pfs=14))
    h.run()
    assert [(e.cause, e.notify) for e in h.said(ChildFailed)] == [("no-proposal", 14)]
    assert not h.said(SessionDown), "phase 1 stays for another quick mode"


def test_hint_does_not_end_an_attempt_that_is_answered_later() -> None:
    # A stranger's NO-PROPOSAL-CHOSEN first, the gateway's AM2 afterwards.
    refused = Handshake(seed=5, transforms=(Phase1Transform("aes", 256, "sha384", 14, 0),))
    refused.step()
    h = Handshake(seed=5)
    hint = refused.flying[0]
    h.flying.append(hint)
    h.run()
    assert len(h.said(ChildUp)) == 1


def test_two_xauth_rounds() -> None:
    h = Handshake(policy=Policy(xauth_rounds=2))
    h.run()
    assert len(h.said(ChildUp)) == 1


def test_without_xauth() -> None:
    h = Handshake(policy=Policy(xauth=False))
    h.run()
    assert len(h.said(ChildUp)) == 1 and not h.said(XauthResult)


def test_pushed_configuration() -> None:
    # The gateway sends SET as soon as XAUTH is over; our own REQUEST crosses it.
    h = Handshake(policy=Policy(push=True))
    h.run()
    assert len(h.said(ChildUp)) == 1


@pytest.mark.parametrize("pfs", [0, 2, 14])
@pytest.mark.parametrize("split", [(), ("203.0.113.0/24",), ("203.0.113.0/24", "198.19.1.0/24", "10.0.0.0/8")])
def test_one_pair_for_each_network(pfs: int, split: tuple[str, ...]) -> None:
    h = Handshake(policy=Policy(split=split), pfs=pfs)
    h.run()
    assert len(h.said(ChildUp)) == max(len(split), 1)
    for up in h.said(ChildUp):
        assert up.pfs_group == pfs


@pytest.mark.parametrize("transform", PHASE1, ids=lambda t: f"{t.cipher}{t.key_bits}-{t.hash}-{t.group}")
def test_every_phase_1_transform(transform: Phase1Transform) -> None:
    h = Handshake(transforms=(transform,))
    h.run()
    assert h.said(Phase1Up)[0].transform == transform
    assert len(h.said(ChildUp)) == 1


def test_unknown_local_address_means_nat() -> None:
    h = Handshake(local=None)
    h.run()
    assert h.said(Phase1Up)[0].natt and h.said(ChildUp)[0].encap
    assert h.seen[2].source[2] == 4500, "AM3 floats"


def test_peer_without_nat_traversal() -> None:
    h = Handshake(policy=Policy(natt=False), local=None)
    h.run()
    assert not h.said(ChildUp)[0].encap
