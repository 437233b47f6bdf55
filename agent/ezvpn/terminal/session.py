"""The technician types, the device answers: bytes both ways, until Ctrl-] or the end of a script's input.

CPython only. Also here: what happens while the port is away. Not here: raw mode (`keyboard`), what is answered by a program.
"""

import os
import select
import threading
import time

from ezvpn.runtime.exits import Exit
from ezvpn.terminal.keyboard import HELP, Keyboard, Keys, Stopped
from ezvpn.terminal.line import Line, Lost
from ezvpn.terminal.ports import NoPort

_TURN_S = 1.0
_QUIET_S = 2.0  # a script's input has ended and its last answer has come
_LAST_S = 2.0  # for what was typed before Ctrl-]
_AGAIN_S = 1.0
_KEY_S = 0.1


class Session:
    """`run` returns the exit code."""

    def __init__(self, line: Line, keyboard: Keyboard) -> None:
        self._line = line
        self._keyboard = keyboard
        self._keys = Keys()
        self._heard_at = time.monotonic()

    def run(self) -> int:
        """Raises `Stopped`, and `NoPort` where nobody is there who could wait for a port that is gone."""
        while True:
            try:
                if not self._turn():
                    return Exit.STOPPED
            except Lost as fault:
                if not self._keyboard.is_terminal:
                    raise NoPort(f"{self._line.name}: {fault}")
                if not self._reopened(str(fault)):
                    return Exit.STOPPED

    def _turn(self) -> bool:
        ready = self._line.wait(_TURN_S if self._keyboard.open else 0.1, *self._keyboard.fds)
        data = self._line.read()
        if data:
            self._heard_at = time.monotonic()
            show(data)
        if 0 in ready and not self._typed(self._keyboard.read()):
            self._finish()
            return False
        if self._keyboard.open:
            return True
        if self._keyboard.is_terminal:
            return False  # its window was closed
        return not self._line.sent or time.monotonic() - self._heard_at < _QUIET_S

    def _typed(self, data: bytes) -> bool:
        """False: leave."""
        self._heard_at = time.monotonic()
        if not self._keyboard.is_terminal:
            self._line.write(data)  # a script's bytes are all for the device
            return True
        for what, typed in self._keys.take(data):
            if what == "leave":
                return False
            if what == "type":
                self._line.write(typed)
            elif what == "help":
                self._keyboard.say("\n" + HELP)
            elif what == "break" and self._line.send_break():
                self._keyboard.say("\n[break sent]")
            elif what == "break":
                self._keyboard.say("\n[no break was sent: this port can't; a device and rfc2217:// can]")
            else:
                self._keyboard.say("\n[no such key: Ctrl-\\ ? shows them]")
        return True

    def _finish(self) -> None:
        until = time.monotonic() + _LAST_S
        try:
            while not self._line.sent and time.monotonic() < until:
                self._line.wait(0.1)
                show(self._line.read())
        except Lost:
            pass  # who leaves doesn't wait for a port
        if self._keyboard.is_terminal:
            self._keyboard.say("")  # the shell's prompt begins on a line of its own

    # --- a port that is gone --------------------------------------------------------------------------------------------

    def _reopened(self, why: str) -> bool:
        """Wait until it is back. False: the technician left."""
        self._keyboard.say(f"\n[{self._line.name}: {why}; reopening … Ctrl-] leaves]")
        while True:
            attempt = Attempt(self._line)
            while not attempt.ended:
                if self._leaves(_KEY_S):
                    return False
            if attempt.fault is None:
                self._keyboard.say(f"[{self._line.name} is back]")
                return True
            if self._leaves(_AGAIN_S):
                return False

    def _leaves(self, seconds: float) -> bool:
        """Look at the keys for so long; what is meant for the device is lost."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([0], [], [], left)[0]:
                data = self._keyboard.read()
                if not data or ("leave", b"") in self._keys.take(data):
                    return True
        return False


class Attempt:
    """Opens the port in a thread: a host that doesn't answer must not make Ctrl-] wait."""

    def __init__(self, line: Line) -> None:
        self.fault: "NoPort | None" = None
        self.ended = False
        self._line = line
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        try:
            self._line.open()
        except NoPort as fault:
            self.fault = fault
        self.ended = True


def show(data: bytes) -> None:
    """What came, on stdout as it came. Raises `Stopped` when nobody reads it any more."""
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        raise Stopped
