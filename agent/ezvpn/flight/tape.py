"""The format of a trace: values, records, frames with a checksum, segments. Nothing of what a record means.

Level 4, dual, no I/O. A trace is one or more segments, each `EZT1`, its serial number in 4 bytes, then frames: length and CRC-32
in 4 bytes each (network order) and so many bytes of records. A record is one byte (`Tag`) and one value. A value is one byte
and what follows:

| byte | value |
|---|---|
| 0, 1, 2 | None, True, False |
| 3, 4 | an int from 0, an int below 0 as -1 - n; n in 7-bit groups, lowest first, the top bit set on all but the last |
| 5, 6 | bytes, str (UTF-8): length as 7-bit groups, content |
| 7, 8 | list, tuple: count, values |
| 64 … 255 | the ints 0 … 191 |
"""

from binascii import crc32

from ezvpn.compat import const
from ezvpn.flight.values import Value

MAGIC = b"EZT1"
HEAD_BYTES = const(8)
_FRAME_BYTES = const(8)
_FRAME_MAX = const(1 << 20)
_SMALL = const(64)
_SMALL_COUNT = const(192)
_DEPTH_MAX = const(8)


class Tag:
    """What a record is. Upper case: what came in or was answered; lower case: what came out, to compare a replay with."""

    HEAD = ord("H")
    GOES_ON = ord("G")
    DOOR = ord("D")
    CLOCK = ord("N")
    HOST = ord("A")
    RANDOM = ord("R")
    SECRET_RANDOM = ord("X")
    DECRYPTED = ord("C")
    VERDICT = ord("Q")
    SHARED = ord("B")
    ESP = ord("U")
    KERNEL = ord("K")
    MOVED = ord("M")
    EDGE = ord("P")
    REVEALED = ord("V")  # in a file of keys only
    DATAGRAM = ord("W")  # in a file of keys only
    LOG = ord("l")
    STATE = ord("s")
    EVENT = ord("e")


# For messages about a trace that does not fit.
WORDS = {
    Tag.HEAD: "head of a segment",
    Tag.GOES_ON: "next segment",
    Tag.DOOR: "call of the node",
    Tag.CLOCK: "time",
    Tag.HOST: "console command",
    Tag.RANDOM: "random bytes",
    Tag.SECRET_RANDOM: "secret random bytes",
    Tag.DECRYPTED: "decrypted message",
    Tag.VERDICT: "comparison of a hash",
    Tag.SHARED: "Diffie-Hellman result",
    Tag.ESP: "ESP keys",
    Tag.KERNEL: "answer of the kernel",
    Tag.MOVED: "counters of a pair",
    Tag.EDGE: "edge of the data plane",
    Tag.REVEALED: "secret",
    Tag.DATAGRAM: "datagram as it was on the wire",
    Tag.LOG: "log line",
    Tag.STATE: "state",
    Tag.EVENT: "event",
}


