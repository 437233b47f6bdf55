"""Whether somebody is at a console: when a session there begins, when it has been idle for too long, when an answer is held back.

Level 4, pure. Time comes in as an argument. What is printed when a session begins or ends is the session's (`shell`).
"""

from ezvpn.compat import const
from ezvpn.console.host import Host

YOUNG_MS = const(60_000)


class Presence:
    """attended: the console line of a device, which is there for whoever walks up to it · admitted: whoever is there has passed
    the log-in · resting: nobody is there, Enter begins a session."""

    def __init__(self, host: Host, attended: bool) -> None:
        self._host = host
        self.attended = attended
        self.admitted = not attended
        self.resting = False
        self._since: "int | None" = None
        self._typed_at: "int | None" = None
        self._held_until: "int | None" = None

    def typed(self, now: int) -> None:
        """A sign of life."""
        self._typed_at = now
        if self._since is None:
            self._since = now

    def young(self, now: int) -> bool:
        """Whether the console was opened less than a minute ago, as when the device starts."""
        return self._since is not None and now - self._since < YOUNG_MS

    def rest(self) -> None:
        """The session is over."""
        self.resting = True
        self.admitted = not self.attended

    def hold(self, until: int) -> None:
        """An answer waits: nothing that is typed is heard before."""
        self._held_until = until

    @property
    def holds(self) -> bool:
        return self._held_until is not None

    def released(self, now: int) -> bool:
        """Whether the answer that was held back may go out now; True once."""
        if self._held_until is None or now < self._held_until:
            return False
        self._held_until = None
        return True

    def idle_end(self) -> "int | None":
        """When `exec-timeout` ends the session."""
        limit = self._host.config.line.exec_timeout_s
        if not limit or self.resting or self._typed_at is None:
            return None
        return self._typed_at + limit * 1000

    def deadline(self, waiting: bool) -> "int | None":
        """When something is due. waiting: a command runs, which is not being idle."""
        if self._held_until is not None:
            return self._held_until
        return None if waiting else self.idle_end()
