"""The device's wall time: the clocks it hears, the servers it asks, and who is told what time it is.

Level 4. Belongs here: joining `timekeeper` (which clock counts) with `sntp` (asking servers), their orders and their lines for
the log. Not here: zones and words (`console`), setting the machine's clock (`runtime`).
"""

from ezvpn.config.model import NtpServer
from ezvpn.console.time_facts import Source, TimeFacts
from ezvpn.node.timekeeper import Timekeeper
from ezvpn.report.reporter import Reporter


class WallTime:
    """order(name, *arguments) queues one for the runtime · note(now, mnemonic, *arguments) is a line for the log."""

    def __init__(self, sets_clock: bool, entropy: object, reporter: Reporter, order: object, note: object) -> None:
        self._keeper = Timekeeper(sets_clock)
        self._entropy = entropy
        self._reporter = reporter
        self._order = order
        self._note = note
        self._sntp: "Sntp | None" = None  # type: ignore[name-defined] # noqa: F821

    def configure(self, servers: "list[NtpServer]", now: int) -> None:
        self._keeper.asks = servers != []
        if self._sntp is None and servers:
            # Imported here: a device that asks no server never loads it.
            from ezvpn.node.sntp import Sntp

            self._sntp = Sntp(self._entropy)
        if self._sntp is not None:
            self._sntp.configure(servers, now)

    def wall(self, now: int) -> "tuple[int | None, bool]":
        """(wall clock in ms since 1970, or None while nobody has told it; whether it is synchronised)."""
        offset = self._keeper.offset()
        if offset is None:
            return None, False
        return now + offset, self._keeper.synced()

    def facts(self) -> TimeFacts:
        return TimeFacts(self._keeper.source, [] if self._sntp is None else self._sntp.associations())

    def set(self, wall_ms: int, now: int) -> None:
        """A user says what time it is."""
        self._is(wall_ms - now, Source.USER, now)

    def machine(self, wall_ms: int, synced: bool, now: int) -> "tuple[int | None, bool]":
        """What the machine's clock says; synced: it was set once. Returns `wall`."""
        self._keeper.machine(wall_ms, synced, now)
        wall, believed = self.wall(now)
        self._reporter.clock(wall_ms if wall is None else wall, believed, now)
        return wall, believed

    def received(self, source: bytes, view: "memoryview | bytes", now: int) -> None:
        """A datagram from port 123 of `source` (4 bytes)."""
        if self._sntp is not None:
            self._sntp.received(source, view, now)
        self._ask(now)

    def resolved(self, lookup: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`."""
        if self._sntp is not None:
            self._sntp.resolved(lookup, addresses, now)
        self._ask(now)

    def timeout(self, now: int) -> None:
        if self._sntp is not None:
            self._sntp.timeout(now)
        self._ask(now)

    def deadline(self) -> "int | None":
        at: "int | None" = None if self._sntp is None else self._sntp.deadline()
        return at

    def _is(self, offset: int, source: str, now: int) -> None:
        if self._keeper.set(offset, source):
            self._order("set_clock", now + offset)  # type: ignore[operator]
        self._reporter.clock(now + offset, self._keeper.synced(), now)

    def _ask(self, now: int) -> None:
        """After anything that concerns the time servers: what they want done, and what they said."""
        if self._sntp is None:
            return
        while True:
            order = self._sntp.order()
            if order is None:
                break
            self._order(*order)  # type: ignore[operator]
        reading = self._sntp.reading()
        if reading is not None:
            before = self._keeper.offset()
            self._is(reading, Source.NTP, now)
            self._sntp.measured(0 if before is None else reading - before)
        while True:
            news = self._sntp.news()
            if news is None:
                break
            self._note(now, news[0], news[1])  # type: ignore[operator]
