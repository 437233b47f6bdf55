"""Repetition in one place (0, 1, 3, 7 s, given up at 15 s), and sealing against the recorded vectors."""

import json
from pathlib import Path

import pytest

from ezvpn.crypto.choose import best
from ezvpn.ike.exchange import ANSWER_REPEATS, Exchange, Protection, Sent
from ezvpn.ike.keys import Phase1Keys
from ezvpn.ike.state import Refused
from ezvpn.wire.isakmp import HEADER_BYTES, MessageWriter, Payload, parse_chain, parse_header
from ezvpn.wire.isakmp import Exchange as ExchangeType

# SOURCE: computed from the formulas of RFC 2409, checked between two implementations (header of the file).
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ike-vectors.json").read_text())
T = 2**30 - 5000


def request() -> Exchange:
    exchange = Exchange(ExchangeType.TRANSACTION, 7, b"iv", T)
    exchange.sent(b"REQUEST", Sent.REQUEST, T)
    return exchange


def test_a_request_goes_out_at_0_1_3_7_and_is_given_up_at_15() -> None:
    exchange = request()
    sent = []
    while (due := exchange.due()) is not None:
        if exchange.expire(due) is None:
            gave_up = due
        else:
            sent.append(due - T)
    assert sent == [1000, 3000, 7000]
    assert gave_up - T == 15000


def test_an_answered_request_is_not_repeated() -> None:
    exchange = request()
    exchange.answered(b"digest", b"next", T + 500)
    assert exchange.due() is None
    assert (exchange.received, exchange.iv) == (b"digest", b"next")


def test_an_answer_has_no_timer_and_follows_the_peers_repetitions() -> None:
    exchange = request()
    exchange.sent(b"ACK", Sent.ANSWER, T)
    assert exchange.due() is None
    assert [exchange.repeated() for _ in range(ANSWER_REPEATS)] == [b"ACK"] * ANSWER_REPEATS
    assert exchange.repeated() == b"", "a replayed message must not make us a reflector"


def test_a_last_message_goes_out_as_often_as_a_request_and_follows_the_peers_repetitions_too() -> None:
    exchange = request()
    exchange.sent(b"QUICK 3", Sent.LAST, T)
    assert exchange.repeated() == b"QUICK 3"
    sent = []
    while (due := exchange.due()) is not None:
        sent.append(exchange.expire(due))
    assert sent == [b"QUICK 3"] * 3 + [None]
    assert exchange.last, "giving up is no failure"


def test_a_last_message_that_arrived_is_not_repeated_unasked() -> None:
    exchange = request()
    exchange.sent(b"QUICK 3", Sent.LAST, T)
    exchange.arrived()
    assert exchange.due() is None
    assert exchange.repeated() == b"QUICK 3"


def test_a_request_not_answered_by_the_user_yet_repeats_nothing() -> None:
    assert Exchange(ExchangeType.TRANSACTION, 7, b"", T).repeated() == b""


def protection(hash_name: str, cipher: str, last_block: bytes) -> Protection:
    p1 = VECTORS["phase1_psk_aggressive"]["hmac-" + hash_name]
    name = "aes-256-" + hash_name
    key = bytes.fromhex(VECTORS["messages"]["sets"][name]["cipher_key"])
    chain = Phase1Keys(
        *(bytearray.fromhex(p1[field]) for field in ("SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e")), bytearray(key)
    )
    return Protection(best(), hash_name, cipher, chain, last_block)


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
@pytest.mark.parametrize(
    "message", ["XAUTH_REQUEST", "XAUTH_SET", "MODECFG_REQUEST", "R_U_THERE", "R_U_THERE_ACK", "DELETE_ESP", "QM1"]
)
def test_recorded_messages_open_verify_and_seal_again(hash_name: str, message: str) -> None:
    rows = VECTORS["messages"]["sets"]["aes-256-" + hash_name]
    sealed = bytes.fromhex(rows[message]["message"])
    p = protection(hash_name, "aes", bytes.fromhex(rows["AM3"]["last_block"]))
    header = parse_header(sealed)
    assert p.first_iv(header.message_id).hex() == rows[message]["iv"]
    plain, next_iv = p.open(memoryview(sealed), header, p.first_iv(header.message_id))
    assert next_iv.hex() == rows[message]["last_block"]
    clear = memoryview(plain)
    parts, end = parse_chain(clear, HEADER_BYTES, len(clear), header.next_payload)
    p.verify_rest(clear[parts[0].start : parts[0].end], header.message_id, clear[parts[0].end : end])
    w = MessageWriter(
        bytearray(b"\xa5" * 2048),
        header.initiator_cookie,
        header.responder_cookie,
        header.exchange,
        header.message_id,
    )
    at = p.begin(w)
    for part in parts[1:]:
        w.add(part.type, clear[part.start : part.end])
    p.hash_rest(w, at, header.message_id)
    assert p.seal(w, p.first_iv(header.message_id)) == (sealed, next_iv)


def test_a_wrong_hash_is_refused() -> None:
    rows = VECTORS["messages"]["sets"]["aes-256-sha1"]
    p = protection("sha1", "aes", bytes.fromhex(rows["AM3"]["last_block"]))
    with pytest.raises(Refused) as fault:
        p.verify_rest(b"\0" * 20, 1, memoryview(b"rest"))
    assert fault.value.cause == "hash"


@pytest.mark.parametrize("size", [HEADER_BYTES, HEADER_BYTES + 15, HEADER_BYTES + 17])
def test_an_encrypted_part_that_is_no_multiple_of_the_block_is_refused(size: int) -> None:
    rows = VECTORS["messages"]["sets"]["aes-256-sha1"]
    p = protection("sha1", "aes", b"\0" * 16)
    sealed = bytearray(bytes.fromhex(rows["QM1"]["message"])[:size])
    sealed[24:28] = size.to_bytes(4, "big")
    with pytest.raises(Refused):
        p.open(memoryview(sealed), parse_header(sealed), b"\0" * 16)


def test_keys_are_wiped() -> None:
    p = protection("sha1", "aes", b"")
    p.wipe()
    assert not any(p.keys.skeyid_a) and not any(p.keys.cipher_key)
    assert Payload.HASH == 8


def test_a_clock_that_jumps_makes_one_repetition_not_three() -> None:
    # The device slept, or a Diffie-Hellman took 8 s: a deadline in the past would have been due again at once.
    exchange = request()
    assert exchange.expire(T + 8000) == b"REQUEST"
    assert exchange.due() == T + 15000
    assert request().expire(T + 15000) is None


def test_a_repeated_answer_does_not_bring_the_request_back() -> None:
    # I -> R REQUEST, R -> I REPLY, and the network doubles the REPLY.
    exchange = request()
    exchange.answered(b"digest of REPLY", b"next", T + 500)
    assert exchange.repeated() == b""
