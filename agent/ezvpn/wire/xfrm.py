"""The kernel's IPsec as netlink messages: SAs, policies and their counters. IPv4, ESP in tunnel mode.

linux/xfrm.h. Belongs here: bodies and attributes of requests and answers. Not here: frames (`nlmsg`), what the kernel announces
by itself, which SAs and policies a tunnel needs (`dataplane`). Numbers are in the host's byte order; SPIs and ports are as on
the wire. A 64-bit number lies on a multiple of 8, so bodies end with padding.
"""

import struct

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.nlmsg import HEADER_BYTES, Attributes, MessageFlag, expect, nlmsg, rtattr

AF_INET = 2
ESP = 50


class Message:
    """nlmsg_type."""

    NEW_SA = 0x10
    DELETE_SA = 0x11
    GET_SA = 0x12
    NEW_POLICY = 0x13
    DELETE_POLICY = 0x14
    GET_POLICY = 0x15
    UPDATE_POLICY = 0x19
    NEW_COUNTERS = 0x1E
    GET_COUNTERS = 0x1F


class Direction:
    """Where a policy is asked: packets for this machine, from it, through it."""

    IN = 0
    OUT = 1
    FORWARD = 2


_CRYPT, _ENCAP, _TEMPLATE, _LIFETIME, _REPLAY, _REPLAY_THRESHOLD, _TIMER, _SOURCE = 2, 4, 5, 9, 10, 11, 12, 13
_AEAD, _AUTH, _REPLAY_WINDOW = 18, 20, 23
_TUNNEL_MODE = 1
_UDP_ENCAP_ESPINUDP = 2  # RFC 3948
_EVERY = 0xFFFFFFFF
_FOR_EVER = b"\xff" * 8

# struct xfrm_…: selector, id, usersa_info behind both, userpolicy_info behind the selector, user_tmpl, usersa_id, aevent_id
_SELECTOR = "@16s16s4s4sHBBB3xiI"
_ID = "@16s4sB3x"
_SA_TAIL = "@16s32s32s32s12xIIHBBB7x"
_POLICY_TAIL = "@32s32s32sIIBBBB4x"
_TEMPLATE_BODY = "@24sH2x16sIBBBxIII"
_SA_ID = "@16s4sHBx"
_COUNTERS = "@24s16sII"
_SELECTOR_BYTES, _ID_BYTES, SA_BYTES, POLICY_BYTES, _COUNTERS_BYTES = 56, 24, 224, 168, 48
# In a NEW_SA: what has passed (bytes, packets, and when), and the identifiers behind it.
_PASSED_AT = _SELECTOR_BYTES + _ID_BYTES + 16 + 64
_REQID_AT = _PASSED_AT + 32 + 12 + 4
# xfrm_policy_id: the selector, an index, the direction.
_POLICY_ID = "@IB3x"


class Algorithm(Record):
    """An algorithm by the kernel's name, as `cbc(aes)`. icv_bits: of the check value, 0 where there is none."""

    _fields = ("name", "key", "icv_bits")
    _hidden = ("key",)

    def __init__(self, name: str, key: "bytes | bytearray", icv_bits: int = 0) -> None:
        self.name = name
        self.key = key
        self.icv_bits = icv_bits


class Sa(Record):
    """One SA to be added. source, destination: of the outer header, 4 bytes · reqid: what ties it to a policy's template · either
    crypt and auth, or aead · encap: (our port, theirs) of ESP in UDP, or None · soft, hard: (seconds, bytes) after which the
    kernel says EXPIRE and removes it, 0 for never · told_after: (packets, tenths of a second) until counters are announced, or
    None."""

    _fields = ("source", "destination", "spi", "reqid")

    def __init__(self, source: bytes, destination: bytes, spi: int, reqid: int) -> None:
        self.source = source
        self.destination = destination
        self.spi = spi
        self.reqid = reqid
        self.crypt: "Algorithm | None" = None
        self.auth: "Algorithm | None" = None
        self.aead: "Algorithm | None" = None
        self.encap: "tuple[int, int] | None" = None
        self.window = 64
        self.soft = (0, 0)
        self.hard = (0, 0)
        self.told_after: "tuple[int, int] | None" = None


