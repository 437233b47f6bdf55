"""What time it is: the machine's clock, until somebody says better.

Level 4, pure. Belongs here: which of the sources counts, as an offset to boot time. Not here: asking servers (`sntp`), setting
the machine's clock (`runtime`). docs/decisions/0017 says why.
"""

from ezvpn.console.time_facts import Source

STEP_MS = 128  # RFC 5905 A.1.1 STEPT: a machine whose clock is ours is set when it is off by so much


class Timekeeper:
    """sets_clock: the machine's clock is ours to set, so it says nothing about the time before we have told it."""

    def __init__(self, sets_clock: bool) -> None:
        self._sets_clock = sets_clock
        self._machine: "int | None" = None  # offset of its clock to boot time
        self._plausible = False
        self._own: "int | None" = None  # what a user or a server said
        self.source = Source.NONE
        self.asks = False  # there are servers to ask

    def machine(self, wall_ms: int, synced: bool, now: int) -> None:
        """What the machine's clock says; synced: it was set once."""
        self._machine = wall_ms - now
        self._plausible = synced
        if self.source == Source.NONE:
            self.source = Source.MACHINE

    def set(self, offset: int, source: str) -> bool:
        """A user or a server says that boot time and wall time are so far apart. True: the machine's clock should be set."""
        self._own = offset
        self.source = source
        off = STEP_MS if self._machine is None else abs(offset - self._machine)
        return self._sets_clock and off >= STEP_MS

    def offset(self) -> "int | None":
        """Wall ms - boot ms, None while nobody has told."""
        return self._machine if self._own is None else self._own

    def synced(self) -> bool:
        """Whether to believe it: no `*` before the time."""
        if self._own is not None:
            return True
        return self._plausible and not (self._sets_clock and self.asks)
