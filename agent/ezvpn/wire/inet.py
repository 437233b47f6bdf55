"""IPv4 addresses, IPv4 and UDP headers, the Internet checksum: RFC 791 3.1, RFC 768, RFC 1071.

Belongs here: bytes and text of addresses, reading and building headers. Not here: sockets, routing, ESP.
An address is 4 bytes in network order.
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, Writer, need, u8, u16

IPV4_HEADER_BYTES = 20
UDP_HEADER_BYTES = 8
DEFAULT_TTL = 64

_DONT_FRAGMENT = 0x4000
_MORE_FRAGMENTS = 0x2000
_FRAGMENT_OFFSET = 0x1FFF


class IpProtocol:
    """IANA's protocol numbers that concern us."""

    ICMP = 1
    IPIP = 4
    TCP = 6
    UDP = 17
    ESP = 50


class Ipv4(Record):
    """An IPv4 header: lengths in bytes (total includes the header). fragment: part of a larger packet, so that ports may be
    missing."""

    _fields = ("header_bytes", "total", "protocol", "source", "destination", "ttl", "df", "fragment")

    def __init__(
        self,
        header_bytes: int,
        total: int,
        protocol: int,
        source: bytes,
        destination: bytes,
        ttl: int,
        df: bool,
        fragment: bool,
    ) -> None:
        self.header_bytes = header_bytes
        self.total = total
        self.protocol = protocol
        self.source = source
        self.destination = destination
        self.ttl = ttl
        self.df = df
        self.fragment = fragment


def ipv4_bytes(text: str) -> bytes:
    """ "192.0.2.1" -> 4 bytes. ValueError for anything but four plain decimal numbers without leading zeros."""
    parts = text.split(".")
    if len(parts) != 4:
        raise ValueError("not an IPv4 address")
    out = bytearray(4)
    for i in range(4):
        part = parts[i]
        if not 1 <= len(part) <= 3 or (len(part) > 1 and part[0] == "0"):
            raise ValueError("not an IPv4 address")
        value = 0
        for character in part:
            # Not isdigit(): that takes other scripts' digits, and int() takes signs and spaces.
            if not "0" <= character <= "9":
                raise ValueError("not an IPv4 address")
            value = value * 10 + ord(character) - 48
        if value > 255:
            raise ValueError("not an IPv4 address")
        out[i] = value
    return bytes(out)


def is_unicast(address: bytes) -> bool:
    """Whether one host may have this address (RFC 6890: not "this network", not loopback, not class D or E)."""
    return 0 < address[0] < 224 and address[0] != 127


def ipv4_text(address: "bytes | bytearray | memoryview") -> str:
    """4 bytes -> "192.0.2.1"."""
    if len(address) != 4:
        raise ValueError("an IPv4 address has 4 bytes")
    return f"{address[0]}.{address[1]}.{address[2]}.{address[3]}"


def prefix_length(mask: "bytes | bytearray | memoryview") -> int:
    """255.255.255.0 as 4 bytes -> 24; -1 if its ones are not contiguous or it has not 4 bytes."""
    if len(mask) != 4:
        return -1
    value = mask[0] << 24 | mask[1] << 16 | mask[2] << 8 | mask[3]
    prefix = 0
    while prefix < 32 and value >> (31 - prefix) & 1:
        prefix += 1
    return prefix if value == _mask_value(prefix) else -1


def mask_bytes(prefix: int) -> bytes:
    """24 -> 255.255.255.0 as 4 bytes. ValueError outside 0 to 32."""
    if not 0 <= prefix <= 32:
        raise ValueError("a prefix length is 0 to 32")
    return _mask_value(prefix).to_bytes(4, "big")


def masked(address: bytes, mask: bytes) -> bytes:
    """The network of an address: 4 bytes each."""
    return bytes([address[i] & mask[i] for i in range(4)])


def checksum(view: "bytes | bytearray | memoryview", start: int = 0, end: "int | None" = None, initial: int = 0) -> int:
    """The Internet checksum (RFC 1071) of start .. end, an odd last byte padded with zero. `initial` is a sum of 16-bit words
    to begin with (a pseudo header). A block that holds its own right checksum gives 0."""
    if end is None:
        end = len(view)
    total = initial
    for at in range(start, end - 1, 2):
        total += view[at] << 8 | view[at + 1]
    if (end - start) & 1:
        total += view[end - 1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def parse_ipv4(view: "bytes | bytearray | memoryview", start: int = 0) -> Ipv4:
    """The IPv4 header at `start`; the packet must lie inside the buffer, bytes after it are allowed (ESP's padding). The header
    checksum is not looked at: packets come from the kernel or under an ICV."""
    need(view, start, IPV4_HEADER_BYTES, len(view), "shorter than an IPv4 header")
    first = u8(view, start)
    if first >> 4 != 4:
        raise Malformed(start, "IP version is not 4")
    header_bytes = (first & 15) * 4
    if header_bytes < IPV4_HEADER_BYTES:
        raise Malformed(start, "IPv4 header length below 20")
    total = u16(view, start + 2)
    if total < header_bytes:
        raise Malformed(start + 2, "IPv4 total length below the header's")
    need(view, start, total, len(view), "IPv4 packet longer than the buffer")
    fragment = u16(view, start + 6)
    return Ipv4(
        header_bytes,
        total,
        u8(view, start + 9),
        bytes(view[start + 12 : start + 16]),
        bytes(view[start + 16 : start + 20]),
        u8(view, start + 8),
        fragment & _DONT_FRAGMENT != 0,
        fragment & (_MORE_FRAGMENTS | _FRAGMENT_OFFSET) != 0,
    )


def build_ipv4(
    buf: "bytearray | memoryview",
    at: int,
    protocol: int,
    source: bytes,
    destination: bytes,
    payload_bytes: int,
    ttl: int = DEFAULT_TTL,
    df: bool = False,
    identification: int = 0,
) -> int:
    """Write a 20-byte IPv4 header with its checksum at `at`; return the offset after it, where `payload_bytes` bytes belong."""
    w = Writer(buf, at)
    w.u8(0x45)
    w.u8(0)
    w.u16(IPV4_HEADER_BYTES + payload_bytes)
    w.u16(identification)
    w.u16(_DONT_FRAGMENT if df else 0)
    w.u8(ttl)
    w.u8(protocol)
    w.u16(0)
    w.put(source)
    w.put(destination)
    w.patch_u16(at + 10, checksum(buf, at, w.at))
    return w.at


def build_udp(
    buf: "bytearray | memoryview",
    at: int,
    source: bytes,
    destination: bytes,
    source_port: int,
    destination_port: int,
    payload_bytes: int,
) -> int:
    """Write a UDP header at `at` with the checksum over the pseudo header and the `payload_bytes` bytes that already stand
    behind it; return the offset after the header."""
    length = UDP_HEADER_BYTES + payload_bytes
    if at + length > len(buf):
        raise ValueError("buffer full")
    w = Writer(buf, at)
    w.u16(source_port)
    w.u16(destination_port)
    w.u16(length)
    w.u16(0)
    pseudo = u16(source, 0) + u16(source, 2) + u16(destination, 0) + u16(destination, 2) + IpProtocol.UDP + length
    # RFC 768: a computed checksum of zero is sent as all ones, because zero says that there is none.
    w.patch_u16(at + 6, checksum(buf, at, at + length, pseudo) or 0xFFFF)
    return w.at


def _mask_value(prefix: int) -> int:
    return 0xFFFFFFFF << (32 - prefix) & 0xFFFFFFFF
