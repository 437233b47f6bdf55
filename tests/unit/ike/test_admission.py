"""What an unsolicited main mode message may allocate: nothing without a rule, a bounded number of half-open sessions with one."""

from __future__ import annotations

import pytest
from doubles.handshake import START, Counter
from doubles.peers import CHEAP, LEFT, RIGHT, Offices, attempt

from ezvpn.crypto.choose import best
from ezvpn.ike.admission import HALF_OPEN_MAX, HALF_OPEN_PER_PEER, STANDING_PER_PEER
from ezvpn.ike.endpoint import SESSIONS_MAX, Endpoint
from ezvpn.ike.events import Dropped, Event, Incoming, Phase1Up, SessionDown
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT, PeerRule, Phase1Transform
from ezvpn.ike.peer_session import HALF_OPEN_MS
from ezvpn.wire.isakmp import Exchange, Flag, Payload, parse_header

PEERS = [bytes([203, 0, 113, n]) for n in range(1, 21)]


def sent(endpoint: Endpoint) -> list[tuple[tuple[int, bytes, int], bytes]]:
    buf, out = bytearray(4096), []
    while size := endpoint.transmit(buf, START):
        out.append((endpoint.to, bytes(buf[:size])))
    return out


def told(endpoint: Endpoint) -> list[Event]:
    out = []
    while (event := endpoint.event()) is not None:
        out.append(event)
    return out


def gate(*peers: bytes, **options: object) -> Endpoint:
    """An endpoint that lets these begin."""
    endpoint = Endpoint(best(Counter(1)), Counter(2))
    endpoint.accept(tuple(PeerRule(n + 1, attempt(True, peer=peer, **options)) for n, peer in enumerate(peers)))
    return endpoint


def mm1(number: int = 0, transforms: tuple[Phase1Transform, ...] = CHEAP) -> bytes:
    """A genuine first message with a cookie of its own."""
    client = Endpoint(best(Counter(3)), Counter(100 + number))
    client.connect(attempt(transforms=transforms), START)
    ((_, data),) = sent(client)
    return data


def from_(peer: bytes, socket: int = SOCKET_IKE) -> tuple[int, bytes, int]:
    return socket, peer, 4500 if socket else 500


def test_nothing_without_a_rule() -> None:
    endpoint = gate(PEERS[0])
    first = mm1()
    for _ in range(10_000):
        endpoint.receive(first, START, from_(PEERS[1]))
    assert endpoint._sessions == [] and endpoint._leaving == [] and endpoint._core._spis == []
    assert endpoint.dropped == {"unknown-cookie": 10_000}
    assert sent(endpoint) == [] and endpoint.deadline() is None
    assert len([e for e in told(endpoint) if isinstance(e, Dropped)]) == 1


def test_a_flood_of_forged_first_messages_of_one_peer() -> None:
    endpoint = gate(PEERS[0])
    header = mm1()
    for n in range(10_000):
        endpoint.receive((n + 1).to_bytes(8, "big") + header[8:], START, from_(PEERS[0]))
        assert len(endpoint._sessions) <= HALF_OPEN_PER_PEER and len(endpoint._leaving) == 0
    assert [int.from_bytes(s.initiator_cookie, "big") for s in endpoint._sessions] == [9999, 10_000], (
        "the oldest made room"
    )
    endpoint.timeout(START + HALF_OPEN_MS)
    assert endpoint._sessions == [] and endpoint.deadline() is None
    assert [e for e in told(endpoint) if not isinstance(e, Dropped)] == [], "nobody outside heard of them"


def test_a_flood_from_the_addresses_of_many_peers() -> None:
    endpoint = gate(*PEERS)
    header = mm1()
    for n in range(10_000):
        endpoint.receive((n + 1).to_bytes(8, "big") + header[8:], START, from_(PEERS[n % len(PEERS)]))
        assert len(endpoint._sessions) <= HALF_OPEN_MAX
        if n % 100 == 0:
            sent(endpoint)
    for _ in range(SESSIONS_MAX):
        endpoint.connect(attempt(), START)  # what is ours is not crowded out


def test_an_honest_peer_is_safe_from_a_flood_after_one_round_trip() -> None:
    # mm1 -> <- mm2, mm3 -> <- mm4; then the flood; mm5 ->
    o = Offices()
    o.begin(o.left)
    for _ in range(4):
        o.pair.step()
    header = mm1()
    for n in range(200):
        o.pair.call(o.sides[1], o.right.endpoint.receive, (n + 1).to_bytes(8, "big") + header[8:], o.now, from_(LEFT))
    o.run(o.right, Incoming)
    o.run(o.left, Phase1Up)


