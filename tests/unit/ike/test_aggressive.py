"""Aggressive mode, initiator: AM1 on the wire, what an AM2 must prove, AM3 (RFC 2409 5.4; XAUTHInitPreShared)."""

import pytest
from doubles.am2 import OFFER, Rows, answered, arrive, changed, payloads, replaced, with_more, without, written
from doubles.handshake import CLIENT, GATEWAY, Datagram, Handshake
from doubles.insider import client_session, notify

from ezvpn.crypto.port import Sharing
from ezvpn.ike.aggressive import AUTHS, VENDOR_IDS
from ezvpn.ike.child import SHORTEST_LIFE_S
from ezvpn.ike.events import Hint, Phase1Up, SessionDown
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.state import State
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import Exchange, Flag, Payload, parse_header
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import Identity, IdType, VendorId, parse_id, write_id
from ezvpn.wire.sa import IkeAttribute, IkeAuth, LifeType, Transform, parse_sa, write_attribute, write_sa
from ezvpn_hil.gateway.policy import Policy

DAY = 86400
LIVED = (Phase1Transform("aes", 128, "sha1", 2, DAY),)


def up(h: Handshake) -> Phase1Up:
    (event,) = h.said(Phase1Up)
    assert isinstance(event, Phase1Up)
    return event


def refused(h: Handshake, cause: str) -> bool:
    """Whether the client dropped one datagram for this cause, and nothing else happened."""
    session = client_session(h)
    still = session.state == State.AM1_SENT and session.protection is None
    return still and h.client.dropped == {cause: 1} and not h.said(Phase1Up)


# --- AM1 -----------------------------------------------------------------------------------------------------------


def test_am1_on_the_wire() -> None:
    # I -> R  HDR, SA, KE, Ni, IDii, VID...
    h = Handshake(transforms=OFFER)
    data = h.flying[0].data
    header = parse_header(data)
    assert (header.exchange, header.flags, header.message_id) == (Exchange.AGGRESSIVE, 0, 0)
    assert header.responder_cookie == bytes(8) and any(header.initiator_cookie)
    rows = payloads(data)
    assert [kind for kind, _ in rows[:4]] == [Payload.SA, Payload.KE, Payload.NONCE, Payload.ID]
    assert tuple(body for kind, body in rows[4:] if kind == Payload.VID) == VENDOR_IDS
    assert len(rows[1][1]) == 128 and len(rows[2][1]) == 20
    assert VendorId.DPD in VENDOR_IDS, "always (RFC 3706 5.1)"


def test_the_group_name_is_a_key_id_in_clear() -> None:
    h = Handshake(transforms=OFFER, group="sales")
    body = dict(payloads(h.flying[0].data))[Payload.ID]
    assert parse_id(body, 0, len(body)) == Identity(IdType.KEY_ID, 17, 0, b"sales")


def test_one_proposal_with_xauth_first_and_plain_psk_after() -> None:
    offered = (Phase1Transform("aes", 256, "sha256", 2, 0), Phase1Transform("3des", 0, "sha1", 2, 0))
    h = Handshake(transforms=offered)
    body = payloads(h.flying[0].data)[0][1]
    (one,) = parse_sa(body, 0, len(body)).proposals
    auths = [dict(t.attributes)[IkeAttribute.AUTHENTICATION] for t in one.transforms]
    assert auths == [AUTHS[0], AUTHS[0], AUTHS[1], AUTHS[1]] == [IkeAuth.XAUTH_INIT_PSK] * 2 + [IkeAuth.PSK] * 2


def test_each_attempt_has_its_own_cookie_nonce_and_key() -> None:
    first, second = Handshake(seed=1, transforms=OFFER), Handshake(seed=2, transforms=OFFER)
    a, b = first.flying[0].data, second.flying[0].data
    assert a[:8] != b[:8]
    assert dict(payloads(a))[Payload.KE] != dict(payloads(b))[Payload.KE]
    assert dict(payloads(a))[Payload.NONCE] != dict(payloads(b))[Payload.NONCE]


# --- AM2: what it must prove -----------------------------------------------------------------------------------------


