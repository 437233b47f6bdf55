"""Links, addresses and routes against bytes written by hand, and against a real kernel in a namespace of the test's own."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.own_namespace import run_file

from ezvpn.wire import netlink
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.inet import ipv4_bytes

# SOURCE: linux/netlink.h, linux/rtnetlink.h and linux/if_link.h, little-endian, written by hand.
LINK_SET = bytes.fromhex(
    "28000000 1000 0500 07000000 00000000"  # length 40, RTM_NEWLINK, REQUEST | ACK, sequence 7
    "00 00 0000 03000000 01000000 01000000"  # index 3, IFF_UP, change IFF_UP
    "0800 0400 78050000"  # IFLA_MTU 1400
)
ROUTE_LOOKUP = bytes.fromhex(
    "24000000 1a00 0100 09000000 00000000"  # length 36, RTM_GETROUTE, REQUEST
    "02 20 00 00 00 00 00 00 00000000"  # AF_INET, /32
    "0800 0100 cb007101"  # RTA_DST 203.0.113.1
)
NEW_ADDRESS = bytes.fromhex(
    "34000000 1400 0200 01000000 00000000"
    "02 18 80 00 03000000"  # AF_INET, /24, index 3
    "0800 0100 c6120001 0800 0200 c6120001 0900 0300 6574683000 000000"  # IFA_ADDRESS, IFA_LOCAL, IFA_LABEL "eth0"
)

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="these bytes are those of a little-endian host")


@little_endian
def test_requests_written_by_hand() -> None:
    assert netlink.link_set(3, up=True, mtu=1400, seq=7) == LINK_SET
    assert netlink.route_lookup(ipv4_bytes("203.0.113.1"), seq=9) == ROUTE_LOOKUP


@little_endian
def test_answers_written_by_hand() -> None:
    address = ipv4_bytes("198.18.0.1")
    assert netlink.parse_address(NEW_ADDRESS) == netlink.Address(3, address, address, 24, 0, "eth0")


def test_a_request_reads_back_as_what_it_says() -> None:
    destination, gateway, source = ipv4_bytes("203.0.113.0"), ipv4_bytes("198.18.0.9"), ipv4_bytes("198.18.0.1")
    request = netlink.route_add(destination, 24, 3, gateway, source, metric=50, table=1000, protocol=99)
    assert netlink.parse_route(request) == netlink.RouteEntry(
        destination, 24, 3, gateway, source, 50, 1000, 99, netlink.Scope.UNIVERSE, netlink.RouteType.UNICAST
    )
    link = netlink.parse_link(netlink.link_set(5, up=False, mtu=1300))
    assert (link.index, link.mtu, link.up(), link.running()) == (5, 1300, False, False)
    added = netlink.parse_address(netlink.address_add(5, source, 32))
    assert added == netlink.Address(5, source, source, 32, 0, "")


def test_without_gateway_a_route_is_on_link() -> None:
    entry = netlink.parse_route(netlink.route_add(bytes(4), 0, 3))
    assert entry is not None
    assert (entry.scope, entry.gateway, entry.protocol) == (netlink.Scope.LINK, None, netlink.ROUTE_PROTOCOL)


@pytest.mark.parametrize(
    ("parse", "message"),
    [
        (netlink.parse_link, netlink.link_set(3, up=True, mtu=1400)),
        (netlink.parse_address, netlink.address_add(3, bytes(4), 24)),
        (netlink.parse_route, netlink.route_add(bytes(4), 0, 3, bytes(4), bytes(4), 5)),
    ],
)
def test_cut_or_changed_messages_are_malformed_and_nothing_else(
    parse: Callable[[bytes], object], message: bytes
) -> None:
    for end in range(len(message)):
        with pytest.raises(Malformed):
            parse(message[:end])
        # the same with the length in the header made to agree
        shorter = end.to_bytes(4, sys.byteorder) + message[4:end] if end >= 4 else message[:end]
        try:
            parse(shorter)
        except Malformed as fault:
            assert fault.what
    for at in range(len(message)):
        for value in (0, 1, 3, 0x80, 0xFF):
            try:
                parse(message[:at] + bytes([value]) + message[at + 1 :])
            except Malformed as fault:
                assert fault.what


def test_what_is_not_ipv4_is_none() -> None:
    address = bytearray(netlink.address_add(3, bytes(4), 24))
    route = bytearray(netlink.route_add(bytes(4), 0, 3))
    address[16] = route[16] = 10  # AF_INET6
    assert netlink.parse_address(address) is None
    assert netlink.parse_route(route) is None


def test_a_device_name_shows_no_control_byte() -> None:
    message = bytearray(netlink.link_get("a\x1bb"))
    message[4:6] = netlink.Message.NEW_LINK.to_bytes(2, sys.byteorder)
    assert netlink.parse_link(message).name == "a?b"


@pytest.mark.parametrize("name", ["", "sixteen-bytes-ab"])
def test_a_device_name_the_kernel_cannot_have(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 15"):
        netlink.link_get(name)


def test_an_address_of_another_length_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        netlink.route_lookup(b"\x01\x02\x03")


def test_a_real_kernel_understands_and_is_understood() -> None:
    assert run_file(Path(__file__).with_name("netlink_in_namespace.py")) == "all steps done"
