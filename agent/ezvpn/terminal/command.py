"""`ezvpn console PORT`: from the words of the command line to the exit code.

CPython only. Belongs here: the order of things (open, find the speed, expect, send, or type), and what is said about how it
ended. The command line itself is in `cli`.
"""

import sys
import time

from ezvpn.runtime.exits import Exit
from ezvpn.terminal import baud, expect, paste
from ezvpn.terminal.exchange import Exchange
from ezvpn.terminal.keyboard import Keyboard, Stopped
from ezvpn.terminal.line import Line, Lost
from ezvpn.terminal.ports import NoPort
from ezvpn.terminal.session import Session, show
from ezvpn.terminal.transcript import Transcript

_PROGRESS_S = 0.1


class Wishes:
    """port: DEVICE[,BAUD] or a URL · speed: 0 = find it · log, send: paths, "" = none · patterns, texts: of --expect and --type ·
    timeout_s: how long an answer may take."""

    def __init__(
        self,
        port: str,
        speed: int = 0,
        log: str = "",
        send: str = "",
        patterns: "list[str] | None" = None,
        texts: "list[str] | None" = None,
        timeout_s: float = 10.0,
    ) -> None:
        self.port = port
        self.speed = speed
        self.log = log
        self.send = send
        self.patterns = patterns or []
        self.texts = texts or []
        self.timeout_s = timeout_s


def run(wishes: Wishes) -> int:
    """Do what was asked for; errors are told on stderr. Returns the exit code."""
    transcript = None
    line = None
    try:
        script = expect.steps(wishes.patterns, wishes.texts)
        lines = paste.read(wishes.send) if wishes.send else []
        port, speed = _port(wishes)
        transcript = Transcript(wishes.log) if wishes.log else None
        line = Line(port, speed, transcript)
        line.open()
        code = _use(line, wishes, script, lines)
    except NoPort as fault:
        _tell(str(fault))
        code = fault.code
    except KeyboardInterrupt:
        code = Exit.STOPPED  # before the terminal was raw
    finally:
        if line is not None:
            line.close()
        if transcript is not None:
            transcript.close()
    if transcript is not None and transcript.fault:
        _tell(transcript.fault)
    return code


def _use(line: Line, wishes: Wishes, script: "list[expect.Step]", lines: "list[paste.Sent]") -> int:
    programmed = bool(script or lines)
    try:
        with Keyboard() as keyboard:
            exchange = Exchange(line, keyboard, None if lines else show)
            try:
                if line.speed is None and line.has_speed:
                    found = baud.find(line, keyboard)
                    _tell_speed(line, found, keyboard)
                    exchange.hear(found.answer)
                if not programmed:
                    keys = " Ctrl-] leaves, Ctrl-\\ ? shows the other keys." if keyboard.is_terminal else ""
                    keyboard.say(f"Connected to {_called(line)}.{keys}")
                    return Session(line, keyboard).run()
                expect.run(exchange, script, wishes.timeout_s)
                if lines:
                    _send(exchange, keyboard, wishes, lines)
                return Exit.STOPPED
            except (expect.Unmet, paste.Refused) as fault:
                keyboard.say(f"ezvpn: {fault}" if isinstance(fault, expect.Unmet) else str(fault))
                return Exit.CONFIGURATION
            except Lost as fault:
                raise NoPort(f"{line.name}: {fault}")
    except (Stopped, KeyboardInterrupt):
        if not programmed:
            return Exit.STOPPED
        _tell("stopped before the end")
        return Exit.CONFIGURATION


def _send(exchange: Exchange, keyboard: Keyboard, wishes: Wishes, lines: "list[paste.Sent]") -> None:
    began = time.monotonic()
    live = sys.stderr.isatty()
    clear = "\r\x1b[K" if live else ""
    shown_at = 0.0
    entered = 0

    def progress(done: int) -> None:
        nonlocal shown_at, entered
        entered = done
        now = time.monotonic()
        if live and (now - shown_at >= _PROGRESS_S or done == len(lines)):
            shown_at = now
            sys.stderr.write(f"\r{wishes.send}: {done} of {len(lines)} lines")
            sys.stderr.flush()

    try:
        paste.Paste(exchange, wishes.send, wishes.timeout_s).send(lines, progress)
    except (Stopped, Lost, KeyboardInterrupt):
        keyboard.say(f"{clear}{wishes.send}: {entered} of {len(lines)} lines entered")
        raise
    except paste.Refused as fault:
        raise paste.Refused(clear + str(fault))
    keyboard.say(f"{clear}{wishes.send}: {len(lines)} lines entered in {time.monotonic() - began:.1f} s, none refused")


def _tell_speed(line: Line, found: baud.Found, keyboard: Keyboard) -> None:
    if found.sure:
        keyboard.say(f"{line.name}: {found.speed} bit/s")
    elif found.speed:
        keyboard.say(f"{line.name}: {found.speed} bit/s, most likely; no prompt was seen; --baud N sets another")
    elif found.garbled:
        keyboard.say(
            f"{line.name}: something answers, but can be read at none of the usual speeds; going on at {line.speed} bit/s; "
            "look at the device's `speed` (--baud N), and for a program that has the port open too"
        )
    else:
        keyboard.say(
            f"{line.name}: nothing answers at any speed; going on at {line.speed} bit/s\n"
            "  - the cable: a console cable (rollover or null modem), in the port that is marked CONSOLE\n"
            "  - the power of the device, and whether it has started\n"
            "  - another program on either end that holds the port"
        )


def _called(line: Line) -> str:
    return f"{line.name} at {line.speed} bit/s" if line.has_speed else line.name


def _port(wishes: Wishes) -> "tuple[str, int | None]":
    """(name of the port, its speed if it was given). Raises `NoPort`."""
    port, comma, baud_text = wishes.port.partition(",")
    if not comma:
        return port, wishes.speed or None
    if not baud_text.isdigit() or not int(baud_text):
        raise NoPort(f"{wishes.port}: PORT is DEVICE[,BAUD], and BAUD a number such as 115200", Exit.USAGE)
    if wishes.speed and wishes.speed != int(baud_text):
        raise NoPort(f"{wishes.port} and --baud {wishes.speed}: two speeds; leave one out", Exit.USAGE)
    return port, int(baud_text)


def _tell(text: str) -> None:
    print(f"ezvpn: {text}", file=sys.stderr)
