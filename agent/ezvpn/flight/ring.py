"""The bounded ring of segments on the disk, written seldom.

Level 4, dual; `files` is the runtime's state directory (`append`, `begin`, `read`). Records are gathered in memory and go out as
one frame when 4 KiB are full, when something notable happened, and at the end: a tunnel that stands and is quiet costs no
write at all.
"""

from ezvpn.compat import const
from ezvpn.flight import tape
from ezvpn.flight.values import Value

SEGMENTS = const(4)
SEGMENT_BYTES = const(65536)
FLUSH_BYTES = const(4096)
NAME = "flight-"


class Ring:
    """`failed` counts writes that the disk refused."""

    def __init__(self, files: Value, segment_bytes: int = SEGMENT_BYTES, segments: int = SEGMENTS) -> None:
        self.files = files
        self.failed = 0
        self.bytes = 0  # of the segment under way, as far as it is on the disk
        self._limit = segment_bytes
        self._segments = segments
        self._pending = bytearray()
        self._serial = 0
        for i in range(segments):
            self._serial = max(self._serial, tape.serial_of(self.files.read(NAME + str(i), tape.HEAD_BYTES)))

    def full(self) -> bool:
        """The segment under way has its share: another one is to begin."""
        return self.bytes + len(self._pending) >= self._limit

    def begin(self) -> None:
        """A new segment takes the place of the oldest."""
        self.flush()
        self._serial += 1
        data = tape.head(self._serial)
        self.bytes = len(data)
        if not self.files.begin(self._name(self._serial), data):
            self.failed += 1

    def put(self, tag: int, value: Value) -> None:
        self._pending.append(tag)
        tape.put(self._pending, value)

    def settle(self, notable: bool) -> None:
        """Between two records: write if it is time."""
        if self._pending and (notable or len(self._pending) >= FLUSH_BYTES):
            self.flush()

    def flush(self) -> None:
        if not self._pending:
            return
        data = tape.frame(self._pending)
        self._pending = bytearray()
        self.bytes += len(data)
        if not self.files.append(self._name(self._serial), data):
            self.failed += 1

    def whole(self) -> bytes:
        """All segments, the oldest first: a trace."""
        self.flush()
        found = []
        for i in range(self._segments):
            data = self.files.read(NAME + str(i))
            serial = tape.serial_of(data)
            if serial and serial > self._serial - self._segments:
                found.append((serial, data))
        return b"".join([data for _, data in sorted(found)])

    def _name(self, serial: int) -> str:
        return NAME + str(serial % self._segments)
