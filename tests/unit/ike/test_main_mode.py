"""Main mode's messages one by one: what each may hold, what proves the peer."""

from __future__ import annotations

import pytest
from doubles.am2 import payloads
from doubles.peers import CHEAP, LEFT, RIGHT, Offices

from ezvpn.ike.events import Dropped, Incoming, Phase1Up
from ezvpn.ike.main_mode import MainMode
from ezvpn.ike.params import SOCKET_IKE, Phase1Transform
from ezvpn.ike.peer_session import PeerSession
from ezvpn.ike.sa import NO_COOKIE
from ezvpn.ike.state import State
from ezvpn.wire.isakmp import Exchange, Flag, MessageWriter, Payload, parse_header
from ezvpn.wire.payloads import VendorId
from ezvpn.wire.sa import parse_sa

A = Phase1Transform("aes", 128, "sha1", 2, 3600)
B = Phase1Transform("aes", 256, "sha256", 14, 86400)
C = Phase1Transform("3des", 0, "md5", 5, 0)


def stood(**options: object) -> tuple[Offices, list[bytes]]:
    o = Offices(**options)  # type: ignore[arg-type]
    o.stand()
    return o, [data for _, _, _, data in o.pair.log]


def test_the_payloads_of_the_four_messages_in_the_clear() -> None:
    _, (first, second, third, fourth, *_) = stood()
    kinds = [[kind for kind, _ in payloads(data)] for data in (first, second, third, fourth)]
    vids = [[data for kind, data in payloads(one) if kind == Payload.VID] for one in (first, second, third, fourth)]
    assert kinds[0][0] == kinds[1][0] == Payload.SA and set(kinds[0][1:]) == set(kinds[1][1:]) == {Payload.VID}
    assert kinds[2] == kinds[3] == [Payload.KE, Payload.NONCE, Payload.NAT_D, Payload.NAT_D]
    # No XAUTH, no Unity; the responder names the one NAT-T version that it chose.
    known = [VendorId.NATT_RFC, VendorId.NATT_03, VendorId.NATT_02N, VendorId.NATT_02]
    mine = [VendorId.DPD, VendorId.FRAGMENTATION_MAIN_AGGRESSIVE]
    assert vids == [known + mine, [VendorId.NATT_RFC, *mine], [], []]


def test_cookies_message_ids_and_flags() -> None:
    _, data = stood()
    headers = [parse_header(one) for one in data[:6]]
    assert headers[0].responder_cookie == NO_COOKIE and headers[1].responder_cookie != NO_COOKIE
    assert len({h.initiator_cookie for h in headers}) == 1 and len({h.responder_cookie for h in headers[1:]}) == 1
    assert [h.message_id for h in headers] == [0] * 6
    assert [h.flags for h in headers] == [0, 0, 0, 0, Flag.ENCRYPTION, Flag.ENCRYPTION]
    assert {h.exchange for h in headers} == {Exchange.MAIN}


def test_the_answer_holds_one_proposal_with_one_transform() -> None:
    _, data = stood(transforms=(A, B, C))
    sa = dict(payloads(data[1]))[Payload.SA]
    (answer,) = parse_sa(sa, 0, len(sa)).proposals
    assert len(answer.transforms) == 1


# --- what is refused -----------------------------------------------------------------------------------------------


def halted(messages: int) -> Offices:
    """After so many messages were delivered the next one flies."""
    o = Offices()
    o.begin(o.left)
    o.messages(messages)
    return o


def inject(o: Offices, data: bytes, to_left: bool, source: bytes | None = None) -> str:
    """Hand a datagram over; the cause by which it was dropped, or ""."""
    side, office = (o.sides[0], o.left) if to_left else (o.sides[1], o.right)
    before = dict(office.endpoint.dropped)
    peer = source or (RIGHT if to_left else LEFT)
    o.pair.call(side, office.endpoint.receive, data, o.now, (SOCKET_IKE, peer, 500))
    return "".join(cause for cause, count in office.endpoint.dropped.items() if count > before.get(cause, 0))


def rewritten(data: bytes, rows: list[tuple[int, bytes]], cookie: bytes | None = None) -> bytes:
    header = parse_header(data)
    w = MessageWriter(
        bytearray(8192),
        header.initiator_cookie,
        header.responder_cookie if cookie is None else cookie,
        Exchange.MAIN,
        header.message_id,
        header.flags,
    )
    for kind, value in rows:
        w.add(kind, value)
    return bytes(w.buf[: w.finish()])


