"""A restart that was ordered for later (`reload in`): when it comes, and what the log says before.

Level 4, sans-I/O: deadline and timeout as everywhere. The commands are in `console.exec_reload`; it does not outlive the run.
"""

from ezvpn.compat import const
from ezvpn.node.provisional import spoken

_WARNINGS = (const(300000), const(60000))  # ms before it


class ScheduledReload:
    """order, note: those of `Device`. reason: as typed, "" without."""

    def __init__(self, order: object, note: object) -> None:
        self._order = order
        self._note = note
        self._at: "int | None" = None
        self._told = 0  # how many of the warnings
        self.reason = ""

    def schedule(self, delay_ms: int, reason: str, now: int) -> None:
        """Restart in so many ms; the last order counts."""
        self._at = now + delay_ms
        self.reason = reason
        self._told = len([1 for before in _WARNINGS if before >= delay_ms])
        self._note(now, "SCHEDULED_RELOAD", spoken(delay_ms))  # type: ignore[operator]

    def cancel(self, now: int) -> bool:
        """False: none was ordered."""
        if self._at is None:
            return False
        self._at = None
        self._note(now, "SCHEDULED_RELOAD_CANCELLED")  # type: ignore[operator]
        return True

    def close(self) -> None:
        """The run ends anyhow."""
        self._at = None

    def left_ms(self, now: int) -> "int | None":
        """Until the restart; None when none is ordered."""
        return max(self._at - now, 0) if self._at is not None else None

    def deadline(self) -> "int | None":
        if self._at is None:
            return None
        return self._at - (_WARNINGS[self._told] if self._told < len(_WARNINGS) else 0)

    def timeout(self, now: int) -> None:
        if self._at is None:
            return
        if now >= self._at:
            self._at = None
            self._order("reboot")  # type: ignore[operator]
            return
        while self._told < len(_WARNINGS) and now >= self._at - _WARNINGS[self._told]:
            self._told += 1
            self._note(now, "SHUTDOWN_SOON", spoken(self._at - now))  # type: ignore[operator]
