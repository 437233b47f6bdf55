"""Secrets leave a decrypted message, lengths stay, and what cannot be read fails at the same place as before."""

from __future__ import annotations

import pytest

from ezvpn.flight.scrub import first_payload, scrubbed
from ezvpn.wire.attributes import ConfigMessage, Xauth, write_config
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, MessageWriter, Payload, parse_chain

ANSWERS = (
    (Xauth.TYPE, 0),
    (Xauth.USER_NAME, b"alice"),
    (Xauth.PASSWORD, b"open-sesame"),
    (Xauth.PASSCODE, b"123456"),
    (Xauth.NEXT_PIN, b"998877"),
    (Xauth.ANSWER, b"my-first-cat"),
    (Xauth.MESSAGE, b"who are you?"),
)
HIDDEN = (b"open-sesame", b"123456", b"998877", b"my-first-cat", b"\x77" * 20)
SHOWN = (b"alice", b"who are you?")


def message(padding: int = 5) -> bytes:
    """HASH, ATTR, padding; without the header."""
    w = MessageWriter(bytearray(600), bytes(8), bytes(8), Exchange.TRANSACTION, 1)
    w.add(Payload.HASH, b"\x77" * 20)
    w.begin(Payload.ATTR)
    write_config(w, ConfigMessage(2, 7, ANSWERS))
    w.end()
    return bytes(w.buf[HEADER_BYTES : w.at]) + b"\xaa" * padding


def test_what_only_the_user_knows_and_the_hash_are_overwritten() -> None:
    plain = message()
    out = scrubbed(plain, Payload.HASH)
    assert len(out) == len(plain)
    assert [secret for secret in HIDDEN if secret in out] == []
    assert [text for text in SHOWN if text not in out] == []
    assert out.endswith(bytes(5))
    parts, end = parse_chain(out, 0, len(out), Payload.HASH)
    assert (parts, end) == parse_chain(plain, 0, len(plain), Payload.HASH)


def test_a_message_without_secrets_keeps_all_but_its_hash() -> None:
    w = MessageWriter(bytearray(200), bytes(8), bytes(8), Exchange.QUICK, 1)
    w.add(Payload.HASH, b"\x77" * 20)
    w.add(Payload.NONCE, b"n" * 16)
    plain = bytes(w.buf[HEADER_BYTES : w.at])
    assert scrubbed(plain, Payload.HASH) == plain.replace(b"\x77", b"\0")


@pytest.mark.parametrize("at", range(0, 160, 3))
def test_a_broken_message_fails_at_the_same_place_for_the_same_reason(at: int) -> None:
    plain = bytearray(message())
    if at < len(plain):
        plain[at] ^= 0x81

    def fault(data: bytes) -> str:
        try:
            parse_chain(data, 0, len(data), Payload.HASH)
        except Malformed as found:
            return f"{found.what} at {found.offset}"
        return ""

    assert fault(scrubbed(plain, Payload.HASH)) == fault(bytes(plain))


def test_what_cannot_be_read_is_overwritten() -> None:
    assert scrubbed(b"\x0e\x01\x00\x20open-sesame", Payload.ATTR) == b"\x0e\x01\x00\x20" + bytes(11)
    short = bytes([0, 0, 0, 20, 2, 0, 0, 7]) + Xauth.PASSWORD.to_bytes(2, "big") + b"\x40\x00open-ses"
    assert b"open" not in scrubbed(short, Payload.ATTR)


@pytest.mark.parametrize("cut", range(60))
def test_no_beginning_of_a_message_raises(cut: int) -> None:
    assert len(scrubbed(message()[:cut], Payload.HASH)) == cut


def test_what_the_encrypted_part_begins_with() -> None:
    def datagram(first: int, exchange: int) -> bytes:
        return bytes(16) + bytes([first, 0x10, exchange, 1]) + bytes(8)

    assert first_payload(datagram(Payload.HASH, Exchange.QUICK), 0) == Payload.HASH
    assert first_payload(bytes(4) + datagram(Payload.HASH, Exchange.QUICK), 1) == Payload.HASH
    assert first_payload(datagram(Payload.FRAG, Exchange.TRANSACTION), 0) == Payload.HASH
    assert first_payload(datagram(Payload.FRAG, Exchange.MAIN), 0) == Payload.ID
    assert first_payload(b"\xff", 1) == Payload.NONE
