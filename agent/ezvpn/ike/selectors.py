"""Traffic selectors and quick mode identities: one to the other, and which lies inside which.

RFC 2407 4.6.2 (ID types). An address of its own and a /32 subnet mean the same; 0.0.0.0/0 is a subnet of 8 zero bytes.
"""

from ezvpn.ike.params import Selector
from ezvpn.ike.state import Refused
from ezvpn.wire.payloads import Identity, IdType

HOST_MASK = b"\xff\xff\xff\xff"


def to_identity(selector: Selector) -> Identity:
    """IDci or IDcr of a selector."""
    if selector.mask == HOST_MASK:
        return Identity(IdType.IPV4_ADDR, selector.protocol, selector.port, selector.address)
    return Identity(IdType.IPV4_SUBNET, selector.protocol, selector.port, selector.address + selector.mask)


def from_identity(identity: Identity) -> Selector:
    """The selector an identity names; `Refused` for one that no IPv4 prefix can say."""
    data = identity.data
    if identity.type == IdType.IPV4_ADDR:
        return Selector(data, HOST_MASK, identity.protocol, identity.port)
    if identity.type == IdType.IPV4_SUBNET:
        address, mask = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big")
        return _prefix(address & mask, mask, identity)
    if identity.type == IdType.IPV4_RANGE:
        first, last = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big")
        return _prefix(first, 0xFFFFFFFF ^ (last - first), identity) if first <= last else _prefix(1, 0, identity)
    raise Refused("identity", "quick mode identity of type " + str(identity.type))


def _prefix(address: int, mask: int, identity: Identity) -> Selector:
    hosts = 0xFFFFFFFF ^ mask
    if hosts & (hosts + 1) or address & hosts:
        raise Refused("identity", "quick mode identity is not a prefix")
    return Selector(address.to_bytes(4, "big"), mask.to_bytes(4, "big"), identity.protocol, identity.port)


def inside(inner: Selector, outer: Selector) -> bool:
    """Whether every packet of `inner` is one of `outer`."""
    for i in range(4):
        if inner.address[i] & outer.mask[i] != outer.address[i] or outer.mask[i] & ~inner.mask[i] & 0xFF:
            return False
    return outer.protocol in (0, inner.protocol) and outer.port in (0, inner.port)