def test_half_open_sessions_that_answered_are_not_displaced_by_other_peers() -> None:
    endpoint = gate(*PEERS)
    header = mm1()
    for n in range(HALF_OPEN_MAX):
        endpoint.receive((n + 1).to_bytes(8, "big") + header[8:], START, from_(PEERS[n]))
    for session in endpoint._sessions:
        session.move("MM_KEY_EXCH")
    endpoint.receive(header, START, from_(PEERS[15]))
    assert len(endpoint._sessions) == HALF_OPEN_MAX and endpoint.dropped == {"flood": 1}


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (8, b"\1"),  # a responder cookie
        (0, bytes(8)),  # no initiator cookie
        (16, bytes([Payload.KE])),
        (18, bytes([Exchange.AGGRESSIVE])),
        (18, bytes([Exchange.QUICK])),
        (19, bytes([Flag.ENCRYPTION])),
        (20, b"\0\0\0\1"),  # a message ID
    ],
)
def test_only_a_first_message_begins(at: int, value: bytes) -> None:
    endpoint = gate(PEERS[0])
    data = bytearray(mm1())
    data[at : at + len(value)] = value
    endpoint.receive(bytes(data), START, from_(PEERS[0]))
    assert endpoint._sessions == [] and endpoint.dropped == {"unknown-cookie": 1} and sent(endpoint) == []


@pytest.mark.parametrize("cut", [29, 40, 60, 80])
def test_a_first_message_must_be_whole(cut: int) -> None:
    endpoint = gate(PEERS[0])
    data = bytearray(mm1()[:cut])
    data[24:28] = cut.to_bytes(4, "big")
    endpoint.receive(bytes(data), START, from_(PEERS[0]))
    assert endpoint._sessions == [] and endpoint.dropped == {"malformed": 1} and sent(endpoint) == []


@pytest.mark.parametrize("socket", [SOCKET_IKE, SOCKET_NATT])
def test_a_refused_offer_is_answered_once_for_each_and_kept_nowhere(socket: int) -> None:
    endpoint = gate(PEERS[0])
    data = mm1(transforms=(Phase1Transform("aes", 256, "sha512", 5),))
    marker = bytes(4) if socket else b""
    endpoint.receive(marker + data, START, from_(PEERS[0], socket))
    ((to, answer),) = sent(endpoint)
    assert to == from_(PEERS[0], socket) and len(answer) < len(marker + data)
    header = parse_header(answer[len(marker) :])
    assert header.exchange == Exchange.INFORMATIONAL and header.initiator_cookie == data[:8] and not header.flags
    for _ in range(1000):
        endpoint.receive(marker + data, START, from_(PEERS[0], socket))
    assert endpoint._sessions == [] and len(sent(endpoint)) <= 8
    assert endpoint.dropped == {"no-proposal": 1001}


def test_no_answer_is_longer_than_what_it_answers() -> None:
    # The barest offer that a peer can make: one transform, no vendor ID.
    endpoint = gate(PEERS[0])
    data = mm1()
    header, length = parse_header(data), int.from_bytes(data[30:32], "big")
    bare = bytearray(data[: 28 + length])
    bare[24:28] = len(bare).to_bytes(4, "big")
    bare[28] = 0
    assert header.next_payload == Payload.SA
    for request in (data, bytes(b"B" * 8 + bare[8:])):
        endpoint.receive(request, START, from_(PEERS[0]))
        ((_, answer),) = sent(endpoint)
        assert len(answer) <= len(request)


def test_a_repeated_first_message_gets_the_same_answer_a_few_times() -> None:
    endpoint = gate(PEERS[0])
    data = mm1()
    answers = []
    for _ in range(50):
        endpoint.receive(data, START, from_(PEERS[0]))
        answers += sent(endpoint)
    assert len(endpoint._sessions) == 1
    assert len(answers) == 9 and len({answer for _, answer in answers}) == 1, "no reflector without end"


def test_a_cookie_that_is_taken_begins_nothing() -> None:
    o = Offices()
    o.stand()
    again = o.pair.log[0][3]
    o.pair.call(o.sides[1], o.right.endpoint.receive, again[:40] + b"\1" + again[41:], o.now, from_(LEFT))
    assert len(o.right.endpoint._sessions) == 1


def test_a_peer_that_makes_one_sa_after_the_other() -> None:
    o = Offices(initial_contact=False)
    for _ in range(3 * STANDING_PER_PEER):
        o.begin(o.left)
        o.pair.wait(1000)
    assert len(o.right.endpoint._sessions) <= STANDING_PER_PEER
    assert {down.cause for down in o.right.said(SessionDown)} == {"closed"}
    assert [s.id for s in o.right.endpoint._sessions] == [9, 10, 11, 12], "the oldest went"


def test_the_first_rule_for_an_address_counts() -> None:
    o = Offices()
    o.right.endpoint.accept((PeerRule(3, attempt(True)), PeerRule(4, attempt(True))))
    o.begin(o.left)
    (incoming,) = o.run(o.right, Incoming)
    assert (incoming.rule, incoming.peer) == (3, LEFT) and RIGHT != LEFT
