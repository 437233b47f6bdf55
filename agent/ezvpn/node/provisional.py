"""Provisional changes (`configure confirm N`): unless somebody confirms them the configuration of before comes back by itself.

Level 4, sans-I/O: deadline and timeout as everywhere. What must outlive a restart is a file, written when it begins, once a
minute and at the end of the run; after a restart the time that was left goes on. Not here: the commands (`console.exec_confirm`),
what a new configuration does (`device`).

The file is a comment line with the time, then the configuration: IOS text like any other.
"""

from ezvpn.compat import const
from ezvpn.config.model import Config, same

FILE = "rollback"
STORE_ID = const(-3)  # of the order `store`
_MINUTE_MS = const(60000)
_HEAD = b"! ezvpn roll-back left "
_UNTIL = b" until "


class Provisional:
    """order, note: those of `Device` · text(config) -> (why not or "", it as it is stored) · running() -> the configuration ·
    apply(config, now)."""

    def __init__(self, order: object, note: object, text: object, running: object, apply: object) -> None:
        self._order = order
        self._note = note
        self._text = text
        self._running = running
        self._apply = apply
        self._config: "Config | None" = None  # what comes back
        self._stored = b""  # the same as text
        self._at = 0  # when it comes back, boot ms
        self._next = 0  # the next store or the warning
        self._warned = False
        self.wall: "int | None" = None  # wall ms at boot ms 0

    @property
    def pending(self) -> bool:
        return self._config is not None

    def left_ms(self, now: int) -> "int | None":
        """Until the roll-back; None when nothing is pending."""
        return max(self._at - now, 0) if self._config is not None else None

    def arm(self, minutes: int, now: int) -> None:
        """What changes from now on is provisional. Once more while it is pending: the time begins anew, but what comes back stays
        what it was."""
        if self._config is None:
            self._hold(self._running(), now)  # type: ignore[operator]
        self._begin(minutes * _MINUTE_MS, now)
        self._note(now, "ROLLBK_CNFMD_CHG_START", spoken(minutes * _MINUTE_MS))  # type: ignore[operator]

    def recall(self, config: Config, left_ms: int, now: int) -> None:
        """A file of the last run was found: the time that was left goes on."""
        self._hold(config, now)
        self._begin(left_ms, now)
        self._note(now, "ROLLBK_CNFMD_CHG_FOUND", spoken(left_ms))  # type: ignore[operator]

    def confirm(self, now: int) -> bool:
        """What was changed stays. False: nothing was pending."""
        if self._config is None:
            return False
        self._forget()
        self._note(now, "ROLLBK_CNFMD_CHG_CONFIRM")  # type: ignore[operator]
        return True

    def revert(self, now: int) -> bool:
        """Roll back at once. False: nothing was pending."""
        if self._config is None:
            return False
        self._roll_back(now)
        return True

    def deadline(self) -> "int | None":
        return min(self._at, self._next) if self._config is not None else None

    def timeout(self, now: int) -> None:
        if self._config is None:
            return
        if now >= self._at:
            self._roll_back(now)
        elif now >= self._next:
            if self._at - now <= _MINUTE_MS and not self._warned:
                self._warned = True
                self._note(now, "ROLLBK_CNFMD_CHG_WARNING")  # type: ignore[operator]
            self._store(now)
            self._next = now + _MINUTE_MS

    def close(self, now: int) -> None:
        """The run ends: the next one shall go on exactly here."""
        if self._config is not None:
            self._store(now)
            self._config = None

    def stored(self, ok: object, now: int) -> None:
        """Answer to the order."""
        if ok is not True:
            why = ok if isinstance(ok, str) else "the file could not be written"
            self._note(now, "ROLLBK_CNFMD_CHG_NOT_STORED", why)  # type: ignore[operator]

    def _hold(self, config: Config, now: int) -> None:
        self._config = config
        problem, self._stored = self._text(config)  # type: ignore[operator]
        if problem:
            self.stored(problem, now)

    def _begin(self, left_ms: int, now: int) -> None:
        self._at = now + left_ms
        self._warned = left_ms <= _MINUTE_MS
        # On whole minutes before the end, so that one of them is the warning.
        self._next = now + (left_ms % _MINUTE_MS or _MINUTE_MS)
        self._store(now)

    def _roll_back(self, now: int) -> None:
        config = self._config
        changed = not same(config, self._running())  # type: ignore[operator]
        words = "the configuration of before comes back" if changed else "nothing has changed"
        self._note(now, "ROLLBK_CNFMD_CHG_ROLLBACK_START", words)  # type: ignore[operator]
        self._forget()
        if changed:
            self._apply(config, now)  # type: ignore[operator]

    def _forget(self) -> None:
        self._config = None
        self._stored = b""
        self._order("store", STORE_ID, FILE, b"")  # type: ignore[operator]

    def _store(self, now: int) -> None:
        if not self._stored:
            return  # it could not be encrypted
        head = _HEAD + str((self._at - now) // 1000).encode()
        if self.wall is not None:
            head += _UNTIL + str((self._at + self.wall) // 1000).encode()
        self._order("store", STORE_ID, FILE, head + b"\n" + self._stored)  # type: ignore[operator]


def read(data: "bytes | None", wall_ms: "int | None") -> "tuple[int, bytes] | None":
    """(ms that are left, the configuration) of a file, None where nothing is pending. Where both runs know what wall time it is,
    time went on between them; it counts only if it shortens the wait. Raises ValueError for a damaged file."""
    if not data:
        return None
    line, newline, text = data.partition(b"\n")
    words = line[len(_HEAD) :].split(_UNTIL)
    if not line.startswith(_HEAD) or not newline or not words[0].isdigit() or len(words[0]) > 6:
        raise ValueError(FILE)
    left = int(words[0]) * 1000
    if wall_ms is not None and len(words) == 2 and words[1].isdigit():
        left = min(left, max(int(words[1]) * 1000 - wall_ms, 0))
    return left, text


def spoken(ms: int) -> str:
    """`9 minutes 30 seconds`."""
    minutes, seconds = ms // _MINUTE_MS, ms % _MINUTE_MS // 1000
    parts = [str(minutes) + (" minute" if minutes == 1 else " minutes")] if minutes else []
    if seconds or not minutes:
        parts.append(str(seconds) + (" second" if seconds == 1 else " seconds"))
    return " ".join(parts)