def flying(o: Offices) -> bytes:
    return o.pair._flying[0][3]


def changed(o: Offices, payload: int, value: bytes | None) -> bytes:
    """The flying message with one payload replaced, or left out."""
    data = flying(o)
    rows = [(kind, value if kind == payload else old) for kind, old in payloads(data)]
    return rewritten(data, [(kind, new) for kind, new in rows if new is not None])


def test_mm2_without_a_responder_cookie() -> None:
    o = halted(1)
    assert inject(o, rewritten(flying(o), payloads(flying(o)), NO_COOKIE), True) == "cookie"
    o.run(o.left, Phase1Up)


def test_mm2_with_a_transform_that_was_not_offered() -> None:
    o = halted(1)
    data = flying(o)
    sa = bytearray(dict(payloads(data))[Payload.SA])
    at = bytes(sa).index(bytes([0x80, 1, 0, 7]))
    sa[at + 3] = 5
    assert inject(o, changed(o, Payload.SA, bytes(sa)), True) == "answer"
    o.run(o.left, Phase1Up)


@pytest.mark.parametrize("messages", [2, 3])
@pytest.mark.parametrize(
    ("payload", "value", "cause"),
    [
        (Payload.NONCE, bytes(7), "nonce"),
        (Payload.NONCE, bytes(257), "nonce"),
        (Payload.NONCE, None, "payloads"),
        (Payload.KE, bytes(128), "public-value"),
        (Payload.KE, bytes(127) + b"\1", "public-value"),
        (Payload.KE, b"\2" * 64, "public-value"),
        (Payload.KE, None, "payloads"),
    ],
)
def test_unusable_keys_are_refused_and_the_real_ones_still_count(
    messages: int, payload: int, value: bytes | None, cause: str
) -> None:
    o = halted(messages)
    assert inject(o, changed(o, payload, value), messages == 3) == cause
    o.run(o.left, Phase1Up)
    o.run(o.right, Incoming)


@pytest.mark.parametrize("messages", [4, 5])
def test_a_proof_that_was_touched(messages: int) -> None:
    o = halted(messages)
    data = flying(o)
    assert parse_header(data).flags == Flag.ENCRYPTION
    for at in (28, 40, len(data) - 1):
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert inject(o, broken, messages == 5) == "authentication"
    o.run(o.left, Phase1Up)
    o.run(o.right, Incoming)


@pytest.mark.parametrize("messages", range(1, 6))
def test_another_address_and_another_message_id(messages: int) -> None:
    o = halted(messages)
    data, to_left = flying(o), messages % 2 == 1
    assert inject(o, data, to_left, bytes([203, 0, 113, 9])) == "address"
    assert inject(o, data[:20] + b"\0\0\0\1" + data[24:], to_left) == "state"
    o.run(o.left, Phase1Up)


def test_a_proof_in_the_clear_is_none() -> None:
    o = halted(4)
    data = flying(o)
    assert inject(o, data[:19] + b"\0" + data[20:], False) == "state"


def test_nothing_secret_is_left_in_a_session_that_ends_early() -> None:
    o = halted(4)
    session = o.right.endpoint._sessions[0]
    assert isinstance(session, PeerSession) and isinstance(session.main, MainMode)
    main, pair = session.main, session.main.pair
    assert main.protection is not None and pair is not None and session.state == State.MM_KEY_EXCH
    chain = main.protection.keys
    session.vanish()
    assert not any(chain.skeyid) and not any(chain.skeyid_d) and not any(chain.cipher_key) and not any(pair.exponent)


def test_the_exponent_is_forgotten_when_the_sa_stands() -> None:
    o, _ = stood()
    for office in (o.left, o.right):
        session = office.endpoint._sessions[0]
        assert isinstance(session, PeerSession) and session.main.pair is not None
        assert not any(session.main.pair.exponent)


def test_an_ordinary_run_drops_nothing() -> None:
    o, _ = stood(transforms=CHEAP)
    o.pair.wait(5000)
    assert o.left.said(Dropped) == o.right.said(Dropped) == []
