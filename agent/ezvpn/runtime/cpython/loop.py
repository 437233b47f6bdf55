"""The event loop on CPython: epoll and a short list of timers, and asyncio's selector loop from the moment somebody needs it.

Only the MQTT client is a coroutine. Importing asyncio takes longer than a whole negotiation and as much memory as the rest of
the agent, so an agent without a broker never has it, and one with a broker has its tunnel first. Watches, timers and signals
do the same under both. Same names and behaviour as runtime/micropython/loop.py.
"""

import select
import signal
import socket
import sys
import time

from ezvpn.runtime import timers
from ezvpn.runtime.calls import Answer, Callback, Part

_BOOT = time.CLOCK_BOOTTIME
_TRACEBACK_LIMIT = 20
_LOST = select.EPOLLERR | select.EPOLLHUP
_LONGEST_S = 3600.0  # of one wait; epoll_wait(2) takes a C int


class Timer(timers.Timer):
    """One that asyncio may have taken over."""

    def __init__(self, at_ms: int, callback: Callback) -> None:
        super().__init__(at_ms, callback)
        self.native: Part = None


class Watch:
    """What to call for one stream."""

    def __init__(self, stream: Part, on_readable: "Callback | None", on_writable: "Callback | None") -> None:
        self.stream = stream
        self.on_readable = on_readable
        self.on_writable = on_writable


