"""Messages under the ISAKMP SA: order of the checks, message IDs, and every message rule broken by someone who has the keys."""

import pytest
from doubles.am2 import OFFER, answered, arrive, changed
from doubles.handshake import GATEWAY, Handshake
from doubles.insider import Insider, Message, client_session, config, delete, notify, opened

from ezvpn.ike.events import ChildFailed, ChildUp, Configured, Phase1Up, SessionDown
from ezvpn.ike.exchange import ANSWER_REPEATS
from ezvpn.ike.params import ChildRequest, Selector
from ezvpn.ike.state import HASH_FIRST, RULES, State
from ezvpn.wire.attributes import ConfigType, Xauth
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, MessageWriter, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn_hil.gateway.policy import ESP

PING = notify(NotifyType.R_U_THERE, b"\0\0\0\1")
UNKNOWN = 99
SKIPPED = 200


def tunnel() -> tuple[Handshake, Insider]:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    return h, gateway


# --- the order of the checks (RFC 2408 5) ----------------------------------------------------------------------------


def test_message_id_0_belongs_to_phase_1() -> None:
    h, gateway = tunnel()
    h.client.receive(gateway.seal(Exchange.INFORMATIONAL, [PING], 0), h.now, gateway.source)
    assert h.client.dropped == {"state": 1}


@pytest.mark.parametrize("cut", [16, 8, 1])
def test_an_encrypted_part_that_is_no_multiple_of_the_block_is_dropped(cut: int) -> None:
    h, gateway = tunnel()
    data = bytearray(gateway.seal(Exchange.INFORMATIONAL, [PING], 7)[:-cut])
    data[24:28] = len(data).to_bytes(4, "big")
    h.client.receive(bytes(data), h.now, gateway.source)
    assert sum(h.client.dropped.values()) == 1 and not h.client._core.dropped.get("state")


@pytest.mark.parametrize("at", range(0, 48, 7))
def test_one_changed_bit_is_never_believed_and_does_not_move_the_chain(at: int) -> None:
    h, gateway = tunnel()
    good = gateway.seal(Exchange.INFORMATIONAL, [PING], 7)
    bad = bytearray(good)
    bad[HEADER_BYTES + at] ^= 0x10
    h.client.receive(bytes(bad), h.now, gateway.source)
    h.drain()
    assert h.flying == [] and sum(h.client.dropped.values()) == 1
    h.client.receive(good, h.now, gateway.source)
    h.drain()
    assert len(h.flying) == 1, "the true one is still new (RFC 2409 10)"


def test_any_padding_is_accepted() -> None:
    # RFC 2409 App. B: zeros; peers send other bytes and whole extra blocks.
    h, gateway = tunnel()
    w = MessageWriter(bytearray(400), *gateway.cookies, Exchange.INFORMATIONAL, 7, 1)
    at = gateway.protection.begin(w)
    w.add(*PING)
    gateway.protection.hash_rest(w, at, 7)
    used = w.finish()
    total = used + (-(used - HEADER_BYTES)) % 16 + 32
    clear = bytearray(w.buf[:used]) + b"\xa5" * (total - used)
    clear[24:28] = total.to_bytes(4, "big")
    p = gateway.protection
    sealed = p.crypto.cbc_encrypt(p.cipher, p.keys.cipher_key, p.first_iv(7), clear[HEADER_BYTES:])
    h.client.receive(bytes(clear[:HEADER_BYTES]) + sealed, h.now, gateway.source)
    h.drain()
    assert len(h.flying) == 1 and h.client.dropped == {}


def test_an_encrypted_message_before_phase_1_is_dropped() -> None:
    donor, gateway = tunnel()
    h = answered()
    data = bytearray(gateway.seal(Exchange.INFORMATIONAL, [PING], 7))
    data[:8] = h.seen[0].data[:8]
    h.client.receive(bytes(data), h.now, (0, GATEWAY, 500))
    assert h.client.dropped == {"state": 1} and donor.said(ChildUp)


# --- message IDs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Exchange.INFORMATIONAL, Exchange.TRANSACTION])
def test_a_message_id_keeps_its_exchange_type(kind: int) -> None:
    h, gateway = tunnel()
    number = next(e.message_id for e in client_session(h).exchanges if e.kind == Exchange.QUICK)
    gateway.say(kind, config(ConfigType.REQUEST) if kind == Exchange.TRANSACTION else PING, message_id=number)
    assert h.client.dropped == {"state": 1} and h.flying == []


def test_one_byte_message_ids_are_as_good_as_any() -> None:
    # vpnc
    h, gateway = tunnel()
    gateway.say(Exchange.INFORMATIONAL, PING, message_id=157)
    assert len(gateway.heard()) == 1


