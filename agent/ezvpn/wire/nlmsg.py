"""The frame of every netlink message: the header, the attributes behind the body, errors, several messages in one datagram.

netlink(7), linux/netlink.h, rtattr of rtnetlink(7). Belongs here: what holds for any family of messages. Not here: bodies
(`netlink`), sequence numbers and sockets (`runtime`). Netlink is in the host's byte order and alignment: struct's "@" with every
field on its natural boundary, so no padding is ever implied (MicroPython has no "=").
"""

import struct

from ezvpn.wire.cursor import Malformed, need

HEADER_BYTES = 16

_HEADER = "@IHHII"  # length, type, flags, sequence number, port
_ATTRIBUTE = "@HH"  # length with this header, type
_MAX_MESSAGES = 4096
_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER


class Control:
    """nlmsg_type below NLMSG_MIN_TYPE: the same in every family."""

    NOOP = 1
    ERROR = 2
    DONE = 3
    OVERRUN = 4


class MessageFlag:
    """nlmsg_flags. DUMP is ROOT | MATCH; the same bits mean other things with NEW requests."""

    REQUEST = 0x1
    MULTI = 0x2
    ACK = 0x4
    DUMP = 0x300
    REPLACE = 0x100
    EXCLUSIVE = 0x200
    CREATE = 0x400


# ---- writing -------------------------------------------------------------------------------------------------------


def nlmsg(kind: int, flags: int, seq: int, body: bytes) -> bytes:
    """One whole message; body with its attributes."""
    return struct.pack(_HEADER, HEADER_BYTES + len(body), kind, flags, seq, 0) + body


def rtattr(kind: int, value: bytes) -> bytes:
    """One attribute with its padding: also after the last one the next message begins on a multiple of 4."""
    length = 4 + len(value)
    return struct.pack(_ATTRIBUTE, length, kind) + value + bytes(_aligned(length) - length)


# ---- reading -------------------------------------------------------------------------------------------------------


def split_messages(data: "bytes | bytearray | memoryview") -> "list[tuple[int, int, int, int, int]]":
    """The nlmsgs of one datagram: list of (type, flags, sequence number, start, end). data[start:end] is a whole nlmsg."""
    found: "list[tuple[int, int, int, int, int]]" = []
    at = 0
    while at < len(data):
        if len(found) == _MAX_MESSAGES:
            raise Malformed(at, "more than 4096 netlink messages")
        need(data, at, HEADER_BYTES, len(data), "netlink header cut off")
        length, kind, flags, seq, _ = struct.unpack_from(_HEADER, data, at)
        if length < HEADER_BYTES:
            raise Malformed(at, "netlink length below 16")
        need(data, at, length, len(data), "netlink message longer than its datagram")
        found.append((kind, flags, seq, at, at + length))
        at += _aligned(length)
    return found


def expect(message: "bytes | bytearray | memoryview", kinds: "tuple[int, ...]", body_bytes: int) -> None:
    """Malformed unless this is one whole message of these types with such a body at least."""
    need(message, 0, HEADER_BYTES, len(message), "netlink header cut off")
    length, kind, _, _, _ = struct.unpack_from(_HEADER, message, 0)
    if kind not in kinds:
        raise Malformed(4, "not the netlink message that was expected")
    if length != len(message):
        raise Malformed(0, "netlink length is not the message's")
    need(message, HEADER_BYTES, body_bytes, len(message), "netlink message cut off")


def parse_error(message: "bytes | bytearray | memoryview") -> int:
    """errno of an ERROR message as a positive number; 0 is the acknowledgement."""
    expect(message, (Control.ERROR,), 4)
    return -int(struct.unpack_from("@i", message, HEADER_BYTES)[0])


class Attributes:
    """The attributes of one message from offset `at` on, by type; of a repeated one the last counts, as in the kernel."""

    def __init__(self, message: "bytes | bytearray | memoryview", at: int) -> None:
        self._values: "dict[int, bytes]" = {}
        end = len(message)
        # Less than a header is the padding behind the last attribute.
        while end - at >= 4:
            length, kind = struct.unpack_from(_ATTRIBUTE, message, at)
            if length < 4:
                raise Malformed(at, "netlink attribute length below 4")
            need(message, at, length, end, "netlink attribute cut off")
            self._values[kind & _TYPE_MASK] = bytes(message[at + 4 : at + length])
            at += _aligned(length)

    def value(self, kind: int) -> "bytes | None":
        return self._values.get(kind)

    def number(self, kind: int, absent: int) -> int:
        """A 32-bit number, `absent` without the attribute."""
        value = self._values.get(kind)
        if value is None:
            return absent
        if len(value) != 4:
            raise Malformed(0, "netlink attribute is not a 32-bit number")
        return int(struct.unpack("@I", value)[0])

    def ipv4(self, kind: int) -> "bytes | None":
        """An IPv4 address, 4 bytes."""
        value = self._values.get(kind)
        if value is not None and len(value) != 4:
            raise Malformed(0, "netlink attribute is not an IPv4 address")
        return value


def _aligned(length: int) -> int:
    return (length + 3) & ~3