class SaState(Record):
    """One SA that stands. used: seconds since 1970 of its first packet, 0 for none."""

    _fields = ("source", "destination", "spi", "reqid", "bytes", "packets", "used")

    def __init__(
        self, source: bytes, destination: bytes, spi: int, reqid: int, bytes: int, packets: int, used: int
    ) -> None:
        self.source = source
        self.destination = destination
        self.spi = spi
        self.reqid = reqid
        self.bytes = bytes
        self.packets = packets
        self.used = used


class Policy(Record):
    """Which packets. source, destination: (4 bytes, prefix length) · protocol 0 and ports 0: any · direction: `Direction` ·
    priority: the lower is asked first · tunnel: (source, destination, reqid) of the SA that they need, None: they pass as they
    are."""

    _fields = (
        "source",
        "destination",
        "direction",
        "priority",
        "protocol",
        "source_port",
        "destination_port",
        "tunnel",
    )

    def __init__(
        self,
        source: "tuple[bytes, int]",
        destination: "tuple[bytes, int]",
        direction: int,
        priority: int,
        protocol: int = 0,
        source_port: int = 0,
        destination_port: int = 0,
        tunnel: "tuple[bytes, bytes, int] | None" = None,
    ) -> None:
        self.source = source
        self.destination = destination
        self.direction = direction
        self.priority = priority
        self.protocol = protocol
        self.source_port = source_port
        self.destination_port = destination_port
        self.tunnel = tunnel


# ---- SAs -----------------------------------------------------------------------------------------------------------


def sa_add(sa: Sa, seq: int = 1) -> bytes:
    """NEWSA. The answer is an acknowledgement, or EEXIST (17), ENOSYS (38) for an algorithm that this kernel lacks."""
    # A window of up to 32 packets has a place in the body, a wider one is a bitmap of its own.
    small = sa.window if sa.window <= 32 else 0
    body = bytes(_SELECTOR_BYTES) + _id(sa.destination, sa.spi)
    body += struct.pack(
        _SA_TAIL, _wide(sa.source), _amounts(sa), _seconds(sa), bytes(32), 0, sa.reqid, AF_INET, _TUNNEL_MODE, small, 0
    )
    if sa.aead is not None:
        body += rtattr(_AEAD, _named(sa.aead) + struct.pack("@I", sa.aead.icv_bits) + bytes(sa.aead.key))
    if sa.auth is not None:
        body += rtattr(_AUTH, _named(sa.auth) + struct.pack("@I", sa.auth.icv_bits) + bytes(sa.auth.key))
    if sa.crypt is not None:
        body += rtattr(_CRYPT, _named(sa.crypt) + bytes(sa.crypt.key))
    if sa.encap is not None:
        body += rtattr(_ENCAP, struct.pack("@H", _UDP_ENCAP_ESPINUDP) + struct.pack(">HH", *sa.encap) + bytes(18))
    if sa.window > 32:
        words = (sa.window + 31) // 32
        body += rtattr(
            _REPLAY_WINDOW, struct.pack("@IIIIII", words, 0, 0, 0, 0, sa.window)
        )  # the kernel clears the bitmap
    if sa.told_after is not None:
        body += rtattr(_REPLAY_THRESHOLD, struct.pack("@I", sa.told_after[0]))
        body += rtattr(_TIMER, struct.pack("@I", sa.told_after[1]))
    return nlmsg(Message.NEW_SA, MessageFlag.REQUEST | MessageFlag.ACK, seq, body)


def sa_delete(source: bytes, destination: bytes, spi: int, seq: int = 1) -> bytes:
    """DELSA. The answer is an acknowledgement, or ESRCH (3)."""
    body = _sa_id(destination, spi) + rtattr(_SOURCE, _wide(source))
    return nlmsg(Message.DELETE_SA, MessageFlag.REQUEST | MessageFlag.ACK, seq, body)