def test_a_finished_exchange_is_a_replay_once_it_is_forgotten() -> None:
    h, gateway = tunnel()
    old = [d.data for d in h.seen[2:] if d.to_client]
    h.now += 61_000
    h.client.timeout(h.now)
    for data in old:
        gateway.again(data)
    assert h.client.dropped == {"replay": len(old)} and h.flying == []


def test_repetitions_are_answered_a_few_times_only() -> None:
    # A stranger who recorded the REQUEST must not make us a reflector.
    h, gateway = tunnel()
    gateway.transact(ConfigType.REQUEST)
    request = gateway.last
    h.flying.clear()
    for _ in range(ANSWER_REPEATS + 5):
        gateway.again(request)
    assert len(h.flying) == ANSWER_REPEATS


# --- states ------------------------------------------------------------------------------------------------------------


def test_quick_mode_is_not_heard_before_the_configuration_is_done() -> None:
    # xauth 6: nothing but informationals may run until XAUTH is over.
    h, gateway = opened(Phase1Up, transforms=OFFER, answer=False)
    h.flying.clear()
    gateway.say(Exchange.QUICK, (Payload.SA, b""), (Payload.NONCE, b""))
    gateway.transact(ConfigType.REQUEST, (Xauth.PASSWORD, b""))
    gateway.say(Exchange.QUICK, (Payload.SA, b""), (Payload.NONCE, b""))
    assert h.client.dropped == {"state": 2} and client_session(h).state == State.XAUTH


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 7, 33, 34, 255])
def test_other_exchanges_are_never_heard(kind: int) -> None:
    h, gateway = tunnel()
    gateway.say(kind, PING)
    assert h.client.dropped == {"state": 1}


# --- quick modes one at a time -----------------------------------------------------------------------------------------


def request(number: int) -> ChildRequest:
    return ChildRequest(
        Selector(bytes([198, 18, 10, 1]), b"\xff" * 4), Selector(bytes([10, number, 0, 0]), b"\xff\xff\0\0"), ESP
    )


def quick_modes(gateway: Insider) -> list[Message]:
    return [m for m in gateway.heard() if m.kind == Exchange.QUICK]


def test_the_next_quick_mode_waits_for_the_one_before() -> None:
    h, gateway = tunnel()
    first = h.client.open_child(h.session, request(1), h.now)
    second = h.client.open_child(h.session, request(2), h.now)
    h.drain()
    assert len(quick_modes(gateway)) == 1
    gateway.inform(notify(NotifyType.NO_PROPOSAL_CHOSEN, b"", b"", 3))
    assert [e.child for e in h.said(ChildFailed)] == [first]  # type: ignore[attr-defined]
    assert len(quick_modes(gateway)) == 1
    h.client.close_child(h.session, second, h.now)
    h.drain()
    assert [e.child for e in h.said(ChildFailed)] == [first, second]  # type: ignore[attr-defined]


def test_a_quick_mode_that_still_waits_can_be_closed() -> None:
    # It once was started all the same when its turn came.
    h, gateway = tunnel()
    h.client.open_child(h.session, request(1), h.now)
    waiting = h.client.open_child(h.session, request(2), h.now)
    h.client.close_child(h.session, waiting, h.now)
    h.drain()
    assert [(e.child, e.cause) for e in h.said(ChildFailed)] == [(waiting, "closed")]  # type: ignore[attr-defined]
    gateway.heard()
    gateway.inform(notify(NotifyType.NO_PROPOSAL_CHOSEN, b"", b"", 3))
    assert quick_modes(gateway) == []


def test_a_closed_pair_is_told_to_the_gateway() -> None:
    h, gateway = tunnel()
    (child,) = client_session(h).children
    h.client.close_child(h.session, child.id, h.now)
    h.client.close_child(h.session, 999, h.now)
    h.drain()
    assert [m.delete().spis for m in gateway.heard()] == [(child.spi_in.to_bytes(4, "big"),)]
    assert not h.said(SessionDown)


# --- every row of state.RULES, broken by an insider --------------------------------------------------------------------

BODIES = {
    Payload.NONCE: bytes(20),
    Payload.ID: bytes.fromhex("01000000c6120a01"),
    Payload.N: PING[1],
    Payload.D: delete(3, b"\1\2\3\4")[1],
    Payload.ATTR: config(ConfigType.REQUEST)[1],
}
KINDS = {
    "informational": Exchange.INFORMATIONAL,
    "transaction": Exchange.TRANSACTION,
    "quick": Exchange.QUICK,
    "quick3": Exchange.QUICK,
}


def row(payload: int) -> tuple[int, bytes]:
    return payload, BODIES.get(payload, b"")


def least(message: str) -> list[tuple[int, bytes]]:
    """The smallest chain that the rule allows, without the HASH."""
    return [row(payload) for payload, count, _ in RULES[message] if payload != Payload.HASH for _ in range(count)]


