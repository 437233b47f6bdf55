"""Selectors and quick mode identities (RFC 2407 4.6.2)."""

import pytest

from ezvpn.ike.params import Selector
from ezvpn.ike.selectors import from_identity, inside, to_identity
from ezvpn.ike.state import Refused
from ezvpn.wire.inet import ipv4_bytes, mask_bytes
from ezvpn.wire.payloads import Identity, IdType


def net(text: str, protocol: int = 0, port: int = 0) -> Selector:
    address, length = text.split("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(length)), protocol, port)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24", "198.51.100.2/32"])
def test_round_trip(text: str) -> None:
    assert from_identity(to_identity(net(text, 6, 443))) == net(text, 6, 443)


def test_forms() -> None:
    assert to_identity(net("198.51.100.2/32")).type == IdType.IPV4_ADDR
    assert to_identity(net("0.0.0.0/0")) == Identity(IdType.IPV4_SUBNET, 0, 0, bytes(8))
    host_as_subnet = Identity(IdType.IPV4_SUBNET, 0, 0, ipv4_bytes("198.51.100.2") + b"\xff" * 4)
    assert from_identity(host_as_subnet) == net("198.51.100.2/32"), "both forms are equal"


def test_host_bits_are_cleared() -> None:
    sloppy = Identity(IdType.IPV4_SUBNET, 0, 0, ipv4_bytes("10.1.2.3") + ipv4_bytes("255.255.0.0"))
    assert from_identity(sloppy) == net("10.1.0.0/16")


def range_id(first: str, last: str) -> Identity:
    return Identity(IdType.IPV4_RANGE, 0, 0, ipv4_bytes(first) + ipv4_bytes(last))


def test_a_range_that_is_a_prefix() -> None:
    assert from_identity(range_id("10.0.0.0", "10.0.0.255")) == net("10.0.0.0/24")
    assert from_identity(range_id("10.0.0.7", "10.0.0.7")) == net("10.0.0.7/32")


@pytest.mark.parametrize(
    "identity",
    [
        range_id("10.0.0.0", "10.0.0.5"),
        range_id("10.0.0.4", "10.0.0.11"),
        range_id("10.0.0.9", "10.0.0.1"),
        Identity(IdType.IPV4_SUBNET, 0, 0, ipv4_bytes("10.0.0.0") + ipv4_bytes("255.0.255.0")),
        Identity(IdType.KEY_ID, 0, 0, b"unity"),
    ],
)
def test_what_no_prefix_can_say_is_refused(identity: Identity) -> None:
    with pytest.raises(Refused) as fault:
        from_identity(identity)
    assert fault.value.cause == "identity"


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (net("10.1.0.0/16"), net("10.0.0.0/8"), True),
        (net("10.0.0.0/8"), net("10.0.0.0/8"), True),
        (net("10.0.0.0/8"), net("10.1.0.0/16"), False),
        (net("11.0.0.0/16"), net("10.0.0.0/8"), False),
        (net("11.0.0.0/16"), net("0.0.0.0/0"), True),
        (net("10.1.0.0/16", 6), net("10.0.0.0/8"), True),
        (net("10.1.0.0/16"), net("10.0.0.0/8", 6), False),
        (net("10.1.0.0/16", 6, 80), net("10.0.0.0/8", 6, 443), False),
    ],
)
def test_inside(inner: Selector, outer: Selector, expected: bool) -> None:
    assert inside(inner, outer) is expected
