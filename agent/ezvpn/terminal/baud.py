"""Which speed a console has: a CR at each, and a look at what comes back. CPython only."""

import time

from ezvpn.terminal.keyboard import Keyboard
from ezvpn.terminal.line import Line
from ezvpn.terminal.prompts import asks, host_of_prompt, readable

# Most consoles have one of the first two.
SPEEDS = (115200, 9600, 57600, 38400, 19200)
FALLBACK = 9600  # the factory setting of nearly every router
_WINDOW_S = 0.6  # for the answer at one speed; a prompt ends it earlier
_TURN_S = 0.1
_MOST_BYTES = 2000
_READABLE = 0.9
_FEWEST_BYTES = 2


class Found:
    """speed: 0 if nothing was heard at any · garbled: something was heard, but nothing that can be read · sure: with a prompt ·
    answer: what it said."""

    def __init__(self, speed: int = 0, sure: bool = False, answer: bytes = b"", garbled: bool = False) -> None:
        self.speed = speed
        self.sure = sure
        self.answer = answer
        self.garbled = garbled


def find(line: Line, keyboard: Keyboard) -> Found:
    """Try all speeds, within 3 s and what the port needs to change; the line is left at the one that was found, or at the
    fallback. Raises `Lost` and `Stopped`."""
    best = Found()
    garbled = False
    for speed in SPEEDS:
        line.set_speed(speed)
        line.read()  # what came at another speed
        line.write(b"\r")
        answer = _listen(line, keyboard)
        if _prompted(answer):
            return Found(speed, True, answer)
        if len(answer) >= _FEWEST_BYTES and readable(answer) >= _READABLE:
            if len(answer) > len(best.answer):
                best = Found(speed, False, answer)
        elif answer:
            garbled = True
    if not best.speed:
        best.garbled = garbled
    line.set_speed(best.speed or FALLBACK)
    return best


def _listen(line: Line, keyboard: Keyboard) -> bytes:
    until = time.monotonic() + _WINDOW_S
    answer = b""
    while (left := until - time.monotonic()) > 0 and len(answer) < _MOST_BYTES and not _prompted(answer):
        line.wait(min(left, _TURN_S))
        answer += line.read()
        keyboard.check()
    return answer


def _prompted(answer: bytes) -> bool:
    text = answer.decode("ascii", "replace")
    return readable(answer) >= _READABLE and bool(host_of_prompt(text) or asks(text))
