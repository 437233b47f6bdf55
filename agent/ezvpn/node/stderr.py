"""The log on stderr, while no console is attached: one order for each line.

Level 4. Not here: the words (`console.debug`).
"""

from ezvpn.console.debug import Clock, Cursor, lines, lost_line
from ezvpn.log import Ring


class StderrLog:
    """A reader of the ring like any console. order(name, text) queues an order of the node."""

    def __init__(self, ring: Ring, order: object) -> None:
        self._cursor = Cursor(ring)
        self._order = order

    def behind(self) -> bool:
        """Whether anything was added since the last `follow`."""
        return self._cursor.behind()

    def follow(self, level: int, clock: Clock, attended: bool) -> None:
        """Pass on what is new up to this severity. attended: a console shows it, so it counts as said."""
        lost, records = self._cursor.take(level)
        if attended:
            return
        if lost:
            self._say(lost_line(lost))
        for record in records:
            for line in lines(record, clock):
                self._say(line)

    def _say(self, text: str) -> None:
        self._order("log", text)  # type: ignore[operator]
