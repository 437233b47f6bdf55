import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import (
    HEADER_BYTES,
    Exchange,
    Flag,
    Header,
    MessageWriter,
    Part,
    Payload,
    parse_chain,
    parse_header,
)

from .exchanged import PADDING_BLOCK, plain_messages
from .reencode import reencode
from .strictness import outcome, withstands

CKY_I = bytes.fromhex("1112131415161718")
CKY_R = bytes.fromhex("a1a2a3a4a5a6a7a8")

# SOURCE: written by hand from RFC 2408 3.1: cookies, next N, version 1.0, informational, encryption flag, message ID, length;
# one payload of 3 bytes, 1 byte of padding.
SMALL = bytes.fromhex("1112131415161718a1a2a3a4a5a6a7a80b1005010102030400000024") + bytes.fromhex("00000007aabbcc00")


def write_small(buf: bytearray, start: int = 0) -> int:
    w = MessageWriter(buf, CKY_I, CKY_R, Exchange.INFORMATIONAL, 0x01020304, Flag.ENCRYPTION, start)
    w.add(Payload.N, b"\xaa\xbb\xcc")
    return w.finish(8)


def test_a_message_written_by_hand() -> None:
    buf = bytearray(b"\xa5" * 64)
    assert write_small(buf) == len(SMALL)
    assert buf[: len(SMALL)] == SMALL
    assert buf[len(SMALL) :] == b"\xa5" * (64 - len(SMALL))


def test_a_message_behind_the_non_esp_marker() -> None:
    buf = bytearray(b"\xa5" * 64)
    length = write_small(buf, 4)
    assert (length, buf[:4], buf[4 : 4 + length]) == (len(SMALL), b"\xa5" * 4, SMALL)
    header = parse_header(memoryview(buf)[: 4 + length], 4)
    assert header == Header(CKY_I, CKY_R, Payload.N, Exchange.INFORMATIONAL, Flag.ENCRYPTION, 0x01020304, len(SMALL))


def test_the_chain_ends_where_the_padding_begins() -> None:
    assert parse_chain(SMALL, HEADER_BYTES, len(SMALL), Payload.N) == ([Part(Payload.N, 28, 32, 35)], 35)


def test_no_payload_is_an_empty_chain() -> None:
    assert parse_chain(SMALL, HEADER_BYTES, len(SMALL), Payload.NONE) == ([], HEADER_BYTES)


@pytest.mark.parametrize(("name", "message", "padding"), plain_messages(), ids=[m[0] for m in plain_messages()])
def test_every_vector_decodes_and_encodes_to_itself(name: str, message: bytes, padding: int) -> None:
    encrypted = parse_header(message).flags & Flag.ENCRYPTION
    parts, end = parse_chain(message, HEADER_BYTES, len(message), parse_header(message).next_payload)
    assert len(message) - end == padding
    assert parts
    assert reencode(message, PADDING_BLOCK if encrypted else 1) == message


@pytest.mark.parametrize(
    ("name", "message", "padding"), plain_messages()[:15], ids=[m[0] for m in plain_messages()[:15]]
)
def test_a_cut_or_changed_message_is_malformed_and_nothing_else(name: str, message: bytes, padding: int) -> None:
    def parse(view: memoryview, start: int, end: int) -> object:
        return parse_header(view[:end], start)

    withstands(parse, message[:40])
    withstands(lambda view, start, end: parse_chain(view, start, end, message[16]), message[HEADER_BYTES:])
    for cut in range(len(message)):
        with pytest.raises(Malformed):
            parse_header(message[:cut])


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (17, 0x20, "version"),
        (17, 0x11, "version"),
        (17, 0x00, "version"),
        (19, 0x08, "flags"),
        (19, 0x81, "flags"),
        (27, 0x23, "length"),
        (27, 0x25, "length"),
        (24, 0x80, "length"),
    ],
)
def test_a_header_that_is_refused(at: int, value: int, what: str) -> None:
    bad = SMALL[:at] + bytes([value]) + SMALL[at + 1 :]
    with pytest.raises(Malformed, match=what):
        parse_header(bad)


def test_a_datagram_longer_than_its_header_says_is_refused() -> None:
    with pytest.raises(Malformed, match="length"):
        parse_header(SMALL + b"\x00")


@pytest.mark.parametrize(
    ("chain", "offset", "what"),
    [
        ("00010004", 1, "reserved"),
        ("00000003", 2, "below 4"),
        ("00000000", 2, "below 4"),
        ("00000005", 0, "longer"),
        ("0000ffff", 0, "longer"),
        ("000000", 0, "cut off"),
        ("0b0000050a" + "0000", 5, "cut off"),
    ],
)
def test_a_chain_that_is_refused(chain: str, offset: int, what: str) -> None:
    data = bytes.fromhex(chain)
    with pytest.raises(Malformed, match=what) as caught:
        parse_chain(data, 0, len(data), Payload.N)
    assert caught.value.offset == offset


def test_sixty_four_payloads_and_not_one_more() -> None:
    one = bytes([Payload.VID, 0, 0, 4])
    last = bytes([0, 0, 0, 4])
    parts, end = parse_chain(one * 63 + last, 0, 256, Payload.VID)
    assert (len(parts), end) == (64, 256)
    with pytest.raises(Malformed, match="64 payloads"):
        parse_chain(one * 64 + last, 0, 260, Payload.VID)


def test_a_writer_used_out_of_order_says_so() -> None:
    w = MessageWriter(bytearray(64), CKY_I, CKY_R, Exchange.MAIN, 0)
    with pytest.raises(ValueError, match="no payload is open"):
        w.end()
    w.begin(Payload.SA)
    with pytest.raises(ValueError, match="still open"):
        w.begin(Payload.KE)
    with pytest.raises(ValueError, match="still open"):
        w.finish()
    with pytest.raises(ValueError, match="8 bytes"):
        MessageWriter(bytearray(64), b"short", CKY_R, Exchange.MAIN, 0)
    with pytest.raises(ValueError, match="buffer full"):
        MessageWriter(bytearray(27), CKY_I, CKY_R, Exchange.MAIN, 0)


@given(
    st.binary(min_size=8, max_size=8),
    st.binary(min_size=8, max_size=8),
    st.integers(0, 255),
    st.integers(0, 7),
    st.integers(0, 0xFFFFFFFF),
    st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=40)), max_size=12),
    st.sampled_from([1, 8, 16]),
)
def test_round_trip(
    initiator: bytes,
    responder: bytes,
    exchange: int,
    flags: int,
    message_id: int,
    payloads: "list[tuple[int, bytes]]",
    block: int,
) -> None:
    buf = bytearray(b"\xa5" * 1024)
    w = MessageWriter(buf, initiator, responder, exchange, message_id, flags)
    for kind, body in payloads:
        w.add(kind, body)
    length = w.finish(block)
    message = bytes(buf[:length])
    assert (length - HEADER_BYTES) % block == 0
    header = parse_header(message)
    first = payloads[0][0] if payloads else 0
    assert header == Header(initiator, responder, first, exchange, flags, message_id, length)
    parts, end = parse_chain(message, HEADER_BYTES, length, header.next_payload)
    assert [(part.type, message[part.start : part.end]) for part in parts] == payloads
    assert message[end:] == bytes(length - end)
    assert length - end < block


@given(st.binary(max_size=200), st.integers(0, 255))
def test_any_bytes_are_a_chain_or_malformed(data: bytes, first: int) -> None:
    outcome(lambda view, start, end: parse_chain(view, start, end, first), data, 0, len(data))
    outcome(lambda view, start, end: parse_header(view, start), data, 0, len(data))
