"""What both kinds of session share: whose cookies, fragments, the clear and the encrypted, the NAT keepalive."""

from __future__ import annotations

import pytest
from doubles.link import Wire
from doubles.peers import LEFT, RIGHT, Offices

from ezvpn.ike.events import Incoming, Phase1Up, SessionDown
from ezvpn.ike.params import SOCKET_IKE
from ezvpn.ike.phase1_session import answers_to
from ezvpn.ike.sa import NO_COOKIE
from ezvpn.wire.isakmp import Exchange, Header, MessageWriter, Payload, parse_header

OTHER = b"other..."


def header(initiator: bytes, responder: bytes) -> Header:
    return Header(initiator, responder, Payload.SA, Exchange.MAIN, 0, 0, 100)


def test_whose_cookies_these_are() -> None:
    o = Offices()
    o.begin(o.left)
    ours = o.left.endpoint._sessions[0]
    assert answers_to(ours, header(ours.initiator_cookie, OTHER)), "the first answer names the responder's"
    assert not answers_to(ours, header(OTHER, NO_COOKIE))
    o.run(o.left, Phase1Up)
    theirs = o.right.endpoint._sessions[0]
    for session in (ours, theirs):
        assert answers_to(session, header(ours.initiator_cookie, ours.responder_cookie))
        assert not answers_to(session, header(ours.initiator_cookie, OTHER))
    # A first message has no responder cookie: it may be a repetition for who answered it, never for who sent it.
    assert answers_to(theirs, header(ours.initiator_cookie, NO_COOKIE))
    assert not answers_to(ours, header(ours.initiator_cookie, NO_COOKIE))


def fragments(data: bytes, size: int, number: int = 1) -> list[bytes]:
    """One message as pieces (payload 132): ID, number, flags, data."""
    head = parse_header(data)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    out = []
    for count, piece in enumerate(pieces, 1):
        w = MessageWriter(bytearray(4096), head.initiator_cookie, head.responder_cookie, Exchange.MAIN, 0)
        last = count == len(pieces)
        w.add(Payload.FRAG, number.to_bytes(2, "big") + bytes([count, last]) + piece)
        out.append(bytes(w.buf[: w.finish()]))
    return out


@pytest.mark.parametrize("messages", range(1, 6))
def test_main_mode_in_pieces(messages: int) -> None:
    o = Offices()
    o.begin(o.left)
    o.messages(messages)
    _, _, _, data, source = o.pair._flying.pop(0)
    side = o.sides[0] if messages % 2 else o.sides[1]
    for piece in reversed(fragments(data, 60)):
        o.pair.call(side, side.core.receive, piece, o.now, source)
    o.run(o.left, Phase1Up)
    o.run(o.right, Incoming)
    assert o.left.endpoint.dropped == o.right.endpoint.dropped == {}


def test_pieces_from_elsewhere_and_of_strangers() -> None:
    o = Offices()
    o.begin(o.left)
    first = o.pair.log[0][3]
    for piece in fragments(first, 60):
        # A first message in pieces belongs to no session: who would keep them?
        o.pair.call(o.sides[1], o.right.endpoint.receive, piece, o.now, (SOCKET_IKE, LEFT, 500))
    assert set(o.right.endpoint.dropped) == {"unknown-cookie"} and o.right.endpoint._sessions == []
    o.pair.step()
    (piece, *_) = fragments(o.pair._flying[0][3], 60)
    o.pair.call(o.sides[0], o.left.endpoint.receive, piece, o.now, (SOCKET_IKE, bytes([203, 0, 113, 9]), 500))
    assert o.left.endpoint.dropped == {"address": 1}


def test_an_unprotected_delete_under_an_sa_is_dropped() -> None:
    o = Offices()
    o.stand()
    o.pair.wait(100)
    session = o.left.endpoint._sessions[0]
    w = MessageWriter(
        bytearray(200), session.initiator_cookie, session.responder_cookie, Exchange.INFORMATIONAL, 0x1234
    )
    w.add(Payload.D, bytes.fromhex("00000001 01100001") + session.initiator_cookie + session.responder_cookie)
    o.pair.call(o.sides[0], o.left.endpoint.receive, bytes(w.buf[: w.finish()]), o.now, (SOCKET_IKE, RIGHT, 500))
    assert o.left.endpoint.dropped == {"unencrypted": 1} and o.left.said(SessionDown) == []


@pytest.mark.parametrize("exchange", [Exchange.AGGRESSIVE, Exchange.TRANSACTION])
def test_exchanges_that_a_site_to_site_session_has_not(exchange: int) -> None:
    o = Offices()
    o.stand()
    o.pair.wait(100)
    session = o.left.endpoint._sessions[0]
    w = MessageWriter(bytearray(200), session.initiator_cookie, session.responder_cookie, exchange, 5, 1)
    w.add(Payload.HASH, bytes(20))
    o.pair.call(o.sides[0], o.left.endpoint.receive, bytes(w.buf[: w.finish(16)]), o.now, (SOCKET_IKE, RIGHT, 500))
    assert o.left.endpoint.dropped == {"state": 1}


def test_a_keepalive_only_where_nothing_else_was_sent() -> None:
    o = Offices(left={"local": None}, wire=Wire(latency=1))
    left, _ = o.stand()
    o.open(o.left, left)
    o.pair.wait(100_000)
    times = [at for at, sender, _, data in o.pair.log if sender == LEFT]
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) <= 20_000
    assert [data for _, sender, _, data in o.pair.log if sender == LEFT][-1] == b"\xff"
