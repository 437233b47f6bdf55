"""The consoles of one node: which sessions are open, what they print, and the log line on stderr while there is none.

Level 4. Belongs here: opening, feeding, following the log. Not here: what a command does (`shell`), descriptors (`runtime`).
"""

from ezvpn.compat import const
from ezvpn.log import LogRecord, Ring

_LINES_AT_ONCE = const(64)  # log lines passed on after one mutation; the ring holds the rest until the next


class Desk:
    """`node` gives the log and takes the orders."""

    def __init__(self, log: Ring, order: object) -> None:
        self._log = log
        self._order = order
        self._seen = 0

    def follow(self, level: int, now: int) -> None:
        """Pass on what is new in the log, up to this severity."""
        if self._seen == self._log.next_seq - 1:
            return
        lost, records = self._log.after(self._seen)
        if lost:
            self._line(stamp(now) + str(lost) + " lines lost")
        for record in records[:_LINES_AT_ONCE]:
            self._seen = record.seq
            if record.severity() <= level:
                self._line(rendered(record))

    def _line(self, text: str) -> None:
        self._order("log", text)  # type: ignore[operator]


def rendered(record: LogRecord) -> str:
    return stamp(record.at) + record.text()


def stamp(at: int) -> str:
    """Time since start, as IOS writes it while the clock was never set: `00:01:23.456: `."""
    seconds = at // 1000
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{at % 1000:03d}: "
