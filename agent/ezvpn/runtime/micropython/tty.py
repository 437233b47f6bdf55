"""Terminals on MicroPython: this one, or a serial port. Same names as runtime/cpython/tty.py.

Belongs here: open files, raw mode with restore. What is the same on CPython is in runtime/console_line.py. This interpreter
cannot make a descriptor non-blocking, so it is read a byte at a time and written a little at a time, each only when poll says
so. It cannot unlock a pty either (no ioctl): `--console pty` is refused with the way out.
"""

import errno
import os
import select
import termios

from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.console_line import ConsoleLine, serial_settings
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.slow_writer import SlowWriter

_READ_BYTES = 512
_IFLAG, _CFLAG, _ISPEED, _OSPEED = 0, 2, 4, 5
# Of asm-generic/termbits.h, which this interpreter names in part only; the same on ARM and MIPS.
_B_UNNAMED = {19200: 0o16, 38400: 0o17}
_CLOCAL_CREAD = 0o4200
_IXON_IXOFF_PARMRK = 0o12010
_IGNBRK_BRKINT_INPCK = 0o23
_REGULAR = 0o100000
_KIND = 0o170000


class FdWriter(SlowWriter):
    """A `SlowWriter` on an open file."""

    def __init__(self, loop: Loop, stream: Part, file: bool = False) -> None:
        super().__init__(loop, stream, file)

    def _put(self, data: bytes) -> int:
        return self._stream.write(data) or 0


class Terminal(ConsoleLine):
    """`ConsoleLine` on open files. Made by `open_terminal`."""

    def __init__(
        self, loop: Loop, on_open: Answer, on_bytes: Answer, on_break: Answer, on_gone: Answer, on_note: Answer
    ) -> None:
        super().__init__(loop, on_open, on_bytes, on_break, on_gone, on_note)
        self._in_poll = select.poll()

    def use(self, stream_in: Part, stream_out: Part, out_is_file: bool = False) -> None:
        """Attach to open files."""
        self._in_poll.register(stream_in, select.POLLIN)
        self._attach(stream_in, stream_out, FdWriter(self._loop, stream_out, out_is_file), 80)

    def raw(self, fd: int, speed: int = 0) -> None:
        """Raw mode until `close`. With a speed in bit/s it is a serial line: XON/XOFF in both directions, breaks marked among the
        bytes. Raises `OSError`."""
        before = termios.tcgetattr(fd)
        termios.setraw(fd)  # type: ignore[attr-defined]
        if speed:
            now = termios.tcgetattr(fd)
            now[_IFLAG] = (now[_IFLAG] & ~_IGNBRK_BRKINT_INPCK) | _IXON_IXOFF_PARMRK
            now[_CFLAG] |= _CLOCAL_CREAD
            now[_ISPEED] = now[_OSPEED] = _B_UNNAMED.get(speed) or getattr(termios, "B" + str(speed))
            termios.tcsetattr(fd, termios.TCSANOW, now)
        if not [1 for known, _ in self._saved if known == fd]:
            self._saved.append((fd, before))

    def _opened(self, device: str, speed: int) -> Part:
        try:
            stream = open(device, "r+b")  # noqa: SIM115 it stays open
        except OSError:
            return None
        self._held.append(stream)
        try:
            self.raw(stream.fileno(), speed)
        except OSError:
            self._release()
            return None
        return stream

    def _read(self) -> "bytes | None":
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
        return data

    def _restore(self) -> None:
        for fd, before in self._saved:
            try:
                termios.tcsetattr(fd, termios.TCSANOW, before)
            except OSError:
                pass  # an unplugged port has no settings any more
        self._saved = []

    def _let_go(self) -> None:
        if self._in is not None:
            self._in_poll.unregister(self._in)
        for stream in self._held:
            stream.close()


def open_terminal(
    loop: Loop, spec: str, on_open: Answer, on_bytes: Answer, on_break: Answer, on_gone: Answer, on_note: Answer
) -> Terminal:
    """The terminal that `--console` asks for. `on_note(text)` gets lines for whoever started the agent.

    `spec`: "-" this terminal, or DEVICE[,BAUD]. Raises `CannotStart` where that is not possible.
    """
    terminal = Terminal(loop, on_open, on_bytes, on_break, on_gone, on_note)
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


def is_file(fd: int) -> bool:
    """Whether a descriptor is a regular file: always ready, and of no use to poll."""
    try:
        return os.stat(f"/proc/self/fd/{fd}")[0] & _KIND == _REGULAR
    except OSError:
        return False