def sa_dump(seq: int = 1) -> bytes:
    """GETSA for all SAs. The answers are NEWSAs."""
    return nlmsg(Message.GET_SA, MessageFlag.REQUEST | MessageFlag.DUMP, seq, b"")


def parse_sa(message: "bytes | bytearray | memoryview") -> "SaState | None":
    """NEWSA; None if it is not of ESP in IPv4."""
    expect(message, (Message.NEW_SA,), SA_BYTES)
    return sa_at(message, HEADER_BYTES)


def sa_at(message: "bytes | bytearray | memoryview", at: int) -> "SaState | None":
    """A struct xfrm_usersa_info of `SA_BYTES` at an offset; None if it is not of ESP in IPv4."""
    destination, spi, protocol = struct.unpack_from(_ID, message, at + _SELECTOR_BYTES)
    source = bytes(message[at + _SELECTOR_BYTES + _ID_BYTES : at + _SELECTOR_BYTES + _ID_BYTES + 4])
    octets, packets, _, used = struct.unpack_from("@QQQQ", message, at + _PASSED_AT)
    reqid, family = struct.unpack_from("@IH", message, at + _REQID_AT)
    if family != AF_INET or protocol != ESP:
        return None
    return SaState(source, destination[:4], int.from_bytes(spi, "big"), reqid, octets, packets, used)


# ---- counters ------------------------------------------------------------------------------------------------------


def counters_get(source: bytes, destination: bytes, spi: int, seq: int = 1) -> bytes:
    """GETAE: what has passed through one SA. The answer is one NEWAE, or ESRCH (3)."""
    body = struct.pack(_COUNTERS, _sa_id(destination, spi), _wide(source), 0, 0)
    return nlmsg(Message.GET_COUNTERS, MessageFlag.REQUEST, seq, body)


def parse_counters(message: "bytes | bytearray | memoryview") -> "tuple[bytes, int, int, int]":
    """NEWAE, asked for or announced: (destination, SPI, bytes, packets)."""
    expect(message, (Message.NEW_COUNTERS,), _COUNTERS_BYTES)
    destination, spi, _, _ = struct.unpack_from(_SA_ID, message, HEADER_BYTES)
    passed = Attributes(message, HEADER_BYTES + _COUNTERS_BYTES).value(_LIFETIME)
    if passed is None or len(passed) != 32:
        raise Malformed(HEADER_BYTES + _COUNTERS_BYTES, "counters without what has passed")
    octets, packets = struct.unpack_from("@QQ", passed, 0)
    return destination[:4], int.from_bytes(spi, "big"), octets, packets


# ---- policies ------------------------------------------------------------------------------------------------------


def policy_set(policy: Policy, seq: int = 1) -> bytes:
    """UPDPOLICY: it is there afterwards, in the place of one with the same selector and direction. The answer is an
    acknowledgement."""
    body = _selector(policy) + struct.pack(
        _POLICY_TAIL, _FOR_EVER * 4, bytes(32), bytes(32), policy.priority, 0, policy.direction, 0, 0, 0
    )
    if policy.tunnel is not None:
        source, destination, reqid = policy.tunnel
        body += rtattr(
            _TEMPLATE,
            struct.pack(
                _TEMPLATE_BODY,
                _id(destination, 0),
                AF_INET,
                _wide(source),
                reqid,
                _TUNNEL_MODE,
                0,
                0,
                _EVERY,
                _EVERY,
                _EVERY,
            ),
        )
    return nlmsg(Message.UPDATE_POLICY, MessageFlag.REQUEST | MessageFlag.ACK, seq, body)


def policy_delete(policy: Policy, seq: int = 1) -> bytes:
    """DELPOLICY for one with this selector and direction. The answer is an acknowledgement, or ENOENT (2)."""
    body = _selector(policy) + struct.pack(_POLICY_ID, 0, policy.direction)
    return nlmsg(Message.DELETE_POLICY, MessageFlag.REQUEST | MessageFlag.ACK, seq, body)


