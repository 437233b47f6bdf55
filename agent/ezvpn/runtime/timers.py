"""The timers of an event loop: which fire when, and in which order. Dual; the clock is the loop's."""

from ezvpn.runtime.calls import Answer, Callback, Clock, Part


class Timer:
    """One callback at one time; `Loop.cancel` takes it."""

    def __init__(self, at_ms: int, callback: Callback) -> None:
        self.at_ms = at_ms
        self.callback: "Callback | None" = callback


class Timers:
    """A short list. `now()` gives ms, `call(callback)` calls one and survives its faults."""

    def __init__(self, now: Clock, call: Answer) -> None:
        self._now = now
        self._call = call
        self.waiting: "list[Part]" = []  # of Timer, or of what a loop makes of it

    def cancel(self, timer: Timer) -> None:
        """One that has fired or was cancelled already: nothing happens."""
        timer.callback = None
        if timer in self.waiting:
            self.waiting.remove(timer)

    def first_ms(self) -> "int | None":
        """When the next one is due."""
        return min([timer.at_ms for timer in self.waiting]) if self.waiting else None

    def fire(self) -> None:
        """Fire what is due, and what comes due meanwhile; but nothing that is set meanwhile: a callback that sets a timer for
        "at once" must not starve the streams."""
        first = self.first_ms()
        if first is None or first > self._now():
            return
        for timer in sorted(self.waiting, key=lambda timer: timer.at_ms):
            if timer.at_ms > self._now():
                break
            callback = timer.callback
            if callback is not None:  # else an earlier one of this pass cancelled it
                self.waiting.remove(timer)
                timer.callback = None
                self._call(callback)
