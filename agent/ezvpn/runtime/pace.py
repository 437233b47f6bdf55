"""When a terminal is read: not while much of its echo waits to be written, so that a paste comes no faster than it is shown.

Dual, without I/O of its own. What isn't read stays in the kernel, which stops a pty's writer and sends XOFF on a serial line. A
reader that takes nothing for 10 s (somebody writes to the port and never looks at it) is not waited for any longer.
"""

from ezvpn.compat import const
from ezvpn.runtime.calls import Callback, Part

HOLD_BYTES = const(4096)  # of waiting output; more than one page of it
GO_BYTES = const(1024)
PATIENCE_MS = const(10_000)  # 4 KiB, which drivers hold back in one piece, take 4.3 s at 9600 bit/s


class Pace:
    """`waiting(size)` is told after each write how much output waits. `hold()` and `go()` stop and start the reading."""

    def __init__(self, loop: Part, hold: Callback, go: Callback) -> None:
        self._loop = loop
        self._hold = hold
        self._go = go
        self._timer: Part = None
        self._size = 0
        self._given_up = False
        self.held = False

    def waiting(self, size: int) -> None:
        if size <= GO_BYTES:
            self._given_up = False
            self._release()
        elif self.held:
            if size < self._size:
                self._wait()  # it is slow, but somebody reads
        elif size >= HOLD_BYTES and not self._given_up:
            self.held = True
            self._wait()
            self._hold()
        self._size = size

    def end(self) -> None:
        """The terminal is closed."""
        self.held = False
        self._stop()

    def _wait(self) -> None:
        self._stop()
        self._timer = self._loop.at(self._loop.now() + PATIENCE_MS, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        self._given_up = True
        self._release()

    def _release(self) -> None:
        self._stop()
        if self.held:
            self.held = False
            self._go()

    def _stop(self) -> None:
        if self._timer is not None:
            self._loop.cancel(self._timer)
            self._timer = None
