"""What wrong passwords cost, counted over all consoles of a device.

Level 4, pure.
"""

from ezvpn.compat import const

_FREE = const(3)  # wrong answers that cost nothing
_MAX_PAUSE_S = const(60)
_FORGOTTEN_MS = const(900_000)


class Guard:
    """Counts wrong answers on all consoles of a device together: from the fourth on each costs twice the time of the one before,
    a minute at most. Forgotten after a right answer, and after a quarter of an hour without a wrong one."""

    def __init__(self) -> None:
        self.failures = 0
        self._last = 0

    def failed(self, now: int) -> int:
        """One more; returns the ms before it is answered."""
        if now - self._last > _FORGOTTEN_MS:
            self.failures = 0
        self._last = now
        self.failures += 1
        over = self.failures - _FREE
        return min(1 << min(over - 1, 8), _MAX_PAUSE_S) * 1000 if over > 0 else 0

    def passed(self) -> None:
        self.failures = 0
