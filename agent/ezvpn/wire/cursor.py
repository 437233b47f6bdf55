"""Reading and writing bytes at an offset: the one exception of the decoders, and the Writer of the encoders.

Belongs here: big-endian integers and bounds. Not here: any payload. RFC 2408 3: all integers are in network order.
"""


class Malformed(Exception):
    """Bytes that a peer sent break the format. `offset` is where in the buffer given to the decoder, `what` says the rule.

    `what` is a fixed English phrase: no byte of the peer's message is in it, so it may be logged.
    """

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what


def u8(view: "bytes | bytearray | memoryview", at: int) -> int:
    """One byte. Unchecked, like `u16` and `u32`: call `need` first."""
    return view[at]


def u16(view: "bytes | bytearray | memoryview", at: int) -> int:
    return view[at] << 8 | view[at + 1]


def u32(view: "bytes | bytearray | memoryview", at: int) -> int:
    return view[at] << 24 | view[at + 1] << 16 | view[at + 2] << 8 | view[at + 3]


def need(view: "bytes | bytearray | memoryview", at: int, count: int, end: int, what: str) -> None:
    """Raise `Malformed` unless `count` bytes from `at` lie before `end` and inside the buffer."""
    if at + count > end or end > len(view):
        raise Malformed(at, what)


class Writer:
    """Appends to the caller's buffer from `start`, never past `limit` (default: its end). `at` is the next offset.

    Out of room, or a number that does not fit its field, is our own mistake: ValueError, and nothing of that field is written.
    """

    def __init__(self, buf: "bytearray | memoryview", start: int = 0, limit: "int | None" = None) -> None:
        self.buf = buf
        self.at = start
        self.limit = len(buf) if limit is None else limit
        if not 0 <= start <= self.limit <= len(buf):
            raise ValueError("buffer full")

    def u8(self, value: int) -> None:
        # The checks are written out, here and in `put`: a message has dozens of fields, and a call costs more than its work.
        at = self.at
        if not 0 <= value < 0x100 or at >= self.limit:
            _refuse(value, 0x100)
        self.buf[at] = value
        self.at = at + 1

    def u16(self, value: int) -> None:
        at = self.at
        if not 0 <= value < 0x10000 or at + 2 > self.limit:
            _refuse(value, 0x10000)
        buf = self.buf
        buf[at] = value >> 8
        buf[at + 1] = value & 0xFF
        self.at = at + 2

    def u32(self, value: int) -> None:
        at = self.at
        if not 0 <= value < 0x100000000 or at + 4 > self.limit:
            _refuse(value, 0x100000000)
        buf = self.buf
        buf[at] = value >> 24
        buf[at + 1] = value >> 16 & 0xFF
        buf[at + 2] = value >> 8 & 0xFF
        buf[at + 3] = value & 0xFF
        self.at = at + 4

    def put(self, data: "bytes | bytearray | memoryview") -> None:
        at = self.at
        end = at + len(data)
        if end > self.limit:
            _refuse(0, 1)
        self.buf[at:end] = data
        self.at = end

    def zeros(self, count: int) -> None:
        if count:
            self.put(bytes(count))

    def patch_u8(self, at: int, value: int) -> None:
        """Overwrite what stands at `at`, like `patch_u16` and `patch_u32`; `self.at` does not move."""
        if not 0 <= value < 0x100:
            _refuse(value, 0x100)
        self.buf[at] = value

    def patch_u16(self, at: int, value: int) -> None:
        if not 0 <= value < 0x10000:
            _refuse(value, 0x10000)
        self.buf[at] = value >> 8
        self.buf[at + 1] = value & 0xFF

    def patch_u32(self, at: int, value: int) -> None:
        if not 0 <= value < 0x100000000:
            _refuse(value, 0x100000000)
        self.buf[at] = value >> 24
        self.buf[at + 1] = value >> 16 & 0xFF
        self.buf[at + 2] = value >> 8 & 0xFF
        self.buf[at + 3] = value & 0xFF


def _refuse(value: int, bound: int) -> None:
    # MicroPython's bytearray cuts a number that is too large without a word; CPython raises. Raise on both.
    raise ValueError("buffer full" if 0 <= value < bound else "number does not fit its field")
