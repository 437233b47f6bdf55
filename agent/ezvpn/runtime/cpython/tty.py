"""Terminals on CPython: this one, a pty of our own, a serial port. Same names as runtime/micropython/tty.py.

Belongs here: descriptors, raw mode with restore. What is the same on MicroPython is in runtime/console_line.py.
"""

import atexit
import os
import stat
import termios

from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.console_line import ConsoleLine, serial_settings
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.slow_writer import SlowWriter

_READ_BYTES = 512
_IFLAG, _OFLAG, _CFLAG, _LFLAG, _ISPEED, _OSPEED, _CC = 0, 1, 2, 3, 4, 5, 6


class FdWriter(SlowWriter):
    """A `SlowWriter` on a descriptor."""

    def __init__(self, loop: Loop, fd: int) -> None:
        super().__init__(loop, fd, stat.S_ISREG(os.fstat(fd).st_mode))

    def _put(self, data: bytes) -> int:
        try:
            return os.write(self._stream, data)
        except BlockingIOError:
            return 0


class Terminal(ConsoleLine):
    """`ConsoleLine` on descriptors. Made by `open_terminal`."""

    def use(self, fd_in: int, fd_out: int, width: int = 80) -> None:
        """Attach to open descriptors."""
        self._attach(fd_in, fd_out, FdWriter(self._loop, fd_out), width)

    def own(self, fd: int) -> None:
        """A descriptor that this terminal closes."""
        self._held.append(fd)

    def raw(self, fd: int, speed: int = 0) -> None:
        """Raw mode until `close` or the end of the process. With a speed in bit/s it is a serial line: 8N1, XON/XOFF in both
        directions, breaks marked among the bytes. Raises `OSError` or `termios.error`."""
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
        now[_IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.INPCK)
        now[_OFLAG] &= ~termios.OPOST
        now[_LFLAG] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
        now[_CFLAG] &= ~(termios.CSIZE | termios.PARENB)
        now[_CFLAG] |= termios.CS8
        now[_CC][termios.VMIN] = 1
        now[_CC][termios.VTIME] = 0
        if speed:
            now[_IFLAG] |= termios.IXON | termios.IXOFF | termios.PARMRK
            now[_CFLAG] |= termios.CLOCAL | termios.CREAD
            now[_ISPEED] = now[_OSPEED] = getattr(termios, f"B{speed}")
        if not self._saved:
            atexit.register(self._restore)
        if not [1 for known, _ in self._saved if known == fd]:
            self._saved.append((fd, before))
        termios.tcsetattr(fd, termios.TCSANOW, now)

    def _opened(self, device: str, speed: int) -> Part:
        try:
            fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        self.own(fd)
        try:
            self.raw(fd, speed)
        except (OSError, termios.error):
            self._release()
            return None
        return fd

    def _read(self) -> "bytes | None":
        try:
            return os.read(self._in, _READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _go(self) -> None:
        try:
            super()._go()
        except PermissionError:
            pass  # epoll refuses a regular file: a console without input

    def _let_go(self) -> None:
        for fd in self._held:
            os.close(fd)

    def _restore(self) -> None:
        saved, self._saved = self._saved, []
        for fd, before in saved:
            try:
                termios.tcsetattr(fd, termios.TCSANOW, before)
            except (OSError, termios.error):
                pass  # an unplugged port has no settings any more
        atexit.unregister(self._restore)


def open_terminal(
    loop: Loop, spec: str, on_open: Answer, on_bytes: Answer, on_break: Answer, on_gone: Answer, on_note: Answer
) -> Terminal:
    """The terminal that `--console` asks for. `on_note(text)` gets lines for whoever started the agent.

    `spec`: "-" this terminal, "pty" a new one, or DEVICE[,BAUD]. Raises `CannotStart` where that is not possible.
    """
    terminal = Terminal(loop, on_open, on_bytes, on_break, on_gone, on_note)
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


def _width(fd: int) -> int:
    try:
        return os.get_terminal_size(fd).columns or 80
    except OSError:
        return 80
