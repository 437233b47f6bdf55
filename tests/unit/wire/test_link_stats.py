"""Counters and hardware types of links, and what a wrong message comes to."""

import struct

import pytest

from ezvpn.wire import netlink
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.link_stats import Counters, Hardware, counters, hardware


def message(*attributes: tuple[int, bytes]) -> bytes:
    body = struct.pack("@BBHiII", 0, 0, Hardware.ETHERNET, 2, 1, 0)
    for kind, value in attributes:
        body += struct.pack("@HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)
    return struct.pack("@IHHII", 16 + len(body), netlink.Message.NEW_LINK, 0, 1, 0) + body


def test_the_wide_counters_win() -> None:
    wide = struct.pack("@24Q", *[2**40 + i for i in range(24)])
    narrow = struct.pack("@24I", *range(24))
    found = counters(message((7, narrow), (23, wide)))
    assert found.packets_in == 2**40
    assert found.packets_out == 2**40 + 1
    assert found.bytes_in == 2**40 + 2
    assert found.dropped_in == 2**40 + 6
    assert found.crc == 2**40 + 12
    assert found.missed == 2**40 + 15
    assert found.carrier == 2**40 + 17
    assert counters(message((7, narrow))).bytes_out == 3


def test_without_counters_all_are_zero() -> None:
    assert counters(message()) == Counters()


def test_what_is_cut_off_is_malformed() -> None:
    with pytest.raises(Malformed):
        counters(message((23, bytes(100))))
    with pytest.raises(Malformed):
        hardware(bytes(20))


def test_the_hardware_type() -> None:
    assert hardware(message()) == Hardware.ETHERNET


def test_the_difference_to_an_earlier_reading() -> None:
    now, before = Counters((10, 20, 300, 400)), Counters((4, 30, 100, 400))
    assert now.since(before) == Counters((6, 20, 200, 0))
