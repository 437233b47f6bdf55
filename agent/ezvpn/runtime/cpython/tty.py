"""Terminals on CPython: this one, a pty of our own, a serial port. Same names as runtime/micropython/tty.py.

Raw mode with restore, bounded output, reopening of a serial port that was unplugged. Bytes only: editing, echo and prompts are
the console's.
"""

import atexit
import os
import select
import stat
import termios

from ezvpn.runtime.backlog import Backlog
from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.exits import CannotStart, Exit

QUIT = b"\x1d"  # Ctrl-]: a raw terminal has no interrupt key of its own
_READ_BYTES = 512
_WRITE_BYTES = 256  # what a terminal that polls as writable takes without blocking
_REOPEN_MS = 2000
_BAUD = 9600  # the usual speed of a router's console
_SPEEDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_IFLAG, _OFLAG, _CFLAG, _LFLAG, _ISPEED, _OSPEED, _CC = 0, 1, 2, 3, 4, 5, 6


class FdWriter:
    """Writes to a descriptor that may be slow and that stays in blocking mode (it may be shared with a shell): only while it
    polls as writable, a little at a time, the rest waits in a bounded backlog."""

    def __init__(self, loop: Loop, fd: int) -> None:
        self._loop = loop
        self._fd = fd
        self._poll = select.poll()
        self._poll.register(fd, select.POLLOUT)
        # A regular file is always ready and cannot be watched.
        self._file = stat.S_ISREG(os.fstat(fd).st_mode)
        self.backlog = Backlog()
        self.on_readable: Part = None  # set by whoever also reads this descriptor, so that both sides stay watched
        self.broken = False

    def write(self, data: bytes) -> None:
        """Queue output and write what can be written. A broken descriptor swallows it."""
        if not self.broken:
            self.backlog.add(data)
            self.flush()

    def flush(self) -> None:
        """Write as long as the descriptor takes it; watch it for the rest."""
        try:
            while self.backlog.size and (self._file or self._writable()):
                self.backlog.consume(os.write(self._fd, self.backlog.head(_WRITE_BYTES)))
        except BlockingIOError:
            pass
        except OSError:
            self.broken = True
            self.backlog.clear()
        if not self._file:
            self._loop.watch(self._fd, self.on_readable, self.flush if self.backlog.size else None)

    def drain(self, ms: int) -> None:
        """Wait up to `ms` for the last words; for the end of a run only."""
        while self.backlog.size and not self.broken and self._poll.poll(ms):
            self.flush()

    def _writable(self) -> bool:
        found = self._poll.poll(0)
        return bool(found) and bool(found[0][1] & (select.POLLOUT | select.POLLERR | select.POLLHUP))


