"""The event loop on CPython: asyncio's selector loop behind the few methods that the runtime uses.

asyncio is imported by `run`, not before: it costs as much as a whole negotiation, and the first datagram can leave before.
What is watched or timed earlier waits in a table until then. Same names and behaviour as runtime/micropython/loop.py.
"""

import signal
import sys
import time

from ezvpn.runtime.calls import Answer, Callback, Part

_BOOT = time.CLOCK_BOOTTIME
_TRACEBACK_LIMIT = 20


class Timer:
    """One callback at one time; `Loop.cancel` takes it."""

    def __init__(self, at_ms: int, callback: Callback) -> None:
        self.at_ms = at_ms
        self.callback: "Callback | None" = callback
        self.native: Part = None


class Loop:
    """Watches descriptors and fires timers. A callback that raises is printed and counted in `faults`; the loop goes on."""

    def __init__(self) -> None:
        self._native: Part = None
        self._early_timers: "list[Timer]" = []
        self._early_watches: "list[tuple[Part, Callback | None, Callback | None]]" = []
        self._signals: "dict[int, Callback]" = {}
        self._early_signals: "list[int]" = []
        self._stopping = False
        self.faults = 0

    def now(self) -> int:
        """Boot time in ms; it runs on while the machine sleeps."""
        return time.clock_gettime_ns(_BOOT) // 1_000_000

    def at(self, ms: int, callback: Callback) -> Timer:
        """Call `callback()` once when `now()` has reached `ms`, never before."""
        timer = Timer(ms, callback)
        if self._native is None:
            self._early_timers.append(timer)
        else:
            self._arm(timer)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Forget a timer. One that has fired or was cancelled already: nothing happens."""
        timer.callback = None
        if timer.native is not None:
            timer.native.cancel()
            timer.native = None
        elif timer in self._early_timers:
            self._early_timers.remove(timer)

    def watch(self, stream: Part, on_readable: "Callback | None", on_writable: "Callback | None" = None) -> None:
        """Call back while `stream` (a socket or a descriptor) can be read, and while it can be written. Watching again
        replaces both; None stops that side. Raises `OSError` for what cannot be polled, such as a regular file."""
        if self._native is None:
            self.unwatch(stream)
            self._early_watches.append((stream, on_readable, on_writable))
            return
        if on_readable is None:
            self._native.remove_reader(stream)
        else:
            self._native.add_reader(stream, self._guarded, on_readable)
        if on_writable is None:
            self._native.remove_writer(stream)
        else:
            self._native.add_writer(stream, self._guarded, on_writable)

    def unwatch(self, stream: Part) -> None:
        """Stop watching. Must come before the descriptor is closed. Unknown streams: nothing happens."""
        if self._native is None:
            self._early_watches = [entry for entry in self._early_watches if entry[0] is not stream]
            return
        self._native.remove_reader(stream)
        self._native.remove_writer(stream)

    def on_signal(self, number: int, callback: Callback) -> None:
        """Call `callback()` from the loop when the signal arrives; also for one that comes before `run`."""
        self._signals[number] = callback
        signal.signal(number, lambda number, _: self._early_signals.append(number))

    def from_thread(self, callback: Answer, *args: object) -> None:
        """Call `callback(*args)` from the loop; the one method another thread may call, and only while the loop runs."""
        native = self._native
        if native is not None:
            native.call_soon_threadsafe(self._guarded, callback, *args)

    def run(self) -> None:
        """Run until `stop`."""
        import asyncio

        try:
            asyncio.run(self._main())
        finally:
            self._native = None  # parts that close now may still speak to this loop

    def stop(self) -> None:
        """Let `run` return once the present callback has."""
        self._stopping = True
        if self._native is not None:
            self._ended.set()

    async def _main(self) -> None:
        import asyncio

        self._native = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        for number, callback in self._signals.items():
            self._native.add_signal_handler(number, self._guarded, callback)
        for number in self._early_signals:
            self._native.call_soon(self._guarded, self._signals[number])
        watches, self._early_watches = self._early_watches, []
        for stream, on_readable, on_writable in watches:
            self.watch(stream, on_readable, on_writable)
        timers, self._early_timers = self._early_timers, []
        for timer in sorted(timers, key=lambda timer: timer.at_ms):
            self._arm(timer)
        if not self._stopping:
            await self._ended.wait()

    def _arm(self, timer: Timer) -> None:
        # call_later counts from now on the monotonic clock; both clocks run alike while the machine is awake.
        wait_ns = timer.at_ms * 1_000_000 - time.clock_gettime_ns(_BOOT)
        timer.native = self._native.call_later(max(wait_ns, 0) / 1e9, self._fire, timer)

    def _fire(self, timer: Timer) -> None:
        callback, timer.callback, timer.native = timer.callback, None, None
        if callback is not None:
            self._guarded(callback)

    def _guarded(self, callback: Answer, *args: object) -> None:
        try:
            callback(*args)
        except Exception:
            # Our own mistake: an agent that keeps its tunnel and says so is better than one that is gone.
            import traceback

            self.faults += 1
            print("ezvpn: internal error, please report:", file=sys.stderr)
            traceback.print_exc(limit=_TRACEBACK_LIMIT)
