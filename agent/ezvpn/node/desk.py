"""The consoles of one node: which sessions are open, what they print, and the log on stderr while there is none.

Level 4. Belongs here: opening, feeding, output as orders. Not here: what a command does (`console`), descriptors (`runtime`).
"""

from ezvpn.console.host import Host
from ezvpn.console.shell import Session
from ezvpn.node.device import Device
from ezvpn.node.host import NodeHost

SAVED = "[OK]\n"
NOT_SAVED = "% The startup-config could not be written; the old one is still there\n"
SESSIONS_MAX = 8  # one more is closed at once


class Desk:
    """Loaded with the first console or command."""

    def __init__(self, node: Device) -> None:
        self._node = node
        host: "Host" = NodeHost(node)
        # What consoles change by it is what a replay does instead of typing.
        self._host = host if node.witness is None else node.witness.host(host)  # type: ignore[attr-defined]
        self.executed = (0, "")  # the answer of the last `execute`
        self._sessions: "dict[int, Session]" = {}

    @property
    def attended(self) -> bool:
        return len(self._sessions) > 0

    def open(self, id: int, width: int, now: int) -> None:
        if len(self._sessions) >= SESSIONS_MAX:
            self._node.order("write", id, b"% Too many consoles are open\r\n")
            self._node.order("close_console", id)
            return
        self._sessions[id] = Session(self._host, id, width)
        self.flush(now)

    def feed(self, id: int, view: "memoryview | bytes", now: int) -> None:
        session = self._sessions.get(id)
        if session is not None:
            session.feed(view, now)

    def stored(self, id: int, ok: bool, now: int) -> None:
        session = self._sessions.get(id)
        if session is not None:
            session.stored(ok, now)
        elif not id:
            text = self.executed[1]
            self.executed = (self.executed[0], text + SAVED) if ok else (1, text + NOT_SAVED)

    def close(self, id: int) -> None:
        self._sessions.pop(id, None)

    def execute(self, line: str, now: int) -> "tuple[int, str]":
        """One command with all rights, by a session of its own (id 0). What the answer to its order `store` adds is in
        `executed`."""
        self.executed = Session(self._host, 0, privileged=True).execute(line, now)
        return self.executed

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
