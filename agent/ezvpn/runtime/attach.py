"""Clients of `STATE/console.sock`: one line says what a client wants, then it is served. The same code on both interpreters.

    attach WIDTH [ROWS]\\n   raw bytes both ways until one side closes; with ROWS output pauses when they are full
    exec COMMAND\\n       answered by `CODE LENGTH\\n` and LENGTH bytes of UTF-8 text, then closed

Bounds: 12 connections, 8 of them attached, 4096 bytes of first line within 10 s, 64 KiB of output waiting for a slow reader
(then it is dropped and marked), 30 s for a reader to take an answer, 10 minutes for a command.
Listening and accepting are in runtime/*/consock.py.
"""

import errno

from ezvpn.runtime.backlog import Backlog
from ezvpn.runtime.calls import Part

_CONNECTIONS = 12
_ATTACHED = 8
_LINE_BYTES = 4096
_LINE_MS = 10_000
_ANSWER_MS = 30_000
_COMMAND_MS = 600_000
_FAREWELL_MS = 2000  # what a closed session still has to say
_READ_BYTES = 512
_WRITE_BYTES = 4096
_WIDTHS = (20, 512)


class Client:
    """One connection. `state`: "line", "attached", "asking" or "leaving"; `id` is the console id while attached, `command`
    that of the command while asking."""

    def __init__(self, attachments: "Attachments", sock: Part) -> None:
        self._attachments = attachments
        self._loop = attachments.loop
        self._sock = sock
        self._line = b""
        self._backlog = Backlog()
        self._timer: Part = None
        self.state = "line"
        self.id = 0
        self.command = 0
        self._loop.watch(sock, self._readable)
        self._limit(_LINE_MS)

    def write(self, data: bytes) -> None:
        """Queue output, send what the socket takes."""
        self._backlog.add(data)
        self._flush()

    def close(self) -> None:
        """Send what is queued, within 2 s, then close."""
        if self.state != "gone":
            self._leave(_FAREWELL_MS)

    def drop(self) -> None:
        """Close now."""
        if self.state == "gone":
            return
        self.state = "gone"
        if self._timer is not None:
            self._loop.cancel(self._timer)
        self._loop.unwatch(self._sock)
        self._sock.close()
        self._attachments.left(self)

    def _readable(self) -> None:
        try:
            data = self._sock.recv(_READ_BYTES)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.drop()
            return
        if not data and self.state == "leaving":
            # The client shut down its sending side only (`printf … | nc -U`): the answer still goes out.
            self._loop.watch(self._sock, None, self._flush)
        elif not data:
            self.drop()
        elif self.state == "attached":
            self._attachments.host.console_bytes(self.id, data)
        elif self.state == "line":
            self._line += data
            line, newline, rest = self._line.partition(b"\n")
            if newline:
                self._serve(line, rest)
            elif len(self._line) > _LINE_BYTES:
                self.drop()

    def _serve(self, line: bytes, rest: bytes) -> None:
        word, _, argument = line.partition(b" ")
        if word == b"attach":
            self._attach(argument, rest)
        elif word == b"exec":
            try:
                command = argument.decode()
            except ValueError:  # UnicodeError on both interpreters
                command = "?"
            self.state = "asking"
            self._limit(_COMMAND_MS)
            try:
                id = self._attachments.host.execute(command, self._executed)
            except Exception:
                self.drop()  # our own mistake, which the loop reports: the client must not wait for its time limit
                raise
            if self.state == "asking":
                self.command = id
        else:
            self._answer(_framed(2, "% Unknown request: `attach WIDTH` or `exec COMMAND`.\n"))

    def _executed(self, code: int, text: str) -> None:
        self.command = 0
        if self.state == "asking":
            self._answer(_framed(code, text))

    def _attach(self, argument: bytes, rest: bytes) -> None:
        if not self._attachments.room():
            self._answer(_framed(1, "% All 8 console sessions are in use: close one of them.\n"))
            return
        columns, _, rows = argument.partition(b" ")
        width = int(columns) if columns.isdigit() and len(columns) < 5 else 80
        length = int(rows) if rows.isdigit() and len(rows) < 5 else 0
        self.state = "attached"
        if self._timer is not None:
            self._loop.cancel(self._timer)
            self._timer = None
        self.id = self._attachments.host.console_opened(
            self, min(max(width, _WIDTHS[0]), _WIDTHS[1]), min(length, _WIDTHS[1])
        )
        if self.state == "gone":
            self._attachments.host.console_gone(self.id)  # it broke while the first prompt was written
        elif rest:
            self._attachments.host.console_bytes(self.id, rest)

    def _answer(self, data: bytes) -> None:
        # The text is in memory already and its length is announced: it goes out whole.
        self._backlog.limit = max(self._backlog.limit, len(data))
        self._backlog.add(data)
        self._leave(_ANSWER_MS)

    def _leave(self, ms: int) -> None:
        self.state = "leaving"
        self._limit(ms)
        self._flush()

    def _limit(self, ms: int) -> None:
        if self._timer is not None:
            self._loop.cancel(self._timer)
        self._timer = self._loop.at(self._loop.now() + ms, self.drop)

    def _flush(self) -> None:
        if self.state == "gone":
            return
        while self._backlog.size:
            try:
                sent = self._sock.send(self._backlog.head(_WRITE_BYTES))
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    self.drop()
                    return
                self._loop.watch(self._sock, self._readable, self._flush)
                return
            self._backlog.consume(sent)
        if self.state == "leaving":
            self.drop()
        else:
            self._loop.watch(self._sock, self._readable)


class Attachments:
    """All clients. `host` has `console_opened(stream, width, length) -> id`, `console_bytes(id, data)`, `console_gone(id)`,
    `execute(line, done) -> id` with `done(code, text)`, and `execute_gone(id)`. `refused` counts connections beyond the bound."""

    def __init__(self, loop: Part, host: Part) -> None:
        self.loop = loop
        self.host = host
        self._clients: "list[Client]" = []
        self.refused = 0

    def accepted(self, sock: Part) -> None:
        """A new connection; the socket is non-blocking already."""
        if len(self._clients) >= _CONNECTIONS:
            self.refused += 1
            sock.close()
            return
        self._clients.append(Client(self, sock))

    def room(self) -> bool:
        """Whether one more may attach."""
        return len([client for client in self._clients if client.state == "attached"]) < _ATTACHED

    def left(self, client: Client) -> None:
        """A client is gone."""
        self._clients.remove(client)
        if client.id:
            self.host.console_gone(client.id)
        if client.command:
            self.host.execute_gone(client.command)

    def close(self) -> None:
        """Close all clients, sending nothing more."""
        for client in list(self._clients):
            client.drop()


def _framed(code: int, text: str) -> bytes:
    body = text.encode()
    return f"{code} {len(body)}\n".encode() + body
