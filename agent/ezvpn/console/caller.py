"""What a command may do with the session that runs it. `shell.Session` implements it; the handlers of `exec_*` see only this.

Level 4. Shapes only.
"""

from ezvpn.console.host import Host


class Failed(Exception):
    """A well-formed command could not be done; the argument says why, without `%` and without a full stop."""


class Caller:
    """A session, seen by a command. interactive: False for `ezvpn exec`, where nobody can answer a question."""

    host: Host
    id: int
    interactive: bool
    privileged: bool
    monitor: bool  # log lines are shown

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

    def wait(self) -> None:
        """No prompt before `stored` is called; what is typed until then waits."""
        raise NotImplementedError

    def resize(self, width: int) -> None:
        """The screen has so many columns."""
        raise NotImplementedError

    def leave(self) -> None:
        """End this session."""
        raise NotImplementedError