class Loop:
    """Watches descriptors and fires timers. A callback that raises is printed and counted in `faults`; the loop goes on."""

    def __init__(self) -> None:
        self._epoll: Part = select.epoll()
        self._watches: "dict[int, Watch]" = {}  # descriptor -> watch, while asyncio has none of them
        self._timers = timers.Timers(self.now, self._guarded)  # the same
        self._native: Part = None  # asyncio's loop, while it runs
        self._on_asyncio: "list[Callback]" = []
        self._asyncio_loaded = False
        self._signals: "dict[int, Callback]" = {}
        self._caught: "list[int]" = []
        self._from_threads: "list[tuple[Answer, tuple[object, ...]]]" = []
        # A byte wakes the loop: a signal has come, or a thread has something.
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self.watch(self._near, self._woken)
        self._stopping = False
        self.faults = 0

    def now(self) -> int:
        """Boot time in ms; it runs on while the machine sleeps."""
        return time.clock_gettime_ns(_BOOT) // 1_000_000

    def at(self, ms: int, callback: Callback) -> Timer:
        """Call `callback()` once when `now()` has reached `ms`, never before."""
        timer = Timer(ms, callback)
        if self._native is None:
            self._timers.waiting.append(timer)
        else:
            self._arm(timer)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Forget a timer. One that has fired or was cancelled already: nothing happens."""
        self._timers.cancel(timer)
        if timer.native is not None:
            timer.native.cancel()
            timer.native = None

    def watch(self, stream: Part, on_readable: "Callback | None", on_writable: "Callback | None" = None) -> None:
        """Call back while `stream` (a socket or a descriptor) can be read, and while it can be written. Watching again
        replaces both; None stops that side. Raises `OSError` for what cannot be polled, such as a regular file."""
        if self._native is not None:
            self._watch_native(Watch(stream, on_readable, on_writable))
            return
        wanted = (select.EPOLLIN if on_readable is not None else 0) | (
            select.EPOLLOUT if on_writable is not None else 0
        )
        if not wanted:
            self.unwatch(stream)
            return
        fd = _descriptor(stream)
        try:
            self._epoll.modify(fd, wanted)
        except FileNotFoundError:  # a new one, or one that was closed while it was watched and whose number came again
            self._epoll.register(fd, wanted)
        self._watches[fd] = Watch(stream, on_readable, on_writable)

    def unwatch(self, stream: Part) -> None:
        """Stop watching. Unknown streams, and numbers of descriptors that are closed already (the data plane closes its device
        in the middle of a call, the order to unwatch comes after it): nothing happens."""
        if self._native is not None:
            self._native.remove_reader(stream)
            self._native.remove_writer(stream)
        elif self._watches.pop(_descriptor(stream), None) is not None:
            try:
                self._epoll.unregister(stream)
            except OSError:
                pass  # closing has done it

    def on_signal(self, number: int, callback: Callback) -> None:
        """Call `callback()` from the loop when the signal arrives; also for one that comes before `run`."""
        self._signals[number] = callback
        # Python's own handler runs between two bytecodes; the byte ends a wait that began just before.
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        signal.signal(number, self._catch)

    def from_thread(self, callback: Answer, *args: object) -> None:
        """Call `callback(*args)` from the loop; the one method another thread may call. Nothing happens once `run` is over."""
        self._from_threads.append((callback, args))
        self._wake()

    def with_asyncio(self, callback: Callback) -> None:
        """Call `callback()` from the loop once asyncio runs, then for good. It is imported in a thread: nothing waits for it."""
        if self._native is not None:
            self._native.call_soon(self._guarded, callback)
            return
        self._on_asyncio.append(callback)
        if len(self._on_asyncio) == 1:
            import threading

            threading.Thread(target=self._load_asyncio, daemon=True).start()

    def run(self) -> None:
        """Run until `stop`."""
        try:
            while not (self._stopping or self._asyncio_loaded):
                self._turn()
            if not self._stopping:
                import asyncio

                asyncio.run(self._main())
        finally:
            self._native = None  # parts that close now may still speak to this loop
            if self._signals:
                signal.set_wakeup_fd(-1)
            self.unwatch(self._near)
            self._near.close()
            self._far.close()

    def stop(self) -> None:
        """Let `run` return once the present callback has."""
        self._stopping = True
        if self._native is not None:
            self._ended.set()

    # Without asyncio

    def _turn(self) -> None:
        self._timers.fire()
        if self._stopping:
            return
        first = self._timers.first_ms()
        wait = _LONGEST_S if first is None else min(_LONGEST_S, _seconds_to(first))
        for fd, flags in self._epoll.poll(wait):
            entry = self._watches.get(fd)
            if entry is None:
                continue  # an earlier callback of this turn took it away
            if entry.on_readable is not None and flags & (select.EPOLLIN | _LOST):
                self._guarded(entry.on_readable)
            if entry.on_writable is not None and flags & (select.EPOLLOUT | _LOST) and self._watches.get(fd) is entry:
                self._guarded(entry.on_writable)
            if self._stopping:
                return
            self._timers.fire()  # a timer does not wait for all of them

    def _catch(self, number: int, frame: object) -> None:
        self._caught.append(number)
        self._wake()

    def _wake(self) -> None:
        try:
            self._far.send(b"\0")
        except OSError:
            pass  # full: it wakes anyway; closed: the loop is over

    def _woken(self) -> None:
        try:
            self._near.recv(4096)
        except OSError:
            pass
        while self._caught:
            self._guarded(self._signals[self._caught.pop(0)])
        while self._from_threads:
            callback, args = self._from_threads.pop(0)
            self._guarded(callback, *args)

    # With asyncio

    def _load_asyncio(self) -> None:
        import asyncio  # noqa: F401  so that `run` finds it there

        self.from_thread(self._have_asyncio)

    def _have_asyncio(self) -> None:
        self._asyncio_loaded = True

    async def _main(self) -> None:
        import asyncio

        self._native = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        watches, self._watches = self._watches, {}
        for entry in watches.values():
            self._epoll.unregister(entry.stream)
            self._watch_native(entry)
        waiting, self._timers.waiting = self._timers.waiting, []
        for timer in sorted(waiting, key=lambda timer: timer.at_ms):
            self._arm(timer)
        for callback in self._on_asyncio:
            self._native.call_soon(self._guarded, callback)
        await self._ended.wait()

    def _watch_native(self, entry: Watch) -> None:
        if entry.on_readable is None:
            self._native.remove_reader(entry.stream)
        else:
            self._native.add_reader(entry.stream, self._guarded, entry.on_readable)
        if entry.on_writable is None:
            self._native.remove_writer(entry.stream)
        else:
            self._native.add_writer(entry.stream, self._guarded, entry.on_writable)

    def _arm(self, timer: Timer) -> None:
        # call_later counts from now on the monotonic clock; both clocks run alike while the machine is awake.
        timer.native = self._native.call_later(_seconds_to(timer.at_ms), self._fire, timer)

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


def _descriptor(stream: Part) -> int:
    return stream if isinstance(stream, int) else int(stream.fileno())


def _seconds_to(ms: int) -> float:
    """From now until `now()` has reached `ms`, 0.0 when it has."""
    return max(ms * 1_000_000 - time.clock_gettime_ns(_BOOT), 0) / 1e9
