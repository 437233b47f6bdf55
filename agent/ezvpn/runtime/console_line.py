"""The line that a console is on: opened and lost, held while its echo waits, breaks heard; a serial port is opened again.

Dual, bytes only: editing, echo and prompts are the console's. Not here: descriptors and termios, which each interpreter handles
in its own way (`Terminal` of `runtime/*/tty.py`).
"""

from ezvpn.runtime.breaks import Marked
from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.pace import Pace
from ezvpn.runtime.slow_writer import SlowWriter

_REOPEN_MS = 1000
_CHANGE_MS = 300
_TOLD_MS = 60_000  # a port that comes and goes is spoken of once in this time
_BAUD = 9600  # the usual speed of a router's console
_SPEEDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


class ConsoleLine:
    """One console. `on_open(terminal, width)`, `on_bytes(data)`, `on_break()`, `on_gone()` and `on_note(text)` are called from
    the loop; a serial port may open and go several times."""

    def __init__(
        self, loop: Part, on_open: Answer, on_bytes: Answer, on_break: Answer, on_gone: Answer, on_note: Answer
    ) -> None:
        self._loop = loop
        self._on_open = on_open
        self._on_bytes = on_bytes
        self._on_break = on_break
        self._on_gone = on_gone
        self._on_note = on_note
        self._pace = Pace(loop, self._hold, self._go)
        self._marked: "Marked | None" = None  # the bytes of a serial port
        self._told_at = -_TOLD_MS
        self._told = False  # its user knows that the port is gone
        self._in: Part = None
        self._out: Part = None
        self._saved: "list[tuple[int, Part]]" = []  # descriptors in raw mode, and their settings of before
        self._held: "list[Part]" = []  # what this terminal closes
        self._writer: "SlowWriter | None" = None
        self._port: "tuple[str, int] | None" = None
        self._timer: Part = None
        self.lost = 0  # how often an open terminal went away
        self.hangs_up = False  # it is the agent's own terminal: when that goes, the agent goes with it

    def write(self, data: bytes) -> None:
        """Output; dropped while nothing is open."""
        if self._writer is not None:
            self._writer.write(data)

    def close(self) -> None:
        """Last words, terminal settings as before, no more callbacks."""
        if self._timer is not None:
            self._loop.cancel(self._timer)
            self._timer = None
        self._port = None
        self._pace.end()
        if self._writer is not None:
            if self._saved:
                self._writer.write(b"\r\n")  # whoever has the terminal next starts on a line of its own
            self._writer.drain(100)
        self._release()

    def change_speed(self, speed: int) -> None:
        """Of a serial port, in bit/s; a moment later, so that what is on its way out still goes at the old one.
        Another terminal has none."""
        if self._port is not None and self._port[1] != speed:
            self._port = (self._port[0], speed)
            self._loop.at(self._loop.now() + _CHANGE_MS, self._changed)

    def port(self, device: str, speed: int) -> None:
        """Open a serial port, and again each second while it is not there."""
        self._port = (device, speed)
        stream = self._opened(device, speed)
        if stream is None:
            self._again()
            return
        self._marked = Marked()
        if self._told:
            self._told = False
            self._on_note(device + ": the serial port is back")
        self.use(stream, stream)

    # What each interpreter does in its own way

    def use(self, stream_in: Part, stream_out: Part) -> None:
        """Attach to open streams, by `_attach`."""
        raise NotImplementedError

    def raw(self, fd: int, speed: int = 0) -> None:
        """Raw mode until `close` or the end of the process. With a speed in bit/s it is a serial line: XON/XOFF in both
        directions, breaks marked among the bytes. Raises `OSError`."""
        raise NotImplementedError

    def _opened(self, device: str, speed: int) -> Part:
        """A serial port, open and raw, or None."""
        raise NotImplementedError

    def _read(self) -> "bytes | None":
        """What has come; None: nothing yet, b"": whoever was there is gone."""
        raise NotImplementedError

    def _restore(self) -> None:
        """Settings as before, of all in `_saved`."""
        raise NotImplementedError

    def _let_go(self) -> None:
        """Close all in `_held`; it is not watched any more."""
        raise NotImplementedError

    # Inside

    def _attach(self, stream_in: Part, stream_out: Part, writer: SlowWriter, width: int) -> None:
        self._in, self._out = stream_in, stream_out
        self._writer = writer
        self._go()
        writer.on_waiting = self._pace.waiting
        self._on_open(self, width)

    def _changed(self) -> None:
        if self._port is not None and self._saved:
            self.raw(self._saved[-1][0], self._port[1])

    def _again(self) -> None:
        device, speed = self._port or ("", 0)
        self._timer = self._loop.at(self._loop.now() + _REOPEN_MS, lambda: self.port(device, speed))

    def _readable(self) -> None:
        data = self._read()
        if data is None:
            return
        if data:
            self._heard(data)
            return
        self.lost += 1
        self._release()
        self._on_gone()
        if self._port is not None:
            self._tell_gone(self._port[0])
            self._again()

    def _heard(self, data: bytes) -> None:
        breaks = 0
        if self._marked is not None:
            data, breaks = self._marked.take(data)
        if data:
            self._on_bytes(data)
        if breaks:
            self._on_break()  # one for what came together: bytes of a slower speed look like many

    def _tell_gone(self, device: str) -> None:
        now = self._loop.now()
        if now - self._told_at >= _TOLD_MS:
            self._told_at = now
            self._told = True
            self._on_note(device + ": the serial port is gone; it is tried again each second")

    def _hold(self) -> None:
        if self._writer is not None and self._in == self._out:
            self._writer.on_readable = None
            self._loop.watch(self._out, None, self._writer.flush)
        else:
            self._loop.unwatch(self._in)

    def _go(self) -> None:
        if self._writer is not None and self._in == self._out:
            self._writer.on_readable = self._readable
            self._loop.watch(self._in, self._readable, self._writer.flush if self._writer.backlog.size else None)
        else:
            self._loop.watch(self._in, self._readable)

    def _release(self) -> None:
        self._pace.end()
        self._restore()
        for stream in (self._in, self._out):
            if stream is not None:
                self._loop.unwatch(stream)
        self._let_go()
        self._held = []
        self._in = self._out = None
        self._writer = None


def serial_settings(spec: str) -> "tuple[str, int]":
    """(device, bit/s) of DEVICE[,BAUD]. Raises `CannotStart` for a speed that is none."""
    device, comma, baud = spec.partition(",")
    if not comma:
        return device, _BAUD
    if not baud.isdigit() or int(baud) not in _SPEEDS:
        raise CannotStart(Exit.USAGE, f"{spec}: the speed is one of {', '.join([str(speed) for speed in _SPEEDS])}")
    return device, int(baud)
