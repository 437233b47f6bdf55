"""Bytes that wait for a slow reader: bounded, and the reader is told what it missed.

Dual. Used by every console. Drop policy: while the backlog is full the newest output is dropped; when it has drained to half,
one line says how many bytes are missing and output goes on.
"""


class Backlog:
    """At most `limit` bytes. `size` waits now, `dropped` counts all bytes ever dropped."""

    def __init__(self, limit: int = 65536) -> None:
        self.limit = limit
        self.size = 0
        self.dropped = 0
        self._missing = 0  # dropped since the last mark
        self._chunks: "list[bytes]" = []
        self._at = 0  # how much of the first chunk is gone

    def add(self, data: bytes) -> None:
        """Queue a copy of `data`, or drop all of it."""
        if not data:
            return
        if self._missing and self.size <= self.limit // 2:
            self._mark()
        if self._missing or self.size + len(data) > self.limit:
            self.dropped += len(data)
            self._missing += len(data)
            return
        self._chunks.append(bytes(data))
        self.size += len(data)

    def head(self, count: int) -> bytes:
        """Up to `count` of the next bytes, all from one chunk; empty when nothing waits."""
        if not self._chunks:
            return b""
        return self._chunks[0][self._at : self._at + count]

    def consume(self, count: int) -> None:
        """`count` bytes of `head` have been written."""
        self._at += count
        self.size -= count
        if self._at >= len(self._chunks[0]):
            self._chunks.pop(0)
            self._at = 0
        if not self._chunks and self._missing:
            self._mark()

    def clear(self) -> None:
        """The reader is gone: forget what waited for it."""
        self._chunks = []
        self._at = 0
        self.size = 0
        self._missing = 0

    def _mark(self) -> None:
        text = f"\r\n% {self._missing} bytes of output lost\r\n".encode()
        self._missing = 0
        self._chunks.append(text)
        self.size += len(text)
