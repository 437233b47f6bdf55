"""Keys that are for us, and a terminal that is as before whatever happened."""

import os
import pty
import signal
import subprocess
import sys
import termios

import pytest
from doubles.micropython import ROOT

from ezvpn.terminal.keyboard import Keys

SCRIPT = """
import os, sys
from ezvpn.terminal.keyboard import Keyboard, Stopped
try:
    with Keyboard() as keyboard:
        keyboard.say("ready")
        if sys.argv[1] == "raise":
            raise ValueError
        while True:
            os.read(0, 1)
            keyboard.check()
except Stopped:
    print("stopped")
except ValueError:
    print("raised")
"""


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (b"show\r", [("type", b"show\r")]),
        (b"a\x1db", [("type", b"a"), ("leave", b""), ("type", b"b")]),
        (b"a\x1cb\r", [("type", b"a"), ("break", b""), ("type", b"\r")]),
        (b"\x1c?", [("help", b"")]),
        (b"\x1c]\x1c\x1cx", [("type", b"\x1d\x1cx")]),
        (b"\x1c\x1d", [("leave", b"")]),
        (b"\x1cz", [("wrong", b"")]),
        (b"\x1ex", [("type", b"\x1ex")]),  # Ctrl-^ x is IOS's own
        (b"", []),
    ],
)
def test_keys(typed, found):
    assert Keys().take(typed) == found


def test_a_menu_key_and_the_next_may_come_apart():
    keys = Keys()
    assert keys.take(b"\x1c") == []
    assert keys.take(b"b") == [("break", b"")]


@pytest.mark.parametrize("how", ["raise", "term", "hangup", "ctrl-c", "ctrl-]"])
def test_the_terminal_is_as_before(how):
    near, far = pty.openpty()
    before = termios.tcgetattr(far)
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, how],
        env={**os.environ, "PYTHONPATH": str(ROOT / "agent")},
        stdin=far,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stderr.readline() == b"ready\n"
    if how != "raise":
        assert not termios.tcgetattr(far)[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
    if how in ("term", "hangup"):
        child.send_signal(signal.SIGTERM if how == "term" else signal.SIGHUP)
    elif how != "raise":
        os.write(near, b"x" + (b"\x03" if how == "ctrl-c" else b"\x1d"))
    assert child.communicate(timeout=10)[0] == (b"raised\n" if how == "raise" else b"stopped\n")
    assert child.returncode == 0
    assert termios.tcgetattr(far) == before
    os.close(near)
    os.close(far)
