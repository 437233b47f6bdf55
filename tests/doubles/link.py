"""A virtual wire between two cores that speak the five verbs: latency, loss, duplication, reordering, and a clock that jumps.

The law of docs/architecture.md is kept and asserted: one mutation, then `transmit` until 0, then `event` until None, then
`deadline`; only then wait. Time is a number; nothing here sleeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

START = 2**30 - 5000  # small ints of a 32-bit port end at 2**30
STEPS = 2000  # a scenario that needs more has a loop in it
AT_ONCE = 100  # steps of a Diffie-Hellman that are due at the same time


class Wire:
    """What happens to datagrams. Numbers count from 0 in the order of sending, both directions together.

    lose: numbers that vanish · double: numbers that arrive twice · late: number -> more ms on the way, which reorders ·
    fate: (number, data) -> list of delays in ms, one for each copy; () = lost. It replaces the others when given.
    """

    def __init__(
        self,
        latency: int = 5,
        lose: Iterable[int] = (),
        double: Iterable[int] = (),
        late: dict[int, int] | None = None,
        fate: Callable[[int, bytes], tuple[int, ...]] | None = None,
    ) -> None:
        self.latency = latency
        self.lose = set(lose)
        self.double = set(double)
        self.late = late or {}
        self.fate = fate

    def delays(self, number: int, data: bytes) -> tuple[int, ...]:
        if self.fate is not None:
            return self.fate(number, data)
        if number in self.lose:
            return ()
        delay = self.latency + self.late.get(number, 0)
        return (delay, delay) if number in self.double else (delay,)


class Side:
    """One core with its 4-byte address and its real port numbers. `on_event(event)` hears everything it says."""

    def __init__(self, core: object, address: bytes, on_event: Callable[[object], None] | None = None) -> None:
        self.core = core
        self.address = address
        self.ports = (500, 4500)
        self.events: list[object] = []
        self.on_event = on_event
        self.answers: list[Callable[[int], None]] = []  # doors to call once the drain has ended

    def said(self, kind: type) -> list[object]:
        return [event for event in self.events if isinstance(event, kind)]


class Pair:
    """Any number of sides on one wire; the name is of the usual case. A datagram for an address that nobody has is lost."""

    def __init__(self, *sides: Side, wire: Wire | None = None) -> None:
        self.sides = list(sides)
        self.wire = wire or Wire()
        self.now = START
        self.sent = 0
        self.arrived = 0
        self.log: list[tuple[int, bytes, bytes, bytes]] = []  # (now, from, to, data) of everything sent
        self._flying: list[tuple[int, int, Side, bytes, tuple[int, bytes, int]]] = []
        self._order = 0
        self._draining = False
        self._at_once = 0  # calls of timeout() that left their deadline
        self._buffer = bytearray(4096)
        for side in self.sides:
            self.drain(side)

    def call(self, side: Side, door: Callable[..., object], *args: object) -> object:
        """One mutation, then the law."""
        assert not self._draining, "a door was called while the core is being drained"
        result = door(*args)
        self.drain(side)
        return result

    def drain(self, side: Side) -> None:
        assert not self._draining
        self._draining = True
        core = side.core
        while size := core.transmit(self._buffer, self.now):
            assert size <= len(self._buffer)
            self._send(side, bytes(self._buffer[:size]), core.to)
        while (event := core.event()) is not None:
            side.events.append(event)
            if side.on_event is not None:
                side.on_event(event)
        assert core.transmit(self._buffer, self.now) == 0, "a datagram was held back: transmit said 0 too early"
        deadline = core.deadline()
        assert deadline is None or isinstance(deadline, int)
        self._draining = False
        while side.answers:
            self.call(side, side.answers.pop(0), self.now)

    def step(self, until: int | None = None) -> bool:
        """The next thing that happens: an arrival or a deadline, and the clock jumps to it. False: there is none
        (before `until`)."""
        arrival = min(self._flying)[:2] if self._flying else None
        due = [(at, i) for i, side in enumerate(self.sides) if (at := side.core.deadline()) is not None]
        deadline = min(due) if due else None
        times = [found[0] for found in (arrival, deadline) if found is not None]
        if not times or (until is not None and min(times) > until):
            if until is not None:
                self.now = max(self.now, until)
            return False
        self.now = max(self.now, min(times))
        if arrival is not None and (deadline is None or arrival[0] <= deadline[0]):
            flight = min(self._flying, key=lambda one: one[:2])
            self._flying.remove(flight)
            self.arrived += 1
            _, _, side, data, source = flight
            # The buffer is valid during the call only: overwritten afterwards, so that a kept view shows itself.
            view = bytearray(data)
            self.call(side, side.core.receive, memoryview(view), self.now, source)
            view[:] = b"\xa5" * len(view)
        else:
            side = self.sides[deadline[1]]
            before = side.core.deadline()
            self.call(side, side.core.timeout, self.now)
            after = side.core.deadline()
            self._at_once = self._at_once + 1 if after == before else 0
            assert self._at_once < AT_ONCE, "a deadline that timeout() does not clear"
        return True

    def run(self, until: Callable[[], bool], within: int = 120000) -> None:
        """Step until a condition holds; fails when it does not within this time or number of steps."""
        end = self.now + within
        for _ in range(STEPS):
            if until():
                return
            if not self.step(end):
                break
        assert until(), f"not reached within {within} ms"

    def wait(self, ms: int) -> None:
        """Let time pass, with everything that falls due."""
        end = self.now + ms
        for _ in range(STEPS):
            if not self.step(end):
                return
        raise AssertionError(f"more than {STEPS} steps in {ms} ms")

    def _send(self, side: Side, data: bytes, to: tuple[int, bytes, int]) -> None:
        number = self.sent
        self.sent += 1
        self.log.append((self.now, side.address, bytes(to[1]), data))
        for delay in self.wire.delays(number, data):
            for other in self.sides:
                if other.address == bytes(to[1]):
                    self._order += 1
                    source = (other.ports.index(to[2]), side.address, side.ports[to[0]])
                    self._flying.append((self.now + delay, self._order, other, data, source))
