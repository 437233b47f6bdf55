"""Quick mode, both halves, against a gateway that says whatever a test wants (RFC 2409 5.5; RFC 2407 4.5)."""

import pytest
from doubles.handshake import Handshake
from doubles.insider import client_session, delete, notify, sa
from doubles.quick import (
    NR,
    SPI,
    Attributes,
    answer,
    answer_sa,
    failures,
    identity,
    ids,
    net,
    offered,
    quick1,
    up,
    whole,
)

from ezvpn.crypto.dh import generate
from ezvpn.ike.child import SHORTEST_LIFE_KB, SHORTEST_LIFE_S
from ezvpn.ike.events import ChildDown, ChildUp, Rekey, SessionDown
from ezvpn.ike.exchange import GIVE_UP_MS
from ezvpn.ike.params import ChildRequest, Selector
from ezvpn.ike.quick_mode import QuickInitiator
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import Exchange, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import Identity, IdType, parse_id
from ezvpn.wire.sa import IpsecAttribute, LifeType, write_attribute
from ezvpn_hil.gateway.policy import ESP

# --- we start ------------------------------------------------------------------------------------------------------


def test_quick_1_is_hash_sa_nonce_and_both_identities() -> None:
    h, _, q1 = quick1()
    assert q1.types() == [Payload.SA, Payload.NONCE, Payload.ID, Payload.ID]
    ours, theirs = ids(q1)
    assert parse_id(ours[1], 0, 8) == Identity(IdType.IPV4_ADDR, 0, 0, bytes([198, 18, 10, 1]))
    assert parse_id(theirs[1], 0, 12) == Identity(IdType.IPV4_SUBNET, 0, 0, bytes([203, 0, 113, 0, 255, 255, 255, 0]))
    assert len(offered(q1).transforms) == len(ESP)
    for transform in offered(q1).transforms:
        assert IpsecAttribute.GROUP not in [number for number, _ in transform.attributes], "no group without PFS"


def test_quick_1_with_pfs_has_ke_and_the_group_in_every_transform() -> None:
    _, _, q1 = quick1(pfs=2)
    assert q1.types() == [Payload.SA, Payload.NONCE, Payload.KE, Payload.ID, Payload.ID]
    assert all((IpsecAttribute.GROUP, 2) in t.attributes for t in offered(q1).transforms)


def test_quick_2_brings_the_pair_and_quick_3() -> None:
    # Q1 -> , <- Q2, Q3 -> with HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni | Nr)
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    (q3,) = gateway.heard()
    assert q3.hash_value == gateway.quick3_hash(q1.message_id, q1.body(Payload.NONCE), NR)
    assert (up(h).spi_out, up(h).transform) == (int.from_bytes(SPI, "big"), ESP[0])
    assert "key_in=<hidden>" in repr(up(h)) and bytes(up(h).key_in).hex() not in repr(up(h))


def test_a_repeated_quick_2_gets_the_same_quick_3() -> None:
    # Q3 was lost: the gateway repeats Q2.
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    q3 = h.flying.pop().data
    gateway.again()
    assert [d.data for d in h.flying] == [q3]
    assert len(h.said(ChildUp)) == 1


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (0, 4, 3, 1, 2), (0, 3, 1, 4, 2)])
def test_the_order_after_sa_does_not_matter(order: tuple[int, ...]) -> None:
    # RFC 2409 5.5: SA comes right after HASH, IDci before IDcr, the rest in any order.
    h, gateway, q1 = quick1()
    rows = [*whole(q1), notify(NotifyType.REPLAY_STATUS, bytes([0, 0, 0, 1]), SPI, 3)]
    turned = [rows[i] for i in order]
    turned = [row for row in turned if row[0] != Payload.ID] + ids(q1)
    answer(gateway, q1, *turned)
    assert up(h)


def test_a_wrong_hash_2_is_dropped_and_the_true_one_still_taken() -> None:
    h, gateway, q1 = quick1()
    before = dict(gateway._ivs)
    answer(gateway, q1, *whole(q1), nonce=b"another nonce")
    assert h.client.dropped == {"hash": 1}
    gateway._ivs = before  # RFC 2409 10: a forgery must not move the chain
    answer(gateway, q1, *whole(q1))
    assert up(h)


def test_narrowed_identities_are_taken() -> None:
    # strongSwan narrows 0/0 to its own networks.
    h, gateway, q1 = quick1()
    narrow = net("203.0.113.64/26", 6, 80)
    answer(gateway, q1, *whole(q1)[:2], ids(q1)[0], identity(narrow))
    assert up(h).remote == narrow


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (net("198.18.10.1/32"), net("203.0.112.0/23")),
        (net("198.18.10.0/31"), net("203.0.113.0/24")),
        (net("198.18.10.2/32"), net("203.0.113.0/24")),
        (net("203.0.113.0/24"), net("198.18.10.1/32")),
    ],
    ids=["wider remote", "wider local", "another local", "swapped"],
)
def test_widened_identities_are_refused(ours: Selector, theirs: Selector) -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1)[:2], identity(ours), identity(theirs))
    assert failures(h) == [("protocol", 0)] and not h.said(ChildUp)


