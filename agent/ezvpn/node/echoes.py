"""Echoes to one address, one under way at a time (RFC 792): which answers are ours, and when the wait for one is over.

Level 4, sans-I/O. Belongs here: what `ping` and `traceroute` share. Not here: what is sent next and how an answer is shown
(theirs), the socket and who waits for it (`errands`).
"""

from ezvpn.node.work import Work
from ezvpn.wire import icmp
from ezvpn.wire.icmp import Answer, Type


class Echoes(Work):
    """name: four bytes at the front of the data · identifier: 16 bits by which errors know it, and replies by their data, since
    some sockets replace it."""

    def __init__(self, name: bytes, address: bytes, identifier: int) -> None:
        self.address = address
        self.done = False
        self._identifier = identifier
        self._token = name + bytes([identifier >> 8, identifier & 0xFF, address[2], address[3]])
        self._out: "bytearray | None" = None
        self._text = ""
        self._asked_at = 0
        self._next: "int | None" = None  # when the running one is given up, or the next is sent

    def deadline(self) -> "int | None":
        return None if self.done else self._next

    def timeout(self, now: int) -> None:
        if not self.done and self._next is not None and now >= self._next:
            self._waited(now)

    def outgoing(self) -> "bytearray | None":
        """The next message to send, once."""
        out = self._out
        self._out = None
        return out

    def marks(self) -> str:
        """What is to be shown since the last call."""
        text = self._text
        self._text = ""
        return text

    def _waited(self, now: int) -> None:
        """The time of the running one is over, or that of a pause."""
        raise NotImplementedError

    def _ask(self, sequence: int, data: bytes, wait_ms: int, now: int) -> None:
        self._out = icmp.echo(self._identifier, sequence, data)
        self._asked_at = now
        self._next = now + wait_ms

    def _answer(self, view: "bytes | memoryview", sequence: int) -> "Answer | None":
        """What a message says, if it answers the echo with this number: its reply, or an error about it."""
        found = icmp.parse(view)
        if found is None or self.done or found.sequence != sequence:
            return None
        if found.type == Type.ECHO_REPLY:
            return found if found.data[: len(self._token)] == self._token else None
        ours = found.identifier == self._identifier and found.destination == self.address
        return found if ours else None

    def _finish(self) -> None:
        self.done = True
        self._next = None
