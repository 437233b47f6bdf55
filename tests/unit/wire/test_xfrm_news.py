"""What the kernel announces of IPsec: its own bytes, and a real kernel in a namespace of the test's own."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest
from doubles.own_namespace import run_file

from ezvpn.wire import xfrm, xfrm_news
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.inet import ipv4_bytes

HERE = Path(__file__).parent
US, PEER = ipv4_bytes("198.51.100.2"), ipv4_bytes("198.51.100.11")
OUT = xfrm.Policy(
    (ipv4_bytes("198.18.11.1"), 32), (ipv4_bytes("10.1.0.0"), 16), xfrm.Direction.OUT, 1000, tunnel=(US, PEER, 69)
)

# SOURCE: multicast of NETLINK_XFRM of Linux 6.18.44 on x86-64, after a datagram of 198.18.11.1 to 10.1.0.7 met the policy OUT
# and no SA stood: ACQUIRE, then EXPIRE of the state that had waited for one.
WANTED = bytes.fromhex(
    "78010000170000000000000000000000c633640b0000000000000000000000000000000032000000c6336402000000000000000000000000"
    "0a010007000000000000000000000000c6120b010000000000000000000000000009ffff927fffff02002020110000000300000000000000"
    "0a010000000000000000000000000000c6120b01000000000000000000000000000000000000000002001020000000000000000000000000"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000009336096b000000000000000000000000e8030000010000000100000000000000"
    "ffffffffffffffffffffffff0200000044000500c633640b000000000000000000000000000000003200000002000000c633640200000000"
    "00000000000000004500000001000000ffffffffffffffffffffffff0a0010000000000000000000"
)
EXPIRED = bytes.fromhex(
    "000100001800000000000000000000000a010007000000000000000000000000c6120b010000000000000000000000000009ffff927fffff"
    "02002020110000000300000000000000c633640b0000000000000000000000000000000032000000c6336402000000000000000000000000"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000000000000001000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000009336096b00000000000000000000000000000000000000000000000002000000"
    "4500000002000100000000000000000001000000000000000500210002000000"
)
# SOURCE: linux/xfrm.h (struct xfrm_user_mapping), little-endian, written by hand.
MOVED = bytes.fromhex(
    "50000000 2600 0000 00000000 00000000"
    "c6336402 00000000 00000000 00000000 80001001 0200 32 00"  # 198.51.100.2, SPI, AF_INET, ESP
    "45000000"  # reqid 69
    "c633640b 00000000 00000000 00000000"  # from 198.51.100.11
    "cb007107 00000000 00000000 00000000"  # now 203.0.113.7
    "1194 9c40"  # port 4500, now 40000
)

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="these bytes are those of a little-endian host")


def test_a_packet_that_wants_an_sa() -> None:
    assert xfrm_news.parse_wanted(WANTED) == xfrm_news.Wanted(US, PEER, OUT)


def test_an_sa_at_its_end_and_one_that_is_to_be_renewed() -> None:
    waiting = xfrm.SaState(US, PEER, 0, 69, 0, 0, 0)
    assert xfrm_news.parse_expired(EXPIRED) == xfrm_news.Expired(waiting, True)
    soft = bytearray(EXPIRED)
    soft[16 + xfrm.SA_BYTES] = 0
    assert xfrm_news.parse_expired(soft) == xfrm_news.Expired(waiting, False)


def test_a_peer_behind_a_nat_that_has_moved() -> None:
    assert xfrm_news.parse_moved(MOVED) == xfrm_news.Moved(US, 0x80001001, 69, ipv4_bytes("203.0.113.7"), 40000)


@pytest.mark.parametrize(
    ("parse", "whole", "protocol_at"),
    [
        (xfrm_news.parse_wanted, WANTED, 16 + 20),
        (xfrm_news.parse_expired, EXPIRED, 16 + 56 + 20),
        (xfrm_news.parse_moved, MOVED, 16 + 22),
    ],
    ids=["wanted", "expired", "moved"],
)
def test_what_is_not_ours_is_none_and_what_is_cut_off_malformed(parse: object, whole: bytes, protocol_at: int) -> None:
    other = bytearray(whole)
    assert other[protocol_at] == xfrm.ESP
    other[protocol_at] = 51  # AH
    assert parse(other) is None  # type: ignore[operator]
    least = {xfrm_news.parse_wanted: 296, xfrm_news.parse_expired: 248, xfrm_news.parse_moved: 80}[parse]  # type: ignore[index]
    for length in range(least):
        cut = bytearray(whole[:length])
        if length >= 4:
            struct.pack_into("<I", cut, 0, length)
        with pytest.raises(Malformed):
            parse(cut)  # type: ignore[operator]


def test_a_real_kernel_asks_for_an_sa_and_gives_up() -> None:
    assert run_file(HERE / "xfrm_in_namespace.py", "announced") == "all steps done"