class BadTrace(Exception):
    """The trace cannot be read on from `offset`, and why."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset
        self.why = why


class Cell:
    """One record as read: where in the trace its frame begins, its tag, its value."""

    def __init__(self, offset: int, tag: int, value: Value) -> None:
        self.offset = offset
        self.tag = tag
        self.value = value


def put(out: bytearray, value: object) -> None:
    """Append a value. ValueError for a type that the table does not have: our own mistake."""
    if value is None:
        out.append(0)
    elif value is True:
        out.append(1)
    elif value is False:
        out.append(2)
    elif isinstance(value, int):
        if 0 <= value < _SMALL_COUNT:
            out.append(_SMALL + value)
        elif value >= 0:
            out.append(3)
            _put_number(out, value)
        else:
            out.append(4)
            _put_number(out, -1 - value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        out.append(5)
        _put_number(out, len(value))
        out += value
    elif isinstance(value, str):
        raw = value.encode()
        out.append(6)
        _put_number(out, len(raw))
        out += raw
    elif isinstance(value, (list, tuple)):
        out.append(7 if isinstance(value, list) else 8)
        _put_number(out, len(value))
        for each in value:
            put(out, each)
    else:
        raise ValueError("a trace holds no " + value.__class__.__name__)


def frame(payload: "bytes | bytearray") -> bytes:
    """Records as one frame, as it is written to the disk."""
    return len(payload).to_bytes(4, "big") + crc32(payload).to_bytes(4, "big") + bytes(payload)


def head(serial: int) -> bytes:
    """The first bytes of a segment."""
    return MAGIC + serial.to_bytes(4, "big")


def serial_of(data: "bytes | None") -> int:
    """The serial number of a segment, 0 if this is none."""
    if data is None or len(data) < HEAD_BYTES or bytes(data[:4]) != MAGIC:
        return 0
    return int.from_bytes(bytes(data[4:8]), "big")


class Reader:
    """All whole records of a trace in order; `fault` is what ended the reading before the end of the trace, if anything did."""

    def __init__(self, data: "bytes | memoryview") -> None:
        self._data = memoryview(data)
        self.fault: "BadTrace | None" = None

    def cells(self) -> "list[Cell]":
        """Every record up to the end or the first fault."""
        found: "list[Cell]" = []
        try:
            self._read(found)
        except BadTrace as fault:
            self.fault = fault
        return found

    def _read(self, found: "list[Cell]") -> None:
        data = self._data
        at, end = 0, len(data)
        if bytes(data[:4]) != MAGIC:
            raise BadTrace(0, "this is no trace: it does not begin with EZT1")
        while at < end:
            if bytes(data[at : at + 4]) == MAGIC:
                at += HEAD_BYTES
                continue
            if end - at < _FRAME_BYTES:
                raise BadTrace(at, "the trace is cut off in the head of a frame")
            length = int.from_bytes(bytes(data[at : at + 4]), "big")
            if length > _FRAME_MAX:
                raise BadTrace(at, "the trace is damaged: a frame of " + str(length) + " bytes")
            start = at + _FRAME_BYTES
            if start + length > end:
                raise BadTrace(
                    at, "the trace is cut off: " + str(start + length - end) + " bytes of a frame are missing"
                )
            payload = data[start : start + length]
            if crc32(payload) != int.from_bytes(bytes(data[at + 4 : at + 8]), "big"):
                raise BadTrace(at, "the trace is damaged: the checksum of a frame is wrong")
            self._records(payload, start, found)
            at = start + length

    def _records(self, payload: memoryview, start: int, found: "list[Cell]") -> None:
        at = 0
        while at < len(payload):
            tag = payload[at]
            try:
                value, after = take(payload, at + 1)
            except (IndexError, ValueError):
                raise BadTrace(start + at, "the trace is damaged: a record makes no sense")
            found.append(Cell(start + at, tag, value))
            at = after


def take(data: memoryview, at: int, depth: int = 0) -> "tuple[Value, int]":
    """(value at `at`, where the next one is). IndexError or ValueError for bytes that are none."""
    kind = data[at]
    at += 1
    if kind >= _SMALL:
        return kind - _SMALL, at
    if kind < 3:
        return (None, True, False)[kind], at
    number, at = _take_number(data, at)
    if kind == 3:
        return number, at
    if kind == 4:
        return -1 - number, at
    if kind in (5, 6):
        if at + number > len(data):
            raise IndexError("cut off")
        raw = bytes(data[at : at + number])
        return (raw if kind == 5 else str(raw, "utf-8")), at + number
    if kind in (7, 8) and depth < _DEPTH_MAX:
        values = []
        for _ in range(number):
            value, at = take(data, at, depth + 1)
            values.append(value)
        return (values if kind == 7 else tuple(values)), at
    raise ValueError("no such value")


def _put_number(out: bytearray, number: int) -> None:
    while number > 127:
        out.append(128 | number & 127)
        number >>= 7
    out.append(number)


def _take_number(data: memoryview, at: int) -> "tuple[int, int]":
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
        if shift > 70:
            raise ValueError("number without end")
