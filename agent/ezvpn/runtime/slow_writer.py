"""Writing to a descriptor that may be slow and stays in blocking mode, because it may be shared with a shell.

Dual. Belongs here: when it is written and watched. Not here: how much may wait (`backlog`), and the write itself, which each
interpreter does in its own way (`FdWriter` of `runtime/*/tty.py`).
"""

import select

from ezvpn.runtime.backlog import Backlog
from ezvpn.runtime.calls import Answer, Part

_WRITE_BYTES = 256  # what a terminal that polls as writable takes without blocking


class SlowWriter:
    """Writes only while the stream polls as writable, a little at a time; the rest waits in a bounded backlog. `stream`: what
    the loop can watch. file: a regular file, which is always ready and cannot be watched."""

    def __init__(self, loop: Part, stream: Part, file: bool) -> None:
        self._loop = loop
        self._stream = stream
        self._file = file
        self._poll = select.poll()
        if not file:
            self._poll.register(stream, select.POLLOUT)
        self.backlog = Backlog()
        self.on_readable: Part = None  # set by whoever also reads this stream, so that both sides stay watched
        self.on_waiting: "Answer | None" = None  # told how much waits, after each write
        self.broken = False

    def write(self, data: bytes) -> None:
        """Queue output and write what can be written. A broken stream swallows it."""
        if not self.broken:
            self.backlog.add(data)
            self.flush()

    def flush(self) -> None:
        """Write as long as the stream takes it; watch it for the rest."""
        try:
            while self.backlog.size and (self._file or self._poll.poll(0)):
                count = self._put(self.backlog.head(_WRITE_BYTES))
                if not count:
                    break
                self.backlog.consume(count)
        except OSError:
            self.broken = True
            self.backlog.clear()
        if not self._file:
            self._loop.watch(self._stream, self.on_readable, self.flush if self.backlog.size else None)
        if self.on_waiting is not None:
            self.on_waiting(self.backlog.size)

    def drain(self, ms: int) -> None:
        """Wait up to `ms` for the last words; for the end of a run only."""
        while self.backlog.size and not self.broken and self._poll.poll(ms):
            self.flush()

    def _put(self, data: bytes) -> int:
        """Write once; how many bytes went, 0 = none for now. Raises `OSError`."""
        raise NotImplementedError