def test_am2_is_proven_and_am3_is_encrypted() -> None:
    h = answered()
    h.step()
    am3 = parse_header(h.flying[0].data)
    assert (am3.exchange, am3.flags, am3.message_id) == (Exchange.AGGRESSIVE, Flag.ENCRYPTION, 0)
    assert am3.responder_cookie == h.gateway.sessions[0].responder_cookie
    assert (up(h).peer, up(h).transform, up(h).peer_id) == (GATEWAY, OFFER[0], "198.51.100.11")
    assert client_session(h).state == State.AM3_SENT


def test_the_exponent_is_zeroed_after_use() -> None:
    h = answered()
    exponent = client_session(h).aggressive.pair.exponent
    assert any(exponent)
    h.step()
    assert not any(exponent)


@pytest.mark.parametrize("turn", [1, 2, 3, 5])
def test_the_order_after_sa_does_not_matter(turn: int) -> None:
    # strongSwan puts HASH last, libreswan before the vendor IDs.
    h = answered()
    arrive(h, changed(h, lambda rows: [rows[0], *rows[1 + turn :], *rows[1 : 1 + turn]]))
    assert up(h)


@pytest.mark.parametrize("kind", [IdType.USER_FQDN, IdType.FQDN, IdType.KEY_ID])
@pytest.mark.parametrize(("protocol", "port"), [(0, 0), (17, 500), (17, 4500), (6, 80)])
def test_any_idir_is_accepted(kind: int, protocol: int, port: int) -> None:
    # Netscreen names itself by USER_FQDN; protocol and port are whatever peers send.
    h = answered()
    w = Writer(bytearray(64))
    write_id(w, Identity(kind, protocol, port, b"gw\x1b.example"))
    arrive(h, changed(h, replaced(Payload.ID, bytes(w.buf[: w.at])), prove=True))
    assert up(h).peer_id == "gw.example"


@pytest.mark.parametrize("payload", [Payload.KE, Payload.NONCE, Payload.ID, Payload.HASH])
def test_whatever_hash_r_covers_cannot_be_changed(payload: int) -> None:
    h = answered()
    body = dict(payloads(h.flying[0].data))[payload]
    arrive(h, changed(h, replaced(payload, body[:-1] + bytes([body[-1] ^ 1]))))
    assert refused(h, "hash")
    (hint,) = h.said(Hint)
    assert isinstance(hint, Hint) and hint.notify == NotifyType.AUTHENTICATION_FAILED
    h.step()
    assert up(h), "the true one is still taken"


def test_another_responder_cookie_is_not_proven() -> None:
    h = answered()
    arrive(h, changed(h, lambda rows: rows, cookie=b"strange!"))
    assert refused(h, "hash")


def test_no_responder_cookie_is_refused() -> None:
    h = answered()
    arrive(h, changed(h, lambda rows: rows, cookie=bytes(8)))
    assert refused(h, "cookie")


def test_a_stranger_cannot_answer() -> None:
    h = answered()
    arrive(h, h.flying[0].data, (0, bytes([203, 0, 113, 66]), 500))
    assert refused(h, "state")


@pytest.mark.parametrize("header", [{"message_id": 7}, {"flags": Flag.ENCRYPTION}], ids=str)
def test_am2_is_neither_encrypted_nor_numbered(header: dict[str, int]) -> None:
    h = answered()
    arrive(h, changed(h, lambda rows: rows, **header))
    assert refused(h, "state")


@pytest.mark.parametrize("payload", [Payload.SA, Payload.KE, Payload.NONCE, Payload.ID, Payload.HASH])
def test_a_missing_payload(payload: int) -> None:
    h = answered()
    arrive(h, changed(h, without(payload)))
    assert refused(h, "payloads")


@pytest.mark.parametrize("size", [0, 7, 257])
def test_nonces_have_8_to_256_bytes(size: int) -> None:
    # RFC 2409 5: "MUST be between 8 and 256 bytes inclusive"
    h = answered()
    arrive(h, changed(h, replaced(Payload.NONCE, bytes(size))))
    assert refused(h, "nonce")


@pytest.mark.parametrize(
    "value",
    [b"", bytes(128), bytes(127) + b"\1", b"\xff" * 128, bytes(256)],
    ids=["empty", "0", "1", "above p", "of another group"],
)
def test_bad_public_values(value: bytes) -> None:
    h = answered()
    arrive(h, changed(h, replaced(Payload.KE, value)))
    assert refused(h, "public-value")


