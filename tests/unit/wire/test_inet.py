import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire.cursor import Malformed
from ezvpn.wire.inet import (
    IpProtocol,
    Ipv4,
    build_ipv4,
    build_udp,
    checksum,
    ipv4_bytes,
    ipv4_text,
    is_unicast,
    mask_bytes,
    masked,
    parse_ipv4,
    prefix_length,
)

from .strictness import outcome

# SOURCE: the inner packet of the ESP cases in tests/vectors/ike-vectors.json (IPv4, UDP from 198.51.100.2 to 203.0.113.5).
PACKET = bytes.fromhex("45000024000100004001149dc6336402cb007105080054351234000161626364656667")
# SOURCE: RFC 1071 3, the worked example: the words 0001 f203 f4f5 f6f7 sum to ddf2.
RFC1071 = bytes.fromhex("0001f203f4f5f6f7")


@given(st.ip_addresses(v=4))
def test_addresses_agree_with_the_standard_library(address: ipaddress.IPv4Address) -> None:
    assert ipv4_bytes(str(address)) == address.packed
    assert ipv4_text(address.packed) == str(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2.3.-4",
        "1.2.3.+4",
        "01.2.3.4",
        "1.2.3.04",
        " 1.2.3.4",
        "1.2.3.4 ",
        "1..3.4",
        "a.b.c.d",
        "1.2.3.1e1",
        "1.2.3.\u0664",
        "1234.1.1.1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="IPv4"):
        ipv4_bytes(text)


def test_an_address_of_another_length_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        ipv4_text(b"abc")


@pytest.mark.parametrize("prefix", range(33))
def test_every_mask_and_its_prefix(prefix: int) -> None:
    mask = ipaddress.ip_network(f"0.0.0.0/{prefix}").netmask.packed
    assert mask_bytes(prefix) == mask
    assert prefix_length(mask) == prefix


@pytest.mark.parametrize("mask", ["255.0.255.0", "0.0.0.1", "128.0.0.1", "127.255.255.255", "255.255.255.1"])
def test_a_mask_with_holes_has_no_prefix(mask: str) -> None:
    assert prefix_length(ipv4_bytes(mask)) == -1


def test_wrong_prefixes_and_masks() -> None:
    assert prefix_length(b"\xff\xff\xff") == -1
    for prefix in (-1, 33):
        with pytest.raises(ValueError, match="0 to 32"):
            mask_bytes(prefix)


def test_the_network_of_an_address() -> None:
    assert masked(bytes([10, 1, 2, 3]), b"\xff\xff\0\0") == bytes([10, 1, 0, 0])


def test_checksum_of_the_rfc_example() -> None:
    assert checksum(RFC1071) == 0xDDF2 ^ 0xFFFF
    assert checksum(memoryview(RFC1071 + b"\xff"), 0, 8) == 0xDDF2 ^ 0xFFFF
    assert checksum(b"") == 0xFFFF


def test_an_odd_last_byte_is_padded() -> None:
    assert checksum(b"\x01\x02\x03") == checksum(b"\x01\x02\x03\x00")


@given(st.binary(min_size=2, max_size=80).filter(lambda data: len(data) % 2 == 0))
def test_a_block_with_its_checksum_sums_to_zero(data: bytes) -> None:
    whole = checksum(data).to_bytes(2, "big") + data
    assert checksum(whole) == 0


def test_a_header_from_the_vectors() -> None:
    packet = parse_ipv4(memoryview(PACKET + b"\x00"))
    source, destination = ipv4_bytes("198.51.100.2"), ipv4_bytes("203.0.113.5")
    assert packet == Ipv4(20, 36, IpProtocol.ICMP, source, destination, 64, False, False)
    assert checksum(PACKET, 0, 20) == 0


def test_building_the_same_header() -> None:
    buf = bytearray(b"\xa5" * 40)
    at = build_ipv4(buf, 3, IpProtocol.ICMP, PACKET[12:16], PACKET[16:20], 16, identification=1)
    assert at == 23
    assert buf[3:23] == PACKET[:20]
    assert buf[:3] + buf[23:] == b"\xa5" * 20


def test_flags_and_fragments() -> None:
    buf = bytearray(20)
    build_ipv4(buf, 0, 6, b"\x0a\0\0\x01", b"\x0a\0\0\x02", 0, df=True)
    assert (parse_ipv4(buf).df, parse_ipv4(buf).fragment) == (True, False)
    for field in (b"\x20\x00", b"\x00\x01", b"\x20\x05"):
        buf[6:8] = field
        assert (parse_ipv4(buf).df, parse_ipv4(buf).fragment) == (False, True)


def test_options_are_part_of_the_header() -> None:
    buf = bytearray(24)
    build_ipv4(buf, 0, 6, b"\x0a\0\0\x01", b"\x0a\0\0\x02", 4)
    buf[0] = 0x46
    assert (parse_ipv4(buf).header_bytes, parse_ipv4(buf).total) == (24, 24)


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [(0, 0x65, "version"), (0, 0x44, "below 20"), (3, 19, "below the header"), (2, 1, "longer than the buffer")],
)
def test_a_packet_that_is_refused(at: int, value: int, what: str) -> None:
    data = PACKET + b"\x00"
    with pytest.raises(Malformed, match=what):
        parse_ipv4(data[:at] + bytes([value]) + data[at + 1 :])


def test_a_cut_packet_is_malformed() -> None:
    for end in range(36):
        with pytest.raises(Malformed):
            parse_ipv4((PACKET + b"\x00")[:end])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_header_or_malformed(data: bytes) -> None:
    outcome(lambda view, start, end: parse_ipv4(view, start), data, 0, len(data))


def test_udp_checksum_zero_is_sent_as_ones() -> None:
    # RFC 768: the payload is chosen so that everything sums to 0xffff before the complement.
    source, destination = b"\0\0\0\0", b"\0\0\0\0"
    buf = bytearray(10)
    build_udp(buf, 0, source, destination, 0, 0, 2)
    first = int.from_bytes(buf[6:8], "big")
    buf[8:10] = first.to_bytes(2, "big")
    build_udp(buf, 0, source, destination, 0, 0, 2)
    assert buf[6:8] == b"\xff\xff"


def test_a_datagram_that_does_not_fit_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="buffer full"):
        build_udp(bytearray(10), 0, b"\0\0\0\0", b"\0\0\0\0", 1, 2, 3)
    with pytest.raises(ValueError, match="buffer full"):
        build_ipv4(bytearray(19), 0, 17, b"\0\0\0\0", b"\0\0\0\0", 0)


def test_addresses_that_one_host_may_have():
    assert all(is_unicast(ipv4_bytes(text)) for text in ("10.0.0.1", "198.51.100.1", "223.255.255.254", "1.0.0.0"))
    for text in ("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.5", "240.0.0.1", "255.255.255.255"):
        assert not is_unicast(ipv4_bytes(text))