def policy_dump(seq: int = 1) -> bytes:
    """GETPOLICY for all policies. The answers are NEWPOLICYs."""
    return nlmsg(Message.GET_POLICY, MessageFlag.REQUEST | MessageFlag.DUMP, seq, b"")


def parse_policy(message: "bytes | bytearray | memoryview") -> "Policy | None":
    """NEWPOLICY; None if it is not IPv4, or of a socket alone."""
    expect(message, (Message.NEW_POLICY, Message.UPDATE_POLICY), POLICY_BYTES)
    return policy_at(message, HEADER_BYTES, HEADER_BYTES + POLICY_BYTES)


def policy_at(message: "bytes | bytearray | memoryview", at: int, attributes: int) -> "Policy | None":
    """A struct xfrm_userpolicy_info of `POLICY_BYTES` at an offset, its template in the attributes at another; None if it is not
    IPv4, or of a socket alone."""
    destination, source, to, come, family, to_prefix, from_prefix, protocol, _, _ = struct.unpack_from(
        _SELECTOR, message, at
    )
    _, _, _, priority, _, direction, _, _, _ = struct.unpack_from(_POLICY_TAIL, message, at + _SELECTOR_BYTES)
    if family != AF_INET or direction > Direction.FORWARD:
        return None
    template = Attributes(message, attributes).value(_TEMPLATE)
    tunnel = None
    if template is not None:
        if len(template) < struct.calcsize(_TEMPLATE_BODY):
            raise Malformed(attributes, "policy template cut off")
        end, _, start, reqid, _, _, _, _, _, _ = struct.unpack_from(_TEMPLATE_BODY, template, 0)
        tunnel = (start[:4], end[:4], reqid)
    return Policy(
        (source[:4], from_prefix),
        (destination[:4], to_prefix),
        direction,
        priority,
        protocol,
        int.from_bytes(come[:2], "big"),
        int.from_bytes(to[:2], "big"),
        tunnel,
    )


# ---- parts ---------------------------------------------------------------------------------------------------------


def _wide(address: bytes) -> bytes:
    """xfrm_address_t: 16 bytes for either family."""
    if len(address) != 4:
        raise ValueError("an IPv4 address has 4 bytes")
    return address + bytes(12)


def _id(destination: bytes, spi: int) -> bytes:
    return struct.pack(_ID, _wide(destination), spi.to_bytes(4, "big"), ESP)


def _sa_id(destination: bytes, spi: int) -> bytes:
    return struct.pack(_SA_ID, _wide(destination), spi.to_bytes(4, "big"), AF_INET, ESP)


def _named(algorithm: Algorithm) -> bytes:
    """Name and length of the key in bits, as xfrm_algo and its like begin."""
    name = algorithm.name.encode()
    if len(name) > 63:
        raise ValueError("an algorithm's name has at most 63 bytes")
    return name + bytes(64 - len(name)) + struct.pack("@I", 8 * len(algorithm.key))


def _amounts(sa: Sa) -> bytes:
    """The soft and hard limits of bytes and packets, the latter never."""
    made = b""
    for _, octets in (sa.soft, sa.hard):
        made += struct.pack("@Q", octets) if octets else _FOR_EVER
    return made + _FOR_EVER * 2


def _seconds(sa: Sa) -> bytes:
    """The soft and hard limits of seconds since the SA was added, and since its first use, the latter never; here 0 is never."""
    return struct.pack("@QQQQ", sa.soft[0], sa.hard[0], 0, 0)


def _port(port: int) -> bytes:
    """A port and its mask."""
    return struct.pack(">HH", port, 0xFFFF if port else 0)


def _selector(policy: Policy) -> bytes:
    (source, from_prefix), (destination, to_prefix) = policy.source, policy.destination
    return struct.pack(
        _SELECTOR,
        _wide(destination),
        _wide(source),
        _port(policy.destination_port),
        _port(policy.source_port),
        AF_INET,
        to_prefix,
        from_prefix,
        policy.protocol,
        0,
        0,
    )
