import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire.cursor import Malformed
from ezvpn.wire.payloads import (
    Fragment,
    Identity,
    IdType,
    VendorId,
    id_text,
    parse_fragment,
    parse_id,
    parse_nat_oa,
    write_id,
)

from .strictness import outcome, withstands, written

# SOURCE: RFC 2407 4.6.2, written by hand: group name as KEY_ID, a subnet with UDP port 500, a range.
IDENTITIES = [
    ("0b110000" + b"unity".hex(), Identity(IdType.KEY_ID, 17, 0, b"unity"), "unity"),
    ("01110000cb007101", Identity(IdType.IPV4_ADDR, 17, 0, b"\xcb\x00\x71\x01"), "203.0.113.1"),
    (
        "041101f40a000000ff000000",
        Identity(IdType.IPV4_SUBNET, 17, 500, bytes.fromhex("0a000000ff000000")),
        "10.0.0.0/8",
    ),
    ("040000000000000000000000", Identity(IdType.IPV4_SUBNET, 0, 0, bytes(8)), "0.0.0.0/0"),
    ("040000000a000000ff00ff00", Identity(4, 0, 0, bytes.fromhex("0a000000ff00ff00")), "10.0.0.0/255.0.255.0"),
    ("070000000a0000010a000009", Identity(7, 0, 0, bytes.fromhex("0a0000010a000009")), "10.0.0.1-10.0.0.9"),
    ("02000000" + b"gw.example.com".hex(), Identity(IdType.FQDN, 0, 0, b"gw.example.com"), "gw.example.com"),
    ("090000003003", Identity(IdType.DER_ASN1_DN, 0, 0, b"\x30\x03"), "3003"),
    ("0b000000", Identity(IdType.KEY_ID, 0, 0, b""), ""),
]


@pytest.mark.parametrize(("encoded", "identity", "text"), IDENTITIES)
def test_identities_written_by_hand(encoded: str, identity: Identity, text: str) -> None:
    body = bytes.fromhex(encoded)
    assert parse_id(memoryview(body), 0, len(body)) == identity
    assert written(lambda w: write_id(w, identity)) == body
    assert id_text(identity) == text


@pytest.mark.parametrize(("encoded", "identity", "text"), IDENTITIES)
def test_a_cut_or_changed_identity_is_malformed_and_nothing_else(encoded: str, identity: Identity, text: str) -> None:
    withstands(parse_id, bytes.fromhex(encoded))


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "010000",
        "01000000cb0071",
        "01000000cb00710100",
        "040000000a0000ff",
        "0500000001",
        "0600000001",
        "0800000001",
    ],
)
def test_an_identity_of_the_wrong_length_is_refused(encoded: str) -> None:
    body = bytes.fromhex(encoded)
    with pytest.raises(Malformed):
        parse_id(body, 0, len(body))


def test_text_of_an_identity_holds_no_control_byte_and_has_a_bound() -> None:
    assert id_text(Identity(IdType.KEY_ID, 0, 0, b"a\x1b[2Jb\r\n\xffc")) == "a[2Jb \ufffdc"
    assert len(id_text(Identity(IdType.KEY_ID, 0, 0, b"x" * 5000))) == 128
    assert id_text(Identity(IdType.IPV4_ADDR, 0, 0, b"abc")) == "616263"


@given(st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=64))
def test_identity_round_trip(protocol: int, port: int, data: bytes) -> None:
    identity = Identity(IdType.KEY_ID, protocol, port, data)
    body = written(lambda w: write_id(w, identity))
    assert parse_id(body, 0, len(body)) == identity
    assert all(ord(character) >= 0x20 and not 0x7F <= ord(character) < 0xA0 for character in id_text(identity))


# SOURCE: the strings that RFC 3947 3.1, RFC 3706 5.1, draft-beaulieu-ike-xauth-02 4 and the NAT-T drafts have hashed.
@pytest.mark.parametrize(
    ("text", "known", "count"),
    [
        (b"RFC 3947", VendorId.NATT_RFC, 16),
        (b"draft-ietf-ipsec-nat-t-ike-08", VendorId.NATT_08, 16),
        (b"draft-ietf-ipsec-nat-t-ike-07", VendorId.NATT_07, 16),
        (b"draft-ietf-ipsec-nat-t-ike-06", VendorId.NATT_06, 16),
        (b"draft-ietf-ipsec-nat-t-ike-05", VendorId.NATT_05, 16),
        (b"draft-ietf-ipsec-nat-t-ike-04", VendorId.NATT_04, 16),
        (b"draft-ietf-ipsec-nat-t-ike-03", VendorId.NATT_03, 16),
        (b"draft-ietf-ipsec-nat-t-ike-02\n", VendorId.NATT_02N, 16),
        (b"draft-ietf-ipsec-nat-t-ike-02", VendorId.NATT_02, 16),
        (b"draft-ietf-ipsec-nat-t-ike-01", VendorId.NATT_01, 16),
        (b"draft-ietf-ipsec-nat-t-ike-00", VendorId.NATT_00, 16),
        (b"draft-ietf-ipsra-isakmp-xauth-06.txt", VendorId.XAUTH, 8),
        (b"CISCO-UNITY", VendorId.UNITY, 14),
        (b"CISCO-DEAD-PEER-DETECTION", VendorId.DPD, 14),
        (b"FRAGMENTATION", VendorId.FRAGMENTATION, 16),
        (b"ALTIGA NETWORKS", VendorId.ALTIGA, 16),
        (b"ALTIGA GATEWAY", VendorId.VPN3000, 14),
        (b"DPD", VendorId.SHREW_DPD, 16),
    ],
)
def test_vendor_ids_are_the_hashes_of_their_strings(text: bytes, known: bytes, count: int) -> None:
    assert known[:count] == hashlib.md5(text).digest()[:count]


def test_versions_behind_the_hashes() -> None:
    assert VendorId.UNITY[14:] == VendorId.DPD[14:] == b"\x01\x00"
    assert VendorId.FRAGMENTATION_CISCO[16:] == b"\xc0\x00\x00\x00"


# SOURCE: RFC 3947 5.2, written by hand.
def test_nat_oa() -> None:
    body = bytes.fromhex("01000000 c0000201")
    assert parse_nat_oa(memoryview(body), 0, 8) == b"\xc0\x00\x02\x01"
    body = bytes.fromhex("05000000") + bytes(range(16))
    assert parse_nat_oa(body, 0, 20) == bytes(range(16))
    withstands(parse_nat_oa, body)
    for bad in ("", "01000000", "02000000c0000201", "01000000c000020100", "05000000c0000201"):
        with pytest.raises(Malformed):
            parse_nat_oa(bytes.fromhex(bad), 0, len(bad) // 2)


def test_fragment() -> None:
    body = bytes.fromhex("0001 02 01 aabbcc")
    assert parse_fragment(memoryview(body), 0, 7) == Fragment(1, 2, True, 4, 7)
    assert not parse_fragment(bytes.fromhex("0001 02 00 aabbcc"), 0, 7).last
    withstands(parse_fragment, body)
    for bad in ("", "00010101", "00010001aa"):
        with pytest.raises(Malformed):
            parse_fragment(bytes.fromhex(bad), 0, len(bad) // 2)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_malformed(data: bytes) -> None:
    for parse in (parse_id, parse_nat_oa, parse_fragment):
        outcome(parse, data, 0, len(data))
