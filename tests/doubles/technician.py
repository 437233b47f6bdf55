"""Somebody at a terminal of his own who runs `ezvpn console`: what he types, what he sees, how it ends."""

import os
import pty
import select
import subprocess
import sys
import termios
import time

from doubles.micropython import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "agent"), "NO_COLOR": "1", "COLUMNS": "100"}
COMMAND = [sys.executable, "-m", "ezvpn", "console"]


def console(*words, typed=b"", seconds=30):
    """Run it in a script: stdin is a pipe. Returns the ended process."""
    return subprocess.run([*COMMAND, *words], env=ENVIRONMENT, input=typed, capture_output=True, timeout=seconds)


class Technician:
    """`ezvpn console WORDS` on a terminal. A context; afterwards the program has ended and the terminal must be as before."""

    def __init__(self, *words):
        self._near, self._far = pty.openpty()
        self.before = termios.tcgetattr(self._far)
        self.seen = b""
        self.program = subprocess.Popen(
            [*COMMAND, *words], env=ENVIRONMENT, stdin=self._far, stdout=self._far, stderr=self._far
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        os.close(self._near)
        os.close(self._far)

    def sees(self, what, seconds=15):
        """Wait until the screen has shown these bytes; they are not found again."""
        until = time.monotonic() + seconds
        while what not in self.seen:
            left = until - time.monotonic()
            assert left > 0 and select.select([self._near], [], [], left)[0], (what, self.seen)
            self.seen += os.read(self._near, 4096)
        self.seen = self.seen.partition(what)[2]

    def types(self, keys):
        os.write(self._near, keys)

    def ends(self, seconds=15):
        """The exit code; the terminal is as it was."""
        code = self.program.wait(seconds)
        assert termios.tcgetattr(self._far) == self.before
        return code