@pytest.mark.parametrize(
    "make",
    [
        lambda q1: (answer_sa(q1), (Payload.NONCE, NR)),
        lambda q1: (answer_sa(q1), (Payload.NONCE, NR), ids(q1)[0]),
        lambda q1: (answer_sa(q1), (Payload.NONCE, b"seven b"), *ids(q1)),
        lambda q1: (answer_sa(q1), (Payload.NONCE, bytes(257)), *ids(q1)),
        lambda q1: (answer_sa(q1, spi=b"\0\0\0\xff"), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (answer_sa(q1, spi=b"\0\1"), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (answer_sa(q1, 0, lambda a: a[1:]), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (answer_sa(q1, 0, lambda a: (*a, (IpsecAttribute.GROUP, 2))), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (sa(offered(q1)), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (*whole(q1), (Payload.KE, bytes(range(128)))),
        # From here on the bytes are wrong, not the protocol: the HASH is right all the same.
        lambda q1: ((Payload.SA, b"\0\0\0\1\0\0\0\1\0\0\0\x09"), (Payload.NONCE, NR), *ids(q1)),
        lambda q1: (answer_sa(q1), (Payload.NONCE, NR), ids(q1)[0], (Payload.ID, b"\1\0\0\0\1")),
        lambda q1: (*whole(q1), notify(NotifyType.RESPONDER_LIFETIME, b"\x80\1\0", SPI, 3)),
        lambda q1: (*whole(q1), (Payload.N, b"\0\0\0\1\3")),
    ],
    ids=[
        "no identities",
        "one identity",
        "short nonce",
        "long nonce",
        "reserved SPI",
        "short SPI",
        "attribute missing",
        "group added",
        "the whole offer",
        "KE without PFS",
        "SA cut off",
        "identity cut off",
        "lifetime cut off",
        "notify cut off",
    ],
)
def test_an_answer_that_is_none_fails_the_quick_mode_and_frees_the_way(make) -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *make(q1))
    assert failures(h) == [("protocol", 0)] and not h.said(ChildUp)
    assert client_session(h).children == [], "nothing waits for ever"
    h.flying.clear()
    h.client.open_child(h.session, ChildRequest(net("198.18.10.1/32"), net("203.0.113.0/24"), ESP), h.now)
    h.drain()
    assert [m.kind for m in gateway.heard()] == [Exchange.QUICK], "the next quick mode starts at once"


def test_a_refused_quick_2_that_is_repeated_does_not_bring_quick_1_back() -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1)[:2])
    gateway.again()
    assert h.flying == []


def test_pfs_answered_without_ke_is_refused_and_the_exponent_zeroed() -> None:
    h, gateway, q1 = quick1(pfs=2)
    task = client_session(h).exchange(q1.message_id).task
    assert isinstance(task, QuickInitiator) and task.pair is not None and any(task.pair.exponent)
    answer(gateway, q1, *whole(q1))
    assert failures(h) == [("protocol", 0)]
    assert not any(task.pair.exponent)


@pytest.mark.parametrize("value", [bytes(128), b"\0" * 127 + b"\1", b"\2" * 127], ids=["0", "1", "short"])
def test_bad_public_values_are_refused(value: bytes) -> None:
    h, gateway, q1 = quick1(pfs=2)
    answer(gateway, q1, *whole(q1, (Payload.KE, value)))
    assert failures(h) == [("protocol", 0)]


def test_pfs() -> None:
    h, gateway, q1 = quick1(pfs=2)
    pair = generate(h.gateway.core.crypto, h.gateway.core.random, 2)
    answer(gateway, q1, *whole(q1, (Payload.KE, pair.public)))
    assert up(h).pfs_group == 2


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (NotifyType.NO_PROPOSAL_CHOSEN, "no-proposal"),
        (NotifyType.INVALID_ID_INFORMATION, "refused"),
        (NotifyType.ATTRIBUTES_NOT_SUPPORTED, "refused"),
    ],
)
@pytest.mark.parametrize("spi", ["ours", "none", "strange"])
def test_a_refusal_fails_the_quick_mode_under_way(kind: int, cause: str, spi: str) -> None:
    h, gateway, q1 = quick1()
    named = {"ours": offered(q1).spi, "none": b"", "strange": b"\1\2\3\4"}[spi]
    gateway.inform(notify(kind, b"", named, 3))
    assert failures(h) == [(cause, kind)]


def test_silence_is_given_up_at_15_s() -> None:
    h, gateway, _ = quick1()
    h.now += GIVE_UP_MS
    h.client.timeout(h.now)
    h.drain()
    assert failures(h) == [("no-answer", 0)] and not h.said(SessionDown)


# --- quick 3, which nothing answers ---------------------------------------------------------------------------------------


def repeated(h: Handshake) -> list[int]:
    """When something went out again, in ms from now; time goes from deadline to deadline for 20 s."""
    start, found = h.now, []
    while (at := h.client.deadline()) is not None and at <= start + 20_000:
        h.now = at
        h.client.timeout(at)
        h.drain()
        found += [at - start for _ in h.flying]
        h.flying.clear()
    return found


