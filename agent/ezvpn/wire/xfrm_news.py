"""What the kernel's IPsec announces by itself: an SA that is wanted or used up, a peer behind a NAT that has moved.

linux/xfrm.h. Belongs here: the messages of the multicast groups. Not here: requests, and counters, which are announced in a group
of their own (`xfrm`); what follows from the news (`dataplane`).
"""

import struct

from ezvpn.record import Record
from ezvpn.wire.nlmsg import HEADER_BYTES, expect
from ezvpn.wire.xfrm import AF_INET, ESP, POLICY_BYTES, SA_BYTES, Policy, SaState, policy_at, sa_at

# Groups to subscribe to, as bits of sockaddr_nl: XFRMNLGRP_ACQUIRE, EXPIRE, AEVENTS, MAPPING.
GROUPS = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 7

ACQUIRE = 0x17
EXPIRE = 0x18
MAPPING = 0x26

# struct xfrm_user_acquire: id, source, selector of the packet, the policy, algorithms, number; xfrm_user_mapping behind the id of
# its SA.
_ACQUIRE_POLICY_AT, _ACQUIRE_BYTES = 24 + 16 + 56, 24 + 16 + 56 + POLICY_BYTES + 16
_EXPIRE_BYTES = SA_BYTES + 8
_SA_ID = "@16s4sHB"
_MOVED = "@I16s16s2s2s"
_MOVED_AT, _MAPPING_BYTES = 24, 64


class Wanted(Record):
    """A packet met a policy whose SA does not stand. source, destination: of the tunnel."""

    _fields = ("source", "destination", "policy")

    def __init__(self, source: bytes, destination: bytes, policy: Policy) -> None:
        self.source = source
        self.destination = destination
        self.policy = policy


class Expired(Record):
    """A limit of an SA was reached. hard: the kernel has removed it; else it goes on."""

    _fields = ("sa", "hard")

    def __init__(self, sa: SaState, hard: bool) -> None:
        self.sa = sa
        self.hard = hard


class Moved(Record):
    """Packets of an SA in UDP come from another address or port. spi: of the SA that they came on."""

    _fields = ("destination", "spi", "reqid", "address", "port")

    def __init__(self, destination: bytes, spi: int, reqid: int, address: bytes, port: int) -> None:
        self.destination = destination
        self.spi = spi
        self.reqid = reqid
        self.address = address
        self.port = port


def parse_wanted(message: "bytes | bytearray | memoryview") -> "Wanted | None":
    """ACQUIRE; None if it is not of ESP in IPv4."""
    expect(message, (ACQUIRE,), _ACQUIRE_BYTES)
    at = HEADER_BYTES
    destination, _, protocol, source = struct.unpack_from("@16s4sB3x16s", message, at)
    policy = policy_at(message, at + _ACQUIRE_POLICY_AT, at + _ACQUIRE_BYTES)
    if policy is None or protocol != ESP:
        return None
    return Wanted(source[:4], destination[:4], policy)


def parse_expired(message: "bytes | bytearray | memoryview") -> "Expired | None":
    """EXPIRE; None if it is not of ESP in IPv4."""
    expect(message, (EXPIRE,), _EXPIRE_BYTES)
    sa = sa_at(message, HEADER_BYTES)
    return None if sa is None else Expired(sa, message[HEADER_BYTES + SA_BYTES] != 0)


def parse_moved(message: "bytes | bytearray | memoryview") -> "Moved | None":
    """MAPPING; None if it is not of ESP in IPv4."""
    expect(message, (MAPPING,), _MAPPING_BYTES)
    destination, spi, family, protocol = struct.unpack_from(_SA_ID, message, HEADER_BYTES)
    if family != AF_INET or protocol != ESP:
        return None
    reqid, _, address, _, port = struct.unpack_from(_MOVED, message, HEADER_BYTES + _MOVED_AT)
    number = int.from_bytes(spi, "big")
    return Moved(destination[:4], number, reqid, address[:4], int.from_bytes(port, "big"))
