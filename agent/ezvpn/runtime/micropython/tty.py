"""Terminals on MicroPython: this one, or a serial port. Same names as runtime/cpython/tty.py.

This interpreter cannot make a descriptor non-blocking, so it is read a byte at a time and written a little at a time, each only
when poll says so. It cannot unlock a pty either (no ioctl): `--console pty` is refused with the way out.
"""

import errno
import os
import select
import termios

from ezvpn.runtime.backlog import Backlog
from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.micropython.loop import Loop

QUIT = b"\x1d"  # Ctrl-]: a raw terminal has no interrupt key of its own
_READ_BYTES = 512
_WRITE_BYTES = 256  # what a terminal that polls as writable takes without blocking
_REOPEN_MS = 2000
_BAUD = 9600  # the usual speed of a router's console
_SPEEDS = (9600, 57600, 115200, 230400, 460800, 500000, 576000, 921600)
_CFLAG, _ISPEED, _OSPEED = 2, 4, 5
_CLOCAL_CREAD = 0o4200  # asm-generic/termbits.h; the same on ARM and MIPS
_REGULAR = 0o100000
_KIND = 0o170000


class FdWriter:
    """Writes to a descriptor that may be slow and stays in blocking mode: only while it polls as writable, a little at a time,
    the rest waits in a bounded backlog. `stream` is an open file."""

    def __init__(self, loop: Loop, stream: Part, file: bool = False) -> None:
        self._loop = loop
        self._stream = stream
        self._poll = select.poll()
        self._file = file
        if not file:
            self._poll.register(stream, select.POLLOUT)
        self.backlog = Backlog()
        self.on_readable: Part = None  # set by whoever also reads this stream, so that both sides stay watched
        self.broken = False

    def write(self, data: bytes) -> None:
        """Queue output and write what can be written. A broken stream swallows it."""
        if not self.broken:
            self.backlog.add(data)
            self.flush()

    def flush(self) -> None:
        """Write as long as the stream takes it; watch it for the rest."""
        try:
            while self.backlog.size and (self._file or self._writable()):
                self.backlog.consume(self._stream.write(self.backlog.head(_WRITE_BYTES)) or 0)
        except OSError:
            self.broken = True
            self.backlog.clear()
        if not self._file:
            self._loop.watch(self._stream, self.on_readable, self.flush if self.backlog.size else None)

    def drain(self, ms: int) -> None:
        """Wait up to `ms` for the last words; for the end of a run only."""
        while self.backlog.size and not self.broken and self._poll.poll(ms):
            self.flush()

    def _writable(self) -> bool:
        return bool(self._poll.poll(0))


