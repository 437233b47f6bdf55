"""The consoles and single commands that are open: whose bytes go where, between their streams and the node's doors.

Dual. Belongs here: ids, the one terminal that the agent has itself. Not here: the streams (`attach`, `runtime/*/tty.py`), what a
console says (the node).
"""

from ezvpn.runtime.calls import Callback, Part

_QUIT = b"\x1d"  # Ctrl-]: a raw terminal has no interrupt key of its own


class Consoles:
    """`shutdown()` stops the agent. modules: loaded one a turn before the first door of a console is called. quits: the
    terminal is the one that the agent was started from, in raw mode."""

    def __init__(self, loop: Part, shutdown: Callback, modules: "tuple[str, ...]") -> None:
        self._loop = loop
        self._shutdown = shutdown
        self._unloaded = list(modules)
        self._later: "list[Part]" = []  # doors that wait for the modules
        self._node: Part = None
        self._pump: Part = None
        self._terminal: Part = None
        self._streams: "dict[int, Part]" = {}  # id -> what it is written to
        self._executing: "dict[int, Part]" = {}  # id -> who waits for the answer
        self._last = 0  # id
        self.quits = False

    def join(self, node: Part, pump: Part) -> None:
        self._node = node
        self._pump = pump

    # Orders

    def write(self, id: int, data: bytes) -> None:
        stream = self._streams.get(id)
        if stream is not None:
            stream.write(data)

    def close(self, id: int) -> None:
        stream = self._streams.get(id)
        if stream is not None:
            stream.close()

    def change_speed(self, speed: int) -> None:
        if self._terminal is not None:
            self._terminal.change_speed(speed)

    def executed(self, id: int, code: int, text: str) -> None:
        done = self._executing.pop(id, None)
        if done is not None:
            done(code, text)

    # What happens outside

    def console_opened(self, stream: Part, width: int, length: int) -> int:
        """A console session starts on `stream` (`write`, `close`), whose screen has so many columns and rows (0: unknown).
        Returns its id."""
        self._last += 1
        self._streams[self._last] = stream
        attended = stream is self._terminal
        id = self._last
        self._call(lambda now: self._pump.call(self._node.console_open, id, width, now, length, attended))
        return id

    def console_bytes(self, id: int, data: "bytes | memoryview") -> None:
        """Bytes typed in a session."""
        if self._unloaded or self._later:
            data = bytes(data)  # the buffer is somebody else's by then
        self._call(lambda now: self._pump.call(self._node.console, id, data, now))

    def console_gone(self, id: int) -> None:
        """A session's stream is gone."""
        if id in self._streams:
            self._streams.pop(id)
            self._call(lambda now: self._pump.call(self._node.console_close, id, now))

    def execute(self, line: str, done: Part) -> int:
        """One command, as `ezvpn exec` sends it: `done(exit code, text)` is called, mostly before this returns.
        Returns the id for `execute_gone`."""
        self._last += 1
        id = self._last
        self._executing[id] = done
        self._call(lambda now: self._execute(id, line, now))
        return id

    def _execute(self, id: int, line: str, now: int) -> None:
        try:
            self._pump.call(self._node.execute, id, line, now)
        except Exception:
            # Our own mistake, which the loop reports: nobody must wait for its time limit.
            self.executed(id, 1, "% Internal error: the log of the agent has it\n")
            raise

    def execute_gone(self, id: int) -> None:
        """Nobody waits for the answer any more."""
        if self._executing.pop(id, None) is not None:
            self._call(lambda now: self._pump.call(self._node.console_close, id, now))

    def _call(self, door: Part) -> None:
        """Call a door of the node, `door(now)`, in its turn."""
        if not self._unloaded and not self._later:
            door(self._loop.now())
            return
        self._later.append(door)
        if len(self._later) == 1:
            self._load()

    def _load(self) -> None:
        """One more module, and the rest goes on though it failed; at last whoever waited for all of them."""
        if self._unloaded:
            self._loop.at(self._loop.now() + 1, self._load)
            __import__(self._unloaded.pop(0))
            return
        door = self._later.pop(0)
        if self._later:
            self._loop.at(self._loop.now() + 1, self._load)
        door(self._loop.now())

    # The terminal that `--console` asks for

    def terminal_opened(self, terminal: Part, width: int) -> None:
        # At the start of the agent: the first lines of the log are to be seen here, so nothing is put off.
        while self._unloaded:
            __import__(self._unloaded.pop(0))
        self._terminal = terminal
        self.console_opened(terminal, width, 0)

    def terminal_bytes(self, data: bytes) -> None:
        if self.quits and _QUIT in data:
            self._shutdown()
            return
        for id in self._of_terminal():
            self.console_bytes(id, data)

    def terminal_break(self) -> None:
        for id in self._of_terminal():
            self._call(lambda now, id=id: self._pump.call(self._node.console_break, id, now))

    def terminal_gone(self) -> None:
        for id in self._of_terminal():
            self.console_gone(id)
        if self._terminal.hangs_up:
            self._shutdown()

    def _of_terminal(self) -> "list[int]":
        return [id for id in self._streams if self._streams[id] is self._terminal]
