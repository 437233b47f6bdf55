"""The consoles of one node: which sessions are open, what they print, and the log on stderr while there is none.

Level 4. Belongs here: opening, feeding, output as orders. Not here: what a command does (`console`), descriptors (`runtime`).
"""

from ezvpn.console.host import Host
from ezvpn.console.shell import Session
from ezvpn.node.device import Device
from ezvpn.node.errands import Errands
from ezvpn.node.host import NodeHost

SESSIONS_MAX = 8  # one more is closed at once


class Desk:
    """Loaded with the first console or command."""

    def __init__(self, node: Device) -> None:
        self._node = node
        self.errands = Errands(node.order, self.answer, node.facts.boot_id)
        own = NodeHost(node, self.answer)
        own.errands = self.errands
        self._hashing = own.hashing
        host: "Host" = own
        # What consoles change by it is what a replay does instead of typing.
        self._host = host if node.witness is None else node.witness.host(host)  # type: ignore[attr-defined]
        self._sessions: "dict[int, Session]" = {}
        self._commands: "dict[int, Session]" = {}  # those of `execute` that wait for an answer

    @property
    def attended(self) -> bool:
        return len(self._sessions) > 0

    def timeout(self, now: int) -> None:
        self._hashing.timeout(now)
        for id in sorted(self._sessions):
            self._sessions[id].timeout(now)

    def deadline(self) -> "int | None":
        first = self._hashing.deadline()
        for session in self._sessions.values():
            at = session.deadline()
            if at is not None and (first is None or at < first):
                first = at
        return first

    def open(self, id: int, width: int, length: int, attended: bool, now: int) -> None:
        if len(self._sessions) >= SESSIONS_MAX:
            self._node.order("write", id, b"% Too many consoles are open\r\n")
            self._node.order("close_console", id)
            return
        session = Session(self._host, id, width, length=length, attended=attended)
        session.start(now)
        self._sessions[id] = session
        self.flush(now)

    def feed(self, id: int, view: "memoryview | bytes", now: int) -> None:
        session = self._sessions.get(id)
        if session is not None:
            session.feed(view, now)

    def recover(self, id: int, now: int) -> None:
        """A break, or a button of the board."""
        session = self._sessions.get(id)
        if session is not None:
            session.recover(now)

    def answer(self, id: int, result: object, now: int) -> None:
        """What a command of this console waits for."""
        session = self._sessions.get(id)
        if session is not None:
            session.answer(result, now)
            return
        command = self._commands.get(id)
        if command is not None:
            command.answer(result, now)
            self._executed(id, command)

    def close(self, id: int) -> None:
        self.errands.stop(id)
        self._sessions.pop(id, None)
        self._commands.pop(id, None)

    def execute(self, id: int, line: str, now: int) -> None:
        """One command with all rights, by a session of its own; the order `executed` answers it."""
        if len(self._commands) >= SESSIONS_MAX:
            self._node.order("executed", id, 1, "% Too many commands are running\n")
            return
        command = Session(self._host, id, privileged=True)
        self._commands[id] = command
        command.execute(line, now)
        self._executed(id, command)

    def _executed(self, id: int, command: Session) -> None:
        if not command.waiting:
            self._commands.pop(id, None)
            code, text = command.result()
            self._node.order("executed", id, code, text)

    def flush(self, now: int) -> None:
        """What sessions have to say, and log lines that are new to them, become orders."""
        for id in sorted(self._sessions):
            session = self._sessions[id]
            session.refresh(now)
            output = session.take_output()
            if output:
                self._node.order("write", id, bytes(output))
            if session.closed:
                self._sessions.pop(id)
                self._node.order("close_console", id)