class Terminal:
    """One console. `on_open(terminal, width)`, `on_bytes(data)` and `on_gone()` are called from the loop; a serial port may open
    and go several times. Made by `open_terminal`."""

    def __init__(self, loop: Loop, on_open: Answer, on_bytes: Answer, on_gone: Answer) -> None:
        self._loop = loop
        self._on_open = on_open
        self._on_bytes = on_bytes
        self._on_gone = on_gone
        self._in: Part = None
        self._in_poll = select.poll()
        self._saved: "list[tuple[int, Part]]" = []
        self._writer: "FdWriter | None" = None
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
        if self._writer is not None:
            if self._saved:
                self._writer.write(b"\r\n")  # whoever has the terminal next starts on a line of its own
            self._writer.drain(100)
        self._release()
        self._port = None

    def use(self, stream_in: Part, stream_out: Part, out_is_file: bool = False) -> None:
        """Attach to open files."""
        self._in = stream_in
        self._in_poll.register(stream_in, select.POLLIN)
        self._writer = FdWriter(self._loop, stream_out, out_is_file)
        if stream_in is stream_out:
            self._writer.on_readable = self._readable
        self._loop.watch(stream_in, self._readable)
        self._on_open(self, 80)

    def raw(self, fd: int, speed: int = 0) -> None:
        """Raw mode, at `speed` bit/s if given, until `close`. Raises `OSError`."""
        before = termios.tcgetattr(fd)
        termios.setraw(fd)  # type: ignore[attr-defined]
        if speed:
            now = termios.tcgetattr(fd)
            now[_CFLAG] |= _CLOCAL_CREAD
            now[_ISPEED] = now[_OSPEED] = getattr(termios, "B" + str(speed))
            termios.tcsetattr(fd, termios.TCSANOW, now)
        self._saved.append((fd, before))

    def port(self, device: str, speed: int) -> None:
        """Open a serial port, and again every 2 s while it is not there."""
        self._port = (device, speed)
        try:
            stream = open(device, "r+b")  # noqa: SIM115 it stays open
            self.raw(stream.fileno(), speed)
        except OSError:
            self._again()
            return
        self.use(stream, stream)

    def _again(self) -> None:
        device, speed = self._port or ("", 0)
        self._timer = self._loop.at(self._loop.now() + _REOPEN_MS, lambda: self.port(device, speed))

    def _readable(self) -> None:
        data = b""
        try:
            # read(n) would wait for all n bytes.
            while len(data) < _READ_BYTES and self._in_poll.poll(0):
                byte = self._in.read(1)
                if not byte:
                    break
                data += byte
        except OSError:
            pass
        if data:
            self._on_bytes(data)
            return
        self.lost += 1
        self._release()
        self._on_gone()
        if self._port is not None:
            self._again()

    def _release(self) -> None:
        for fd, before in self._saved:
            try:
                termios.tcsetattr(fd, termios.TCSANOW, before)
            except OSError:
                pass  # an unplugged port has no settings any more
        self._saved = []
        if self._in is not None:
            self._in_poll.unregister(self._in)
            self._loop.unwatch(self._in)
            if self._port is not None:
                self._in.close()
        if self._writer is not None:
            self._loop.unwatch(self._writer._stream)
        self._in = None
        self._writer = None


def open_terminal(
    loop: Loop, spec: str, on_open: Answer, on_bytes: Answer, on_gone: Answer, on_note: Answer
) -> Terminal:
    """The terminal that `--console` asks for. `on_note(text)` gets a line for its user before the first session opens.

    `spec`: "-" this terminal, or DEVICE[,BAUD]. Raises `CannotStart` where that is not possible.
    """
    terminal = Terminal(loop, on_open, on_bytes, on_gone)
    if spec == "-":
        try:
            terminal.raw(0)
            terminal.hangs_up = True
            on_note("console on this terminal; Ctrl-] stops the agent")
        except OSError:
            pass  # a pipe
        terminal.use(open(0, "rb"), open(1, "wb"), is_file(1))  # noqa: SIM115 they stay open
        return terminal
    if spec == "pty":
        raise CannotStart(Exit.MISSING, "this interpreter cannot make a pty; use --console -, or run under CPython")
    device, speed = serial_settings(spec)
    try:
        os.stat(device)
    except OSError as error:
        why = "permission denied" if error.errno == errno.EACCES else "no such device"
        raise CannotStart(Exit.MISSING, f"{device}: {why}; name a serial port that is there, or --console -")
    terminal.port(device, speed)
    return terminal


def serial_settings(spec: str) -> "tuple[str, int]":
    """(device, bit/s) of DEVICE[,BAUD]. Raises `CannotStart` for a speed that is none."""
    device, comma, baud = spec.partition(",")
    if not comma:
        return device, _BAUD
    if not baud.isdigit() or int(baud) not in _SPEEDS:
        raise CannotStart(Exit.USAGE, f"{spec}: the speed is one of {', '.join([str(speed) for speed in _SPEEDS])}")
    return device, int(baud)


def is_file(fd: int) -> bool:
    """Whether a descriptor is a regular file: always ready, and of no use to poll."""
    try:
        return os.stat(f"/proc/self/fd/{fd}")[0] & _KIND == _REGULAR
    except OSError:
        return False