def changed_sa(h: Handshake, change) -> bytes:
    def work(rows: Rows) -> Rows:
        body = rows[0][1]
        answer = parse_sa(body, 0, len(body)).proposals[0]
        answer.transforms = change(answer.transforms)
        w = Writer(bytearray(2000))
        write_sa(w, (answer,))
        return [(Payload.SA, bytes(w.buf[: w.at])), *rows[1:]]

    return changed(h, work)


def with_attribute(number: int, value: int):
    def change(transforms: tuple[Transform, ...]) -> tuple[Transform, ...]:
        one = transforms[0]
        rows = tuple((n, value if n == number else v) for n, v in one.attributes)
        return (Transform(one.number, one.id, rows),)

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_attribute(IkeAttribute.KEY_LENGTH, 256),
        with_attribute(IkeAttribute.HASH, 1),
        with_attribute(IkeAttribute.GROUP, 1),
        with_attribute(IkeAttribute.AUTHENTICATION, IkeAuth.RSA_SIG),
        lambda t: (),
        lambda t: (*t, *t),
    ],
    ids=["key length", "hash", "group", "authentication", "nothing", "two"],
)
def test_an_answer_that_was_not_offered_is_refused(change) -> None:
    # The chosen SA is not covered by HASH_R: it must equal an offered transform.
    h = answered()
    arrive(h, changed_sa(h, change))
    assert refused(h, "answer") or refused(h, "malformed")


def test_a_forged_am2_costs_no_diffie_hellman() -> None:
    h = answered()
    core = client_session(h).core
    wanted: list[int] = []
    sharing = core.crypto.dh_sharing

    def counted(group: int, exponent: bytearray, peer: bytes) -> Sharing:
        wanted.append(group)
        return sharing(group, exponent, peer)

    core.crypto.dh_sharing = counted  # type: ignore[method-assign, assignment]
    for number in range(200):
        arrive(h, changed(h, replaced(Payload.NONCE, bytes([number]) * 20)))
    assert (h.client.dropped, wanted) == ({"hash": 200}, [])
    h.step()
    assert up(h) and wanted == [OFFER[0].group]


def test_between_am2_and_am3_others_have_their_turn() -> None:
    # AM2 ->, then in turns of its own g^xy, then AM3. What comes meanwhile changes nothing, and AM1 is not repeated.
    h = answered()
    am2 = h.flying.pop()
    h.client.receive(am2.data, h.now, am2.source)
    h.drain()
    assert h.flying == [] and not h.said(Phase1Up)
    assert h.client.deadline() == h.now
    h.client.receive(am2.data, h.now, am2.source)
    forged = written(am2.data, replaced(Payload.NONCE, bytes(20))(payloads(am2.data)))
    h.client.receive(forged, h.now, am2.source)
    h.drain()
    assert h.flying == [] and h.client.dropped == {"state": 1}
    h.settle(h.client)
    assert len(h.flying) == 1 and up(h)


def test_a_session_that_is_closed_meanwhile_is_forgotten() -> None:
    h = answered()
    am2 = h.flying.pop()
    h.client.receive(am2.data, h.now, am2.source)
    exponent = client_session(h).aggressive.pair.exponent
    h.client.close(h.session, h.now)
    h.settle(h.client)
    assert not any(exponent) and h.client.deadline() is None and not h.said(Phase1Up)


def test_am3_unanswered_after_a_forged_am2_is_not_blamed_on_the_group_key() -> None:
    # A forged AM2, then the true one; the gateway dies. The key was right.
    h = answered()
    arrive(h, changed(h, replaced(Payload.NONCE, bytes(20))))
    h.step()
    h.flying.clear()
    while not h.said(SessionDown):
        assert h.jump()
        h.flying.clear()
    (down,) = h.said(SessionDown)
    assert isinstance(down, SessionDown) and (down.cause, down.step) == ("no-answer", "phase1")
    assert "after phase 1" in down.text


# --- what an AM2 settles ---------------------------------------------------------------------------------------------