class Terminal:
    """One console. `on_open(terminal, width)`, `on_bytes(data)` and `on_gone()` are called from the loop; a serial port may open
    and go several times. Made by `open_terminal`."""

    def __init__(self, loop: Loop, on_open: Answer, on_bytes: Answer, on_gone: Answer) -> None:
        self._loop = loop
        self._on_open = on_open
        self._on_bytes = on_bytes
        self._on_gone = on_gone
        self._in = -1
        self._out = -1
        self._held: "list[int]" = []  # descriptors to close
        self._saved: "list[tuple[int, list[Part]]]" = []
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
        self._port = None
        if self._writer is not None:
            if self._saved:
                self._writer.write(b"\r\n")  # whoever has the terminal next starts on a line of its own
            self._writer.drain(100)
        self._release()

    def use(self, fd_in: int, fd_out: int, width: int) -> None:
        """Attach to open descriptors."""
        self._in, self._out = fd_in, fd_out
        self._writer = FdWriter(self._loop, fd_out)
        if fd_in == fd_out:
            self._writer.on_readable = self._readable
        try:
            self._loop.watch(fd_in, self._readable)
        except PermissionError:
            pass  # epoll refuses a regular file: a console without input
        self._on_open(self, width)

    def own(self, fd: int) -> None:
        """A descriptor that this terminal closes."""
        self._held.append(fd)

    def raw(self, fd: int, speed: int = 0) -> None:
        """Raw mode, 8N1 at `speed` bit/s if given, until `close` or the end of the process. Raises `OSError` or
        `termios.error`."""
        before = termios.tcgetattr(fd)
        now = termios.tcgetattr(fd)
        now[_IFLAG] &= ~(
            termios.IGNBRK
            | termios.BRKINT
            | termios.PARMRK
            | termios.ISTRIP
            | termios.INLCR
            | termios.IGNCR
            | termios.ICRNL
        )
        now[_IFLAG] &= ~termios.IXON
        now[_OFLAG] &= ~termios.OPOST
        now[_LFLAG] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
        now[_CFLAG] &= ~(termios.CSIZE | termios.PARENB)
        now[_CFLAG] |= termios.CS8
        now[_CC][termios.VMIN] = 1
        now[_CC][termios.VTIME] = 0
        if speed:
            now[_CFLAG] |= termios.CLOCAL | termios.CREAD
            now[_ISPEED] = now[_OSPEED] = getattr(termios, f"B{speed}")
        if not self._saved:
            atexit.register(self._restore)
        self._saved.append((fd, before))
        termios.tcsetattr(fd, termios.TCSANOW, now)

    def port(self, device: str, speed: int) -> None:
        """Open a serial port, and again every 2 s while it is not there."""
        self._port = (device, speed)
        try:
            fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self._again()
            return
        self.own(fd)
        try:
            self.raw(fd, speed)
        except (OSError, termios.error):
            self._release()
            self._again()
            return
        self.use(fd, fd, 80)

    def _again(self) -> None:
        device, speed = self._port or ("", 0)
        self._timer = self._loop.at(self._loop.now() + _REOPEN_MS, lambda: self.port(device, speed))

    def _readable(self) -> None:
        try:
            data = os.read(self._in, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._on_bytes(data)
            return
        self.lost += 1
        self._release()
        self._on_gone()
        if self._port is not None:
            self._again()

    def _release(self) -> None:
        for fd in (self._in, self._out):
            if fd >= 0:
                self._loop.unwatch(fd)
        self._in = self._out = -1
        self._writer = None
        self._restore()
        for fd in self._held:
            os.close(fd)
        self._held = []

    def _restore(self) -> None:
        saved, self._saved = self._saved, []
        for fd, before in saved:
            try:
                termios.tcsetattr(fd, termios.TCSANOW, before)
            except (OSError, termios.error):
                pass  # an unplugged port has no settings any more
        atexit.unregister(self._restore)


def open_terminal(
    loop: Loop, spec: str, on_open: Answer, on_bytes: Answer, on_gone: Answer, on_note: Answer
) -> Terminal:
    """The terminal that `--console` asks for. `on_note(text)` gets a line for its user before the first session opens.

    `spec`: "-" this terminal, "pty" a new one, or DEVICE[,BAUD]. Raises `CannotStart` where that is not possible.
    """
    terminal = Terminal(loop, on_open, on_bytes, on_gone)
    if spec == "-":
        if os.isatty(0):
            terminal.raw(0)
            terminal.hangs_up = True
            on_note("console on this terminal; Ctrl-] stops the agent")
        terminal.use(0, 1, _width(1))
        return terminal
    if spec == "pty":
        try:
            master, slave = os.openpty()
            name = os.ttyname(slave)
            terminal.own(master)
            terminal.own(slave)  # held open: the console outlives whoever attaches to it
            terminal.raw(slave)
        except OSError as error:
            raise CannotStart(Exit.MISSING, f"no pty for the console: {error.strerror}")
        on_note("console on " + name)
        terminal.use(master, master, 80)
        return terminal
    device, speed = serial_settings(spec)
    if not os.access(device, os.R_OK | os.W_OK):
        why = "permission denied" if os.path.exists(device) else "no such device"
        raise CannotStart(Exit.MISSING, f"{device}: {why}; name a serial port that is there, or --console pty")
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


def _width(fd: int) -> int:
    try:
        return os.get_terminal_size(fd).columns or 80
    except OSError:
        return 80