def test_quick_3_goes_out_again_until_the_pair_is_used() -> None:
    # A gateway may have stopped repeating Q2: strongSwan does when the next quick mode begins.
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    h.flying.clear()
    assert repeated(h) == [1000, 3000, 7000]
    assert not failures(h) and not h.said(ChildDown)


@pytest.mark.parametrize("end", ["used", "deleted"])
def test_quick_3_rests_when_the_pair_is_used_or_gone(end: str) -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    h.client.note_inbound(h.session, h.now, up(h).spi_in + 1)  # another pair
    h.now += 1000
    h.client.timeout(h.now)
    h.drain()
    assert len(h.flying) == 2
    h.flying.clear()
    if end == "used":
        h.client.note_inbound(h.session, h.now, up(h).spi_in)
    else:
        gateway.inform(delete(3, SPI))
    assert repeated(h) == []


def test_a_gateway_that_cannot_read_a_repeated_quick_3_fails_no_other_quick_mode() -> None:
    # SOURCE: strongSwan 5.9.8 answers so once another exchange came in between.
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    h.client.open_child(h.session, ChildRequest(net("198.18.10.1/32"), net("198.19.2.0/24"), ESP), h.now)
    h.drain()
    gateway.heard()
    h.now += 1000
    h.client.timeout(h.now)
    h.drain()
    gateway.inform(notify(NotifyType.PAYLOAD_MALFORMED))
    assert not failures(h)
    gateway.inform(notify(NotifyType.NO_PROPOSAL_CHOSEN, b"", b"", 3))
    assert failures(h) == [("no-proposal", NotifyType.NO_PROPOSAL_CHOSEN)]


# --- lifetimes -------------------------------------------------------------------------------------------------------


def lives(seconds: int, kilobytes: int = 0) -> bytes:
    w = Writer(bytearray(64))
    rows: list[tuple[int, int | bytes]] = [
        (IpsecAttribute.LIFE_TYPE, LifeType.SECONDS),
        (IpsecAttribute.LIFE_DURATION, seconds),
    ]
    if kilobytes:
        rows += [(IpsecAttribute.LIFE_TYPE, LifeType.KILOBYTES), (IpsecAttribute.LIFE_DURATION, kilobytes)]
    for number, value in rows:
        write_attribute(w, number, value)
    return bytes(w.buf[: w.at])


def test_responder_lifetime_in_quick_2_is_adopted() -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1, notify(NotifyType.RESPONDER_LIFETIME, lives(1200, 100_000), SPI, 3)))
    assert (up(h).life_s, up(h).life_kb) == (1200, 100_000)


@pytest.mark.parametrize("which", ["theirs", "ours"])
def test_responder_lifetime_in_an_informational_is_adopted(which: str) -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    spi = {"theirs": SPI, "ours": offered(q1).spi}[which]
    gateway.inform(notify(NotifyType.RESPONDER_LIFETIME, lives(900), spi, 3))
    (child,) = client_session(h).children
    assert (child.life_s, child.expire_at) == (900, h.now + 900_000)


def test_a_responder_lifetime_never_lengthens_and_has_a_floor() -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1, notify(NotifyType.RESPONDER_LIFETIME, lives(999_999), SPI, 3)))
    assert up(h).life_s == 3600
    gateway.inform(notify(NotifyType.RESPONDER_LIFETIME, lives(1, 1), SPI, 3))
    (child,) = client_session(h).children
    assert (child.life_s, child.life_kb) == (SHORTEST_LIFE_S, SHORTEST_LIFE_KB)


def test_the_answers_own_life_is_adopted_with_the_same_floor() -> None:
    def one_second(attributes: Attributes) -> Attributes:
        rows: list[tuple[int, int | bytes]] = []
        unit: int | bytes = 0
        for number, value in attributes:
            unit = value if number == IpsecAttribute.LIFE_TYPE else unit
            seconds = number == IpsecAttribute.LIFE_DURATION and unit == LifeType.SECONDS
            rows.append((number, 1 if seconds else value))
        return tuple(rows)

    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1, change=one_second))
    assert up(h).life_s == SHORTEST_LIFE_S, "or we would renew it all day"


def test_a_pair_asks_for_renewal_once_and_ends_with_its_life() -> None:
    h, gateway, q1 = quick1()
    answer(gateway, q1, *whole(q1))
    gateway.heard()
    (child,) = client_session(h).children
    assert child.rekey_at is not None and child.expire_at is not None
    h.now = child.rekey_at
    for _ in range(3):
        h.client.timeout(h.now)
        h.drain()
    assert [(e.what, e.child) for e in h.said(Rekey)] == [("child", child.id)]
    h.now = child.expire_at
    h.client.timeout(h.now)
    h.drain()
    assert [(e.child, e.reason) for e in h.said(ChildDown)] == [(child.id, "lifetime")]
    (said,) = gateway.heard()
    assert said.delete().spis == (child.spi_in.to_bytes(4, "big"),), "a Delete names our inbound SPI"