def lifetime(seconds: int, protocol: int = 1) -> tuple[int, bytes]:
    w = Writer(bytearray(64))
    write_attribute(w, IkeAttribute.LIFE_TYPE, LifeType.SECONDS)
    write_attribute(w, IkeAttribute.LIFE_DURATION, seconds)
    return notify(NotifyType.RESPONDER_LIFETIME, bytes(w.buf[: w.at]), bytes(16), protocol)


@pytest.mark.parametrize(
    ("more", "life_s"),
    [
        ((), DAY),
        ((lifetime(3600),), 3600),
        ((lifetime(2 * DAY),), DAY),
        ((lifetime(1),), SHORTEST_LIFE_S),
        ((lifetime(3600, protocol=3),), DAY),
        ((notify(NotifyType.RESPONDER_LIFETIME, b"\x80\x0b\0"),), DAY),
        (((Payload.N, b"\0\0"),), DAY),
    ],
    ids=["none", "shorter", "longer", "one second", "of ESP", "cut off", "no notify"],
)
def test_responder_lifetime_in_am2_is_a_hint_that_only_shortens(
    more: tuple[tuple[int, bytes], ...], life_s: int
) -> None:
    # Cisco sends it there; nothing authenticates it (RFC 2407 4.6.3).
    h = answered(transforms=LIVED)
    arrive(h, changed(h, with_more(*more)))
    assert up(h).life_s == life_s
    assert client_session(h).status(h.now).remaining_s == life_s


def test_without_a_life_no_timer_runs() -> None:
    h = answered()
    h.step()
    assert up(h).life_s == 0 and client_session(h).status(h.now).remaining_s == 0


@pytest.mark.parametrize(
    ("vendor_id", "field"),
    [(VendorId.DPD, "dpd"), (VendorId.XAUTH, "xauth"), (VendorId.UNITY, "unity")],
)
def test_vendor_ids_tell_what_the_gateway_can(vendor_id: bytes, field: str) -> None:
    h = answered()
    assert parse_header(h.flying[0].data)
    arrive(h, changed(h, lambda rows: [row for row in rows if row != (Payload.VID, vendor_id)]))
    assert getattr(up(h), field) is False
    later = answered()
    version = vendor_id[:-2] + b"\7\7" if len(vendor_id) == 16 else vendor_id
    arrive(later, changed(later, lambda rows: [(k, version if b == vendor_id else b) for k, b in rows]))
    assert getattr(up(later), field) is True, "the version at the end does not count"


def test_without_xauth_the_configuration_is_asked_for_at_once() -> None:
    h = answered(policy=Policy(xauth=False))
    h.step()
    assert client_session(h).state == State.CONFIG
    assert [parse_header(d.data).exchange for d in h.flying] == [Exchange.AGGRESSIVE, Exchange.TRANSACTION]


# --- AM3 -------------------------------------------------------------------------------------------------------------


def test_am3_goes_out_again_until_something_encrypted_comes() -> None:
    # Nothing answers AM3; a gateway that lost it just waits.
    h = answered()
    h.step()
    am3 = h.flying.pop().data
    start, sent = h.now, []
    for at in (1000, 3000, 7000):
        h.now = start + at
        h.client.timeout(h.now)
        h.drain()
        sent.append([d.data == am3 for d in h.flying])
        h.flying.clear()
    assert sent == [[True]] * 3
    h.now = start + 8000
    h.deliver(Datagram(False, am3, (0, CLIENT, 500)))
    while h.flying and not h.flying[0].to_client:
        h.flying.pop(0)
    h.step()  # the XAUTH request
    assert client_session(h).confirmed and not client_session(h).aggressive.exchange.waiting


def test_a_repeated_am2_gets_the_same_am3() -> None:
    h = answered()
    am2 = h.flying[0]
    h.step()
    am3 = h.flying.pop().data
    h.deliver(am2)
    assert [d.data for d in h.flying] == [am3]


def test_another_am2_after_the_proven_one_is_dropped() -> None:
    h = answered()
    other, source = changed(h, with_more((Payload.VID, b"anything"))), h.flying[0].source
    h.step()
    before = len(h.flying)
    arrive(h, other, source)
    assert h.client.dropped == {"state": 1} and len(h.flying) == before


def test_too_many_vendor_ids() -> None:
    h = answered()
    arrive(h, changed(h, with_more(*[(Payload.VID, b"x")] * 50)))
    assert refused(h, "payloads")
