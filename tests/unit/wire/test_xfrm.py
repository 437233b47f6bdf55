"""IPsec requests beside those of iproute2, and policies against a real kernel in a namespace of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from doubles.own_namespace import run_file

from ezvpn.wire import nlmsg, xfrm
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.inet import ipv4_bytes

HERE = Path(__file__).parent
US, PEER = ipv4_bytes("198.51.100.2"), ipv4_bytes("198.51.100.11")
KEY_16, KEY_20 = bytes.fromhex("00112233445566778899aabbccddeeff"), bytes(range(20))
HEADER = nlmsg.HEADER_BYTES

# SOURCE: `strace -xx -e trace=sendmsg ip xfrm …` of iproute2 6.1.0 on x86-64, the bodies behind the header. In order:
# state add src 198.51.100.2 dst 198.51.100.11 proto esp spi 0x12345678 reqid 69 mode tunnel replay-window 64
#   auth-trunc hmac(sha1) 0x00…13 96 enc cbc(aes) 0x00…ff encap espinudp 4500 4500 0.0.0.0
# state add src 198.51.100.11 dst 198.51.100.2 proto esp spi 0xabcdef01 reqid 70 mode tunnel replay-window 32
#   limit time-soft 3000 limit time-hard 3600 limit byte-soft 4000000 limit byte-hard 5000000 aead rfc4106(gcm(aes)) 0x00…13 128
# state delete src 198.51.100.2 dst 198.51.100.11 proto esp spi 0x12345678
# policy update src 198.18.11.1/32 dst 10.1.0.0/16 proto tcp sport 1024 dport 80 dir out priority 1000
#   tmpl src 198.51.100.2 dst 198.51.100.11 proto esp reqid 69 mode tunnel
# policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 500 dir out priority 10 action allow
# policy delete src 198.18.11.1/32 dst 10.1.0.0/16 proto tcp sport 1024 dport 80 dir out
SA_ADD = bytes.fromhex(
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "c633640b0000000000000000000000001234567832000000c6336402000000000000000000000000ffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffff00000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000045000000020001000000000000000000"
    "60001400686d6163287368613129000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000a000000060000000000102030405060708090a0b0c0d0e0f1011121358000200636263286165732900000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080000000"
    "00112233445566778899aabbccddeeff1c0004000200119411940000000000000000000000000000000000001c0017000200000000000000"
    "00000000000000000000000040000000"
)
SA_ADD_GCM = bytes.fromhex(
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "c6336402000000000000000000000000abcdef0132000000c633640b00000000000000000000000000093d0000000000404b4c0000000000"
    "ffffffffffffffffffffffffffffffffb80b000000000000100e000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000046000000020001200000000000000000"
    "60001200726663343130362867636d2861657329290000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000a000000080000000000102030405060708090a0b0c0d0e0f10111213"
)
SA_DELETE = bytes.fromhex("c633640b000000000000000000000000123456780200320014000d00c6336402000000000000000000000000")
POLICY_SET = bytes.fromhex(
    "0a010000000000000000000000000000c6120b010000000000000000000000000050ffff0400ffff02001020060000000000000000000000"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000e8030000000000000100000000000000"
    "44000500c633640b000000000000000000000000000000003200000002000000c63364020000000000000000000000004500000001000000"
    "ffffffffffffffffffffffff"
)
POLICY_ALLOW = bytes.fromhex(
    "000000000000000000000000000000000000000000000000000000000000000001f4ffff0000000002000000110000000000000000000000"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000a000000000000000100000000000000"
)
POLICY_DELETE = bytes.fromhex(
    "0a010000000000000000000000000000c6120b010000000000000000000000000050ffff0400ffff02001020060000000000000000000000"
    "0000000001000000"
)

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="these bytes are those of a little-endian host")


def cbc_sa() -> xfrm.Sa:
    sa = xfrm.Sa(US, PEER, 0x12345678, 69)
    sa.auth = xfrm.Algorithm("hmac(sha1)", KEY_20, 96)
    sa.crypt = xfrm.Algorithm("cbc(aes)", KEY_16)
    sa.encap = (4500, 4500)
    return sa


def gcm_sa() -> xfrm.Sa:
    sa = xfrm.Sa(PEER, US, 0xABCDEF01, 70)
    sa.aead = xfrm.Algorithm("rfc4106(gcm(aes))", KEY_20, 128)
    sa.window = 32
    sa.soft, sa.hard = (3000, 4_000_000), (3600, 5_000_000)
    return sa


HTTP = xfrm.Policy(
    (ipv4_bytes("198.18.11.1"), 32), (ipv4_bytes("10.1.0.0"), 16), xfrm.Direction.OUT, 1000, 6, 1024, 80, (US, PEER, 69)
)
IKE = xfrm.Policy((bytes(4), 0), (bytes(4), 0), xfrm.Direction.OUT, 10, 17, 0, 500)


@little_endian
@pytest.mark.parametrize(
    ("message", "kind", "body"),
    [
        (xfrm.sa_add(cbc_sa()), xfrm.Message.NEW_SA, SA_ADD),
        (xfrm.sa_add(gcm_sa()), xfrm.Message.NEW_SA, SA_ADD_GCM),
        (xfrm.sa_delete(US, PEER, 0x12345678), xfrm.Message.DELETE_SA, SA_DELETE),
        (xfrm.policy_set(HTTP), xfrm.Message.UPDATE_POLICY, POLICY_SET),
        (xfrm.policy_set(IKE), xfrm.Message.UPDATE_POLICY, POLICY_ALLOW),
        (xfrm.policy_delete(HTTP), xfrm.Message.DELETE_POLICY, POLICY_DELETE),
    ],
    ids=["sa add", "sa add gcm", "sa delete", "policy set", "policy allow", "policy delete"],
)
def test_a_request_is_what_iproute2_sends(message: bytes, kind: int, body: bytes) -> None:
    assert message[HEADER:].hex() == body.hex()
    ((found, flags, _, start, end),) = nlmsg.split_messages(message)
    assert (found, flags, start, end) == (kind, nlmsg.MessageFlag.REQUEST | nlmsg.MessageFlag.ACK, 0, len(message))


def test_a_threshold_asks_for_announcements() -> None:
    sa = cbc_sa()
    sa.told_after = (1, 600)
    more = xfrm.sa_add(sa)[len(xfrm.sa_add(cbc_sa())) :]
    found = nlmsg.Attributes(more, 0)
    assert (found.number(11, 0), found.number(12, 0)) == (1, 600)  # XFRMA_REPLAY_THRESH, XFRMA_ETIMER_THRESH


def test_an_sa_that_stands_is_read() -> None:
    message = bytearray(xfrm.sa_add(cbc_sa()))
    passed = HEADER + 56 + 24 + 16 + 64  # struct xfrm_lifetime_cur
    message[passed : passed + 32] = b"".join(
        number.to_bytes(8, sys.byteorder) for number in (1500, 3, 1_700_000_000, 1_700_000_001)
    )
    assert xfrm.parse_sa(message) == xfrm.SaState(US, PEER, 0x12345678, 69, 1500, 3, 1_700_000_001)


def test_an_sa_of_another_family_or_protocol_is_nobodys() -> None:
    message = bytearray(xfrm.sa_add(cbc_sa()))
    message[HEADER + 56 + 20] = 51  # AH
    assert xfrm.parse_sa(message) is None
    message = bytearray(xfrm.sa_add(cbc_sa()))
    at = HEADER + 56 + 24 + 16 + 64 + 32 + 12 + 8
    message[at : at + 2] = (10).to_bytes(2, sys.byteorder)  # AF_INET6
    assert xfrm.parse_sa(message) is None


def counters(octets: int, packets: int) -> bytes:
    asked = xfrm.counters_get(US, PEER, 0x12345678)
    passed = b"".join(number.to_bytes(8, sys.byteorder) for number in (octets, packets, 0, 0))
    return nlmsg.nlmsg(xfrm.Message.NEW_COUNTERS, 0, 1, asked[HEADER:] + nlmsg.rtattr(9, passed))


def test_counters_are_read() -> None:
    assert xfrm.parse_counters(counters(1 << 40, 7)) == (PEER, 0x12345678, 1 << 40, 7)


@pytest.mark.parametrize("policy", [HTTP, IKE])
def test_a_policy_is_read_as_it_was_written(policy: xfrm.Policy) -> None:
    assert xfrm.parse_policy(xfrm.policy_set(policy)) == policy


def test_a_policy_of_a_socket_is_nobodys() -> None:
    message = bytearray(xfrm.policy_set(IKE))
    message[HEADER + 56 + 64 + 32 + 8] = 3  # XFRM_POLICY_MAX and above
    assert xfrm.parse_policy(message) is None


@pytest.mark.parametrize(
    ("parse", "whole"),
    [
        (xfrm.parse_sa, xfrm.sa_add(cbc_sa())),
        (xfrm.parse_counters, counters(1, 1)),
        (xfrm.parse_policy, xfrm.policy_set(HTTP)),
    ],
    ids=["sa", "counters", "policy"],
)
def test_what_is_cut_off_is_malformed(parse: object, whole: bytes) -> None:
    for length in range(len(whole)):
        cut = bytearray(whole[:length])
        if length >= 4:
            cut[:4] = length.to_bytes(4, sys.byteorder)
        try:
            parse(cut)  # type: ignore[operator]
        except Malformed:
            continue
        # Cut between two attributes, or where the body ends: a message without what followed.
        assert parse is not xfrm.parse_counters and length >= HEADER + 168


def test_what_has_no_four_bytes_or_too_long_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        xfrm.sa_delete(US, PEER + b"\0", 1)
    sa = cbc_sa()
    sa.crypt = xfrm.Algorithm("x" * 64, KEY_16)
    with pytest.raises(ValueError, match="63 bytes"):
        xfrm.sa_add(sa)


def test_a_key_is_not_shown() -> None:
    assert KEY_16.hex() not in repr(xfrm.Algorithm("cbc(aes)", KEY_16)) and repr(KEY_16) not in repr(cbc_sa().crypt)


def test_a_real_kernel_takes_the_policies_and_gives_them_back() -> None:
    assert run_file(HERE / "xfrm_in_namespace.py", "kept") == "all steps done"
