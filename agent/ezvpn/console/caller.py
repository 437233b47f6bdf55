"""What a command may do with the session that runs it. `shell.Session` implements it; the handlers of `exec_*` see only this.

Level 4. Shapes only.
"""

from ezvpn.console.host import Host
from ezvpn.report.json_text import Object


class Failed(Exception):
    """A well-formed command could not be done; the argument says why, without `%` and without a full stop."""


class Caller:
    """A session, seen by a command. interactive: False for `ezvpn exec`, where nobody can answer a question."""

    host: Host
    id: int
    interactive: bool
    privileged: bool
    monitor: bool  # log lines are shown
    length: int  # rows of the screen, 0 = output does not pause

    def put(self, line: str) -> None:
        """Print one line."""
        raise NotImplementedError

    def ask(self, prompt: str, echo: bool, answered: object) -> None:
        """Ask the user; `answered(text, now)` is called with the answer, and not at all if the user breaks off. Raises Failed
        where nobody can answer."""
        raise NotImplementedError

    def configure(self) -> None:
        """Enter configuration mode. Raises Failed where that makes no sense."""
        raise NotImplementedError

    def write(self, text: str) -> None:
        """Print text at once, without a line end: what a command shows while it waits."""
        raise NotImplementedError

    def wait(self, answered: object, broken: object = None) -> None:
        """The command goes on when the device answers: no prompt until then, and what is typed waits. `answered(result, now)`
        may wait again. `broken(now)` is called if the user breaks off with Ctrl-C or Ctrl-Shift-6; an answer that still comes is
        dropped."""
        raise NotImplementedError

    def pause(self, ms: int, then: object, now: int) -> None:
        """The command goes on after this time: `then(None, now)`."""
        raise NotImplementedError

    def admit(self, privileged: bool) -> None:
        """Whoever is at this console may use it."""
        raise NotImplementedError

    def history(self) -> "list[str]":
        """The lines typed here, the oldest first."""
        raise NotImplementedError

    def shown(self, command: str, now: int) -> "list[str]":
        """What this `show` prints. Raises Failed."""
        raise NotImplementedError

    def shown_json(self, command: str, now: int) -> Object:
        """The same as JSON."""
        raise NotImplementedError

    def resize_history(self, lines: int) -> None:
        """Keep so many."""
        raise NotImplementedError

    def resize(self, width: int) -> None:
        """The screen has so many columns."""
        raise NotImplementedError

    def leave(self) -> None:
        """End this session."""
        raise NotImplementedError