def violations(message: str) -> list[tuple[str, list[tuple[int, bytes]]]]:
    found = [("unknown payload", [*least(message), (UNKNOWN, b"")])]
    for payload, count, most in RULES[message]:
        rest = [r for r in least(message) if r[0] != payload]
        if payload == Payload.HASH:
            found.append(("two HASH", [*least(message), (Payload.HASH, bytes(20))]))
            continue
        if count:
            found.append((f"no {payload}", rest))
        found.append((f"too many {payload}", [*rest, *[row(payload)] * (most + 1)]))
    return found


CASES = [(message, name, rows) for message in KINDS for name, rows in violations(message)]


def ready(message: str) -> tuple[Handshake, Insider, int, bytes]:
    """(…, message ID, nonce of the HASH) at the point where this message is awaited."""
    if message == "quick":
        h, gateway = opened(Configured, transforms=OFFER)
        (q1,) = gateway.heard()
        return h, gateway, q1.message_id, q1.body(Payload.NONCE)
    if message == "quick3":
        h = Handshake(transforms=OFFER)
        h.run()
        (pair,) = h.said(ChildUp)
        assert isinstance(pair, ChildUp)
        h.gateway.sessions[0].open_child(ChildRequest(pair.remote, pair.local, (pair.transform,)), 0, h.now)
        h.drain()
        h.step()
        exchange = client_session(h).exchanges[-1]
        h.flying.clear()
        gateway = Insider(h)
        gateway._ivs[exchange.message_id] = exchange.iv
        return h, gateway, exchange.message_id, b""
    h, gateway = tunnel()
    return h, gateway, gateway.new_id(), b""


@pytest.mark.parametrize(("message", "name", "rows"), CASES, ids=[f"{m}: {n}" for m, n, _ in CASES])
def test_a_broken_rule_is_dropped_and_counted(message: str, name: str, rows: list[tuple[int, bytes]]) -> None:
    h, gateway, number, nonce = ready(message)
    before = client_session(h).state, len(client_session(h).children), len(h.events)
    gateway.say(KINDS[message], *rows, message_id=number, nonce=nonce)
    assert h.client.dropped == {"payloads": 1}, name
    assert h.flying == []
    now = client_session(h).state, len(client_session(h).children), len([e for e in h.events if not hasattr(e, "text")])
    assert now == before


@pytest.mark.parametrize("message", [m for m in KINDS if m in HASH_FIRST])
def test_a_message_whose_first_payload_is_not_the_hash_is_dropped(message: str) -> None:
    h, gateway, number, _ = ready(message)
    w = MessageWriter(bytearray(600), *gateway.cookies, KINDS[message], number)
    w.add(*notify(NotifyType.REPLAY_STATUS))
    w.add(Payload.HASH, bytes(20))
    packet, _ = gateway.protection.seal(w, gateway._ivs.get(number) or gateway.protection.first_iv(number))
    gateway.again(packet)
    assert h.client.dropped == {"payloads": 1} and h.flying == []


@pytest.mark.parametrize("message", ["informational", "transaction"])
def test_private_payloads_are_skipped(message: str) -> None:
    h, gateway, number, _ = ready(message)
    gateway.say(KINDS[message], *least(message), (SKIPPED, b"anything"), message_id=number)
    assert h.client.dropped == {}


AM2_CASES = [
    (payload, count, most) for payload, count, most in RULES["am2"] if payload not in (Payload.NAT_D_DRAFT, Payload.CR)
]


@pytest.mark.parametrize(("payload", "count", "most"), AM2_CASES)
def test_a_broken_rule_of_am2_is_dropped_and_counted(payload: int, count: int, most: int) -> None:
    h = answered()
    arrive(h, changed(h, lambda found: [*found, *[(payload, b"x" * 20)] * (most + 1)]))
    if count:
        arrive(h, changed(h, lambda found: [r for r in found if r[0] != payload]))
    assert h.client.dropped == {"payloads": 2 if count else 1}
    assert client_session(h).state == State.AM1_SENT
    h.step()
    assert h.said(Phase1Up)


@pytest.mark.parametrize("payload", [row[0] for row in RULES["hint"]])
def test_a_broken_rule_of_a_hint_is_dropped_and_counted(payload: int) -> None:
    h = answered()
    most = next(row[2] for row in RULES["hint"] if row[0] == payload)
    for rows in ([(payload, BODIES.get(payload, b"x"))] * (most + 1), [(UNKNOWN, b"")]):
        w = MessageWriter(bytearray(8000), h.seen[0].data[:8], bytes(8), Exchange.INFORMATIONAL, 5)
        for kind, body in rows:
            w.add(kind, body)
        h.client.receive(bytes(w.buf[: w.finish()]), h.now, (0, GATEWAY, 500))
    assert h.client.dropped == {"payloads": 2}
    assert client_session(h).last_hint == 0
