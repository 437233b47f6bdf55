"""Echoes as bytes, and what comes back: replies, errors that quote, and what is none of both."""

from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire import icmp
from ezvpn.wire.icmp import Answer, Type
from ezvpn.wire.inet import build_ipv4, checksum

ROUTER, PEER, OWN = b"\xc0\0\2\1", b"\xc6\x33\x64\x0b", b"\xc0\0\2\7"

# SOURCE: RFC 792 page 14, the checksum computed by hand: ~(0800 + 1234 + 0001 + 6162)
ECHO = bytes.fromhex("0800 8468 1234 0001 6162")


def error(kind: int, code: int, quoted: bytes) -> bytes:
    head = bytearray(20)
    build_ipv4(head, 0, 1, OWN, PEER, len(quoted))
    return bytes([kind, code]) + bytes(6) + bytes(head) + quoted[:8]


def test_an_echo_request() -> None:
    assert bytes(icmp.echo(0x1234, 1, b"ab")) == ECHO
    assert checksum(icmp.echo(7, 2, bytes(range(99)))) == 0


def test_a_reply() -> None:
    assert icmp.parse(b"\0" + ECHO[1:]) == Answer(Type.ECHO_REPLY, 0, 0x1234, 1, b"", b"ab")


def test_an_error_quotes_what_was_sent() -> None:
    assert icmp.parse(error(11, 0, ECHO)) == Answer(Type.EXCEEDED, 0, 0x1234, 1, PEER, b"")
    found = icmp.parse(error(3, 1, ECHO))
    assert found is not None and (found.type, found.code) == (3, 1)


def test_what_is_not_for_an_echo() -> None:
    assert icmp.parse(ECHO) is None  # our own request on loopback
    assert icmp.parse(error(3, 3, b"\0" + ECHO[1:])) is None
    assert icmp.parse(error(3, 3, ECHO)[:30]) is None
    udp = bytearray(error(3, 3, ECHO))
    udp[17] = 17
    assert icmp.parse(udp) is None
    assert icmp.parse(b"") is None


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    icmp.parse(data)
