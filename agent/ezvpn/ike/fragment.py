"""Reassembly of fragmented IKE messages (payload 132, Cisco's and Microsoft's scheme).

Only for a session whose peer sent the FRAGMENTATION vendor ID; we never fragment. Fragments are not authenticated, so
everything is bounded: one message at a time, 16 fragments, 16 KiB, 10 s.
"""

from ezvpn.ike.state import Refused
from ezvpn.wire.payloads import Fragment

FRAGMENTS_MAX = 16
BYTES_MAX = 16384
PATIENCE_MS = 10000


class Reassembly:
    """Of one session."""

    def __init__(self) -> None:
        self._id = -1
        self._pieces: "dict[int, bytes]" = {}
        self._last = 0
        self._bytes = 0

    def clear(self) -> None:
        self._id = -1
        self._pieces = {}
        self._last = 0
        self._bytes = 0

    def add(self, view: memoryview, fragment: Fragment) -> "bytes | None":
        """Take one fragment; the whole message once it is complete. A new fragment ID throws the old pieces away."""
        if fragment.id != self._id:
            self.clear()
            self._id = fragment.id
        if not 1 <= fragment.number <= FRAGMENTS_MAX:
            raise Refused("fragment", "fragment number " + str(fragment.number))
        if fragment.number in self._pieces:
            raise Refused("fragment", "fragment seen before")
        self._bytes += fragment.end - fragment.start
        if self._bytes > BYTES_MAX:
            self.clear()
            raise Refused("fragment", "fragmented message is too long")
        # Received bytes are valid during this call only: what is kept is copied.
        self._pieces[fragment.number] = bytes(view[fragment.start : fragment.end])
        if fragment.last:
            self._last = fragment.number
        if not self._last or len(self._pieces) < self._last:
            return None
        whole = b""
        for number in range(1, self._last + 1):
            if number not in self._pieces:
                return None
            whole += self._pieces[number]
        self.clear()
        return whole
