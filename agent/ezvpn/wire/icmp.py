"""ICMP messages of ping and traceroute: RFC 792, echo and the errors that quote what was sent; RFC 1122 3.2.2.1 for their codes.

Belongs here: layout. Not here: when one is sent (`node.ping`, `node.traceroute`), the IP header in front (the socket).
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import u16
from ezvpn.wire.inet import IPV4_HEADER_BYTES, IpProtocol, checksum

HEADER_BYTES = 8


class Type:
    """ICMP types."""

    ECHO_REPLY = 0
    UNREACHABLE = 3
    QUENCH = 4
    ECHO = 8
    EXCEEDED = 11


class Unreachable:
    """Codes of `Type.UNREACHABLE`."""

    NETWORK = 0
    HOST = 1
    PROTOCOL = 2
    PORT = 3
    TOO_BIG = 4
    FILTERED = (9, 10, 13)  # administratively prohibited: network, host, by filtering


class Answer(Record):
    """What came back. identifier and sequence: of the echo that it answers or quotes · destination: where a quoted echo went,
    b"" for a reply · data: of a reply."""

    _fields = ("type", "code", "identifier", "sequence", "destination", "data")

    def __init__(self, type: int, code: int, identifier: int, sequence: int, destination: bytes, data: bytes) -> None:
        self.type = type
        self.code = code
        self.identifier = identifier
        self.sequence = sequence
        self.destination = destination
        self.data = data


def echo(identifier: int, sequence: int, data: "bytes | bytearray") -> bytearray:
    """An echo request with its checksum."""
    out = bytearray(HEADER_BYTES + len(data))
    out[0] = Type.ECHO
    out[4], out[5] = identifier >> 8 & 0xFF, identifier & 0xFF
    out[6], out[7] = sequence >> 8 & 0xFF, sequence & 0xFF
    out[HEADER_BYTES:] = data
    total = checksum(out)
    out[2], out[3] = total >> 8, total & 0xFF
    return out


def parse(view: "bytes | bytearray | memoryview") -> "Answer | None":
    """An answer to an echo of somebody, None for anything else. The kernel has checked what it hands out."""
    if len(view) < HEADER_BYTES:
        return None
    kind, code = view[0], view[1]
    if kind == Type.ECHO_REPLY:
        return Answer(kind, code, u16(view, 4), u16(view, 6), b"", bytes(view[HEADER_BYTES:]))
    if kind not in (Type.UNREACHABLE, Type.QUENCH, Type.EXCEEDED):
        return None
    # RFC 792: the internet header and at least 64 bits of the datagram that was not delivered.
    at = HEADER_BYTES
    if len(view) < at + IPV4_HEADER_BYTES or view[at] >> 4 != 4 or view[at + 9] != IpProtocol.ICMP:
        return None
    inner = at + (view[at] & 15) * 4
    if inner < at + IPV4_HEADER_BYTES or len(view) < inner + HEADER_BYTES or view[inner] != Type.ECHO:
        return None
    return Answer(kind, code, u16(view, inner + 4), u16(view, inner + 6), bytes(view[at + 16 : at + 20]), b"")
