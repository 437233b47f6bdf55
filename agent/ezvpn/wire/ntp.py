"""NTP packets of a client: RFC 5905 7.3, in the simple form of RFC 4330.

Belongs here: layout and time stamps. Not here: what an answer must fulfil, whom to ask when (`node.sntp`).
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, need, u8, u32

PACKET_BYTES = 48
_VERSION = 4
_MODE_CLIENT = 3
_TO_1970_S = 2208988800  # from 1900-01-01
_ERA_S = 1 << 32


class Mode:
    """Association modes, those of answers."""

    SERVER = 4


class Leap:
    """The leap indicator."""

    UNSYNCHRONIZED = 3


class Packet(Record):
    """An answer. reference: 4 bytes, a name at stratum 1, else an address · root_delay_ms, root_dispersion_ms · originate: the 8
    bytes that we sent as transmit time · receive_ms, transmit_ms: ms since 1970, None = not set."""

    _fields = (
        "leap",
        "version",
        "mode",
        "stratum",
        "poll",
        "precision",
        "root_delay_ms",
        "root_dispersion_ms",
        "reference",
        "originate",
        "receive_ms",
        "transmit_ms",
    )

    def __init__(self) -> None:
        self.leap = 0
        self.version = 0
        self.mode = 0
        self.stratum = 0
        self.poll = 0
        self.precision = 0
        self.root_delay_ms = 0
        self.root_dispersion_ms = 0
        self.reference = b"\0\0\0\0"
        self.originate = b""
        self.receive_ms: "int | None" = None
        self.transmit_ms: "int | None" = None


def request(cookie: bytes) -> bytes:
    """A client's question. cookie: 8 random bytes in the place of its time: the answer repeats them, so only who saw the question
    can answer, and our clock stays our own."""
    if len(cookie) != 8:
        raise ValueError("a time stamp has 8 bytes")
    return bytes([_VERSION << 3 | _MODE_CLIENT]) + bytes(39) + cookie


def parse(view: "bytes | bytearray | memoryview") -> Packet:
    """Raises `Malformed`. What is behind the header (extensions, a MAC) is passed over."""
    need(view, 0, PACKET_BYTES, len(view), "shorter than an NTP packet")
    out = Packet()
    first = u8(view, 0)
    out.leap = first >> 6
    out.version = first >> 3 & 7
    out.mode = first & 7
    out.stratum = u8(view, 1)
    out.poll = u8(view, 2)
    precision = u8(view, 3)
    out.precision = precision - 256 if precision > 127 else precision
    out.root_delay_ms = u32(view, 4) * 1000 >> 16
    out.root_dispersion_ms = u32(view, 8) * 1000 >> 16
    out.reference = bytes(view[12:16])
    out.originate = bytes(view[24:32])
    out.receive_ms = time_ms(view, 32)
    out.transmit_ms = time_ms(view, 40)
    return out


def time_ms(view: "bytes | bytearray | memoryview", at: int) -> "int | None":
    """A time stamp as ms since 1970, None for the one that says nothing. RFC 4330 3: without the highest bit it is of the era
    that begins in 2036."""
    if at + 8 > len(view):
        raise Malformed(at, "NTP time stamp cut off")
    seconds, fraction = u32(view, at), u32(view, at + 4)
    if not seconds and not fraction:
        return None
    if not seconds >> 31:
        seconds += _ERA_S
    return (seconds - _TO_1970_S) * 1000 + (fraction * 1000 + (1 << 31) >> 32)


def stamp(wall_ms: int) -> bytes:
    """ms since 1970 as a time stamp, as a server writes it."""
    seconds = wall_ms // 1000 + _TO_1970_S
    fraction = (wall_ms % 1000 << 32) // 1000
    return (seconds % _ERA_S).to_bytes(4, "big") + fraction.to_bytes(4, "big")
