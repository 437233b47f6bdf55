"""The event loop on MicroPython: `select.poll` and a short list of timers. No asyncio.

Same names and behaviour as runtime/cpython/loop.py. Streams are sockets, plain descriptors, or objects that answer the poll
ioctl themselves (TLS sockets hold decrypted bytes that the descriptor does not show).
"""

import gc
import select
import sys
import time

from ezvpn.compat import HAS_EDGEC, const
from ezvpn.runtime.calls import Callback, Part
from ezvpn.runtime.timers import Timer, Timers

if HAS_EDGEC:
    from _edgec import boottime, heap_trim  # type: ignore[import-not-found]

_SWEEP_US = const(3000)  # of work leave so much garbage that sweeping it, which takes 1 ms, is worth it
# Of silence before it is swept: whoever types or answers goes on sooner than that. A Ctrl-C in a sweep ends pip's MicroPython
# with its heap locked (it raises inside the signal handler), and a Ctrl-C follows an answer more often than a silence.
_QUIET_MS = const(50)
_LONGEST_MS = const(3_600_000)  # of one wait; poll(2) takes a C int
_LOST = select.POLLERR | select.POLLHUP


class Watch:
    """What to call for one stream."""

    def __init__(self, stream: Part, on_readable: "Callback | None", on_writable: "Callback | None") -> None:
        self.stream = stream
        self.on_readable = on_readable
        self.on_writable = on_writable


class Loop:
    """Watches streams and fires timers. A callback that raises is printed and counted in `faults`; the loop goes on."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._watches: "list[Watch]" = []
        self._timers = Timers(self.now, self._guarded)
        self._running = False
        self._stopping = False
        self._on_interrupt: "Callback | None" = None
        self.faults = 0
        self._worked_us = 0  # since the heap was swept
        self._ticks = time.ticks_ms()  # type: ignore[attr-defined]
        self._ms = _uptime_ms()

    def now(self) -> int:
        """Boot time in ms, of CLOCK_BOOTTIME where the C module can read it. Else the machine's uptime at start, then summed
        ticks, so it never wraps."""
        if HAS_EDGEC:
            return boottime()  # type: ignore[no-any-return]
        ticks = time.ticks_ms()  # type: ignore[attr-defined]
        self._ms += time.ticks_diff(ticks, self._ticks)  # type: ignore[attr-defined]
        self._ticks = ticks
        return self._ms

    def at(self, ms: int, callback: Callback) -> Timer:
        """Call `callback()` once when `now()` has reached `ms`, never before."""
        timer = Timer(ms, callback)
        self._timers.waiting.append(timer)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Forget a timer. One that has fired or was cancelled already: nothing happens."""
        self._timers.cancel(timer)

    def watch(self, stream: Part, on_readable: "Callback | None", on_writable: "Callback | None" = None) -> None:
        """Call back while `stream` can be read, and while it can be written. Watching again replaces both; None stops that
        side."""
        wanted = (select.POLLIN if on_readable is not None else 0) | (select.POLLOUT if on_writable is not None else 0)
        entry = self._find(stream)
        if not wanted:
            if entry is not None:
                self.unwatch(stream)
            return
        if entry is None:
            self._watches.append(Watch(stream, on_readable, on_writable))
        else:
            entry.on_readable = on_readable
            entry.on_writable = on_writable
        self._poll.register(stream, wanted)

    def unwatch(self, stream: Part) -> None:
        """Stop watching. Must come before the stream is closed. Unknown streams: nothing happens."""
        entry = self._find(stream)
        if entry is not None:
            self._watches.remove(entry)
            self._poll.unregister(stream)

    def on_interrupt(self, callback: Callback) -> None:
        """Call `callback()` on Ctrl-C, the only signal that this interpreter passes on."""
        self._on_interrupt = callback

    def run(self) -> None:
        """Run until `stop`."""
        while not self._stopping:
            try:
                self._turn()
            except KeyboardInterrupt:
                if self._on_interrupt is None:
                    raise
                self._guarded(self._on_interrupt)

    def stop(self) -> None:
        """Let `run` return once the present callback has."""
        self._stopping = True

    def _turn(self) -> None:
        began = time.ticks_us()  # type: ignore[attr-defined]
        self._timers.fire()
        if self._stopping:
            return
        ready = self._poll.poll(0)
        if not ready:
            self._worked_us += time.ticks_diff(time.ticks_us(), began)  # type: ignore[attr-defined]
            ready = self._wait()
            began = time.ticks_us()  # type: ignore[attr-defined]
        for stream, flags in ready:
            entry = self._find(stream)
            if entry is None:
                continue  # an earlier callback of this turn took it away
            self._serve(entry, flags)
            if self._stopping:
                return
            self._timers.fire()  # a timer does not wait for all of them
        self._worked_us += time.ticks_diff(time.ticks_us(), began)  # type: ignore[attr-defined]

    def _wait(self) -> "list[tuple[Part, int]]":
        """What became ready before the next timer is due, at the latest."""
        if self._worked_us > _SWEEP_US:
            quiet = self._until_timer(_QUIET_MS)
            ready = self._poll.poll(quiet)
            if ready or quiet < _QUIET_MS:
                return ready
            gc.collect()
            if HAS_EDGEC:
                heap_trim()
            self._worked_us = 0
        return self._poll.poll(self._until_timer(_LONGEST_MS))

    def _until_timer(self, most_ms: int) -> int:
        first = self._timers.first_ms()
        return most_ms if first is None else min(most_ms, max(first - self.now(), 0))

    def _serve(self, entry: Watch, flags: int) -> None:
        readable, writable = entry.on_readable, entry.on_writable
        if readable is not None and flags & (select.POLLIN | _LOST):
            self._guarded(readable)
        if writable is not None and flags & (select.POLLOUT | _LOST) and self._find(entry.stream) is entry:
            self._guarded(writable)

    def _find(self, stream: Part) -> "Watch | None":
        for entry in self._watches:
            if entry.stream is stream or (isinstance(stream, int) and entry.stream == stream):
                return entry
        return None

    def _guarded(self, callback: Callback) -> None:
        try:
            callback()
        except Exception as error:
            # Our own mistake: an agent that keeps its tunnel and says so is better than one that is gone.
            self.faults += 1
            print("ezvpn: internal error, please report:", file=sys.stderr)
            sys.print_exception(error, sys.stderr)  # type: ignore[attr-defined]


def _uptime_ms() -> int:
    try:
        with open("/proc/uptime") as file:
            words = file.read().split()
        whole, _, part = words[0].partition(".")
        return int(whole) * 1000 + int((part + "000")[:3])
    except (OSError, ValueError, IndexError):
        return 0
