"""A program's side of a conversation with a console: say something, then wait, within bounds, until the answer is what it should
be. CPython only. Used by `paste` and `expect`."""

import re
import time
from collections.abc import Callable

from ezvpn.terminal.keyboard import Keyboard
from ezvpn.terminal.line import Line

_TURN_S = 0.05
_LINE_END = re.compile("\r+\n")


class Exchange:
    """`text` is what came since `take`, its line ends plain. `heard(data)` is told every byte."""

    def __init__(self, line: Line, keyboard: Keyboard, heard: "Callable[[bytes], None] | None" = None) -> None:
        self.line = line
        self.text = ""
        self._bytes = b""
        self._keyboard = keyboard
        self._heard = heard

    def say(self, data: bytes) -> None:
        self.line.write(data)

    def hear(self, data: bytes) -> None:
        """What came from elsewhere: the answer of the look for the speed."""
        self._bytes += data
        self.text = _LINE_END.sub("\n", self._bytes.decode("utf-8", "replace"))
        if self._heard is not None:
            self._heard(data)

    def take(self, count: "int | None" = None) -> str:
        """The text so far, or its first `count` characters; they are not looked at again."""
        taken = self.text if count is None else self.text[:count]
        self.text = self.text[len(taken) :]
        self._bytes = self.text.encode()
        return taken

    def until(self, done: "Callable[[str, float], bool]", silence_s: float, whole_s: float) -> bool:
        """Listen until `done(text, seconds of silence)`. False: nothing came for `silence_s`, or it took `whole_s`. Raises `Lost`
        and `Stopped`."""
        began = last = time.monotonic()
        while True:
            now = time.monotonic()
            if done(self.text, now - last):
                return True
            if now - last > silence_s or now - began > whole_s:
                return False
            self.line.wait(_TURN_S)
            data = self.line.read()
            self._keyboard.check()
            if data:
                self.hear(data)
                last = time.monotonic()
            elif not self.line.sent:
                last = time.monotonic()  # the far end said XOFF: it is busy, not silent
