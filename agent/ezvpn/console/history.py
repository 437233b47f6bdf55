"""The lines that were typed at one console, and which of them is shown again.

Level 4, pure. Bounded: the oldest line goes. Not here: keys and the screen (`editor`).
"""

from ezvpn.compat import const

MAX_HISTORY = const(256)
_HISTORY = const(20)  # lines, unless told otherwise


class History:
    """lines: the oldest first · size: how many are kept."""

    def __init__(self) -> None:
        self.lines: "list[str]" = []
        self.size = _HISTORY
        self._back = 0  # how many lines ago the one shown was typed, 0: it is being typed
        self._typed = ""  # the line that was being typed before

    def remember(self, line: str) -> None:
        """Add a line, if it is new. The oldest line goes."""
        if line and self.lines[-1:] != [line]:
            self.lines.append(line)
            self.resize(self.size)

    def resize(self, lines: int) -> None:
        """Keep so many lines, 256 at most."""
        self.size = min(lines, MAX_HISTORY)
        while len(self.lines) > self.size:
            self.lines.pop(0)

    def begin(self) -> None:
        """A new line is typed."""
        self._back = 0

    def recall(self, step: int, shown: str) -> "str | None":
        """The line that is so many (1, -1) older than the one shown; None at either end."""
        back = self._back + step
        if not 0 <= back <= len(self.lines):
            return None
        if self._back == 0:
            self._typed = shown
        self._back = back
        return self.lines[-back] if back else self._typed
