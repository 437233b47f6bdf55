"""The technician's own terminal: raw while a port is used, as before afterwards, whatever happens.

CPython only. Belongs here: descriptors 0 and 2, signals, the keys that are for us and not for the device. Not here: the port.
"""

import os
import select
import signal
import sys
import termios
import tty
from types import FrameType, TracebackType
from typing import Any

LEAVE = 0x1D  # Ctrl-], as in telnet
MENU = 0x1C  # Ctrl-\, which IOS has no use for; its own escape key is Ctrl-^
INTERRUPT = 0x03
_READ_BYTES = 4096

HELP = """Ctrl-]           leaves
Ctrl-\\ b         sends a break
Ctrl-\\ ]         sends Ctrl-] itself
Ctrl-\\ Ctrl-\\    sends Ctrl-\\ itself
Ctrl-\\ ?         shows this"""


class Stopped(Exception):
    """A signal or a key says: enough."""


class Keyboard:
    """A context: raw inside it if descriptor 0 is a terminal. SIGTERM and SIGHUP raise `Stopped` inside it."""

    def __init__(self) -> None:
        self.is_terminal = os.isatty(0)
        self.open = True  # until the end of its input
        self._before: Any = None
        self._handlers: "dict[int, Any]" = {}

    def __enter__(self) -> "Keyboard":
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, _stop)
        if self.is_terminal:
            self._before = termios.tcgetattr(0)
            tty.setraw(0)
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        # A second signal must not come between.
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)
        if self._before is not None:
            try:
                termios.tcsetattr(0, termios.TCSANOW, self._before)
            except termios.error:
                pass  # its window is gone
            self._before = None
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    @property
    def fds(self) -> "tuple[int, ...]":
        """What to wait for."""
        return (0,) if self.open else ()

    def read(self) -> bytes:
        """What was typed, b"" at the end of the input."""
        try:
            data = os.read(0, _READ_BYTES)
        except OSError:
            data = b""  # a terminal that is gone
        if not data:
            self.open = False
        return data

    def check(self) -> None:
        """For work without typing: Ctrl-] and Ctrl-C end it, all else is forgotten. Raises `Stopped`. A script's input is left
        alone."""
        while self.is_terminal and self.open and select.select([0], [], [], 0)[0]:
            data = self.read()
            if LEAVE in data or INTERRUPT in data or not data:
                raise Stopped

    def say(self, text: str) -> None:
        """Lines for the technician, on stderr."""
        raw = self._before is not None and os.isatty(2)
        for line in text.split("\n"):
            sys.stderr.write(line + ("\r\n" if raw else "\n"))
        sys.stderr.flush()


class Keys:
    """Parts what was typed into what is for the device and what is for us."""

    def __init__(self) -> None:
        self._menu = False

    def take(self, data: bytes) -> "list[tuple[str, bytes]]":
        """In order: ("type", bytes), ("leave", b""), ("break", b""), ("help", b""), ("wrong", b"")."""
        found: "list[tuple[str, bytes]]" = []
        for byte in data:
            if self._menu:
                self._menu = False
                what = _MENU.get(byte, ("wrong", b""))
            elif byte == MENU:
                self._menu = True
                continue
            elif byte == LEAVE:
                what = ("leave", b"")
            else:
                what = ("type", bytes([byte]))
            if what[0] == "type" and found and found[-1][0] == "type":
                found[-1] = ("type", found[-1][1] + what[1])
            else:
                found.append(what)
        return found


_MENU = {
    ord("b"): ("break", b""),
    ord("?"): ("help", b""),
    ord("]"): ("type", bytes([LEAVE])),
    MENU: ("type", bytes([MENU])),
    LEAVE: ("leave", b""),
}


def _stop(number: int, frame: "FrameType | None") -> None:
    raise Stopped
