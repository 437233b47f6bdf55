"""Why this run began: a word that each run leaves in the state directory, and what it means to the next one.

Level 4. Pure: the file is written by the order `store` and read by `main` before the node is made.
"""

from ezvpn.compat import const

RECORD = "lastrun"  # file of the state directory
RECORD_ID = -2  # nobody waits for the answer to this `store`

RELOAD = b"reload\n"
STOPPED = b"stopped\n"
_RUNNING = "running "
_LATER_MS = const(2000)  # no datagram of a start waits for the disk


def running(boot: str) -> bytes:
    """What stands there while the program runs. boot: another word at each start of the machine, "" = not known."""
    return (_RUNNING + boot + "\n").encode()


def reason(record: bytes, boot: str) -> str:
    """The words behind `System returned to ROM by`. record: what the last run left, empty = nothing."""
    try:
        text = record.decode().strip()
    except UnicodeError:
        text = ""
    if not text:
        return "power-on"
    if text + "\n" == RELOAD.decode():
        return "reload"
    if text + "\n" == STOPPED.decode():
        return "start after an orderly stop"
    if not text.startswith(_RUNNING.strip()):
        return "unknown reason"
    before = text[len(_RUNNING) :]
    if not boot or not before:
        return "power-on or unexpected end of the program"
    # The machine has run on, so what ended was the program alone.
    return "unexpected end of the program" if before == boot else "power-on"


class LastRun:
    """What this run writes there. order(name, *args) queues an order · boot: of the machine."""

    def __init__(self, order: object, boot: str) -> None:
        self._order = order
        self._boot = boot
        self._begun = False
        self._at: "int | None" = None

    def begin(self, now: int) -> None:
        """A configuration took effect, the first one or another."""
        if not self._begun:
            self._begun = True
            self._at = now + _LATER_MS

    def deadline(self) -> "int | None":
        return self._at

    def timeout(self, now: int) -> None:
        if self._at is not None and self._at <= now:
            self._at = None
            self._store(running(self._boot))

    def reload(self) -> None:
        """Somebody wants this run to end."""
        self._end(RELOAD)

    def stop(self) -> None:
        """This run ends in order, unless it was to be reloaded."""
        if self._begun:
            self._end(STOPPED)

    def _end(self, word: bytes) -> None:
        self._begun = False
        self._at = None
        self._store(word)

    def _store(self, word: bytes) -> None:
        self._order("store", RECORD_ID, RECORD, word)  # type: ignore[operator]
