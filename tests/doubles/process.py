"""An agent as a process of its own, in a network namespace of its own, on either interpreter."""

import os
import queue
import subprocess
import sys
import threading
import time

from doubles.micropython import PROGRAM, ROOT, asleep, environment


class Agent:
    """`ezvpn run` with these words. Lines of stderr come out of `expect`; `stop` ends it with a signal."""

    def __init__(self, *words, interpreter="cpython", **popen):
        self._interpreter = interpreter
        if interpreter == "cpython":
            command = [sys.executable, "-m", "ezvpn", "run", *words]
            env = {**os.environ, "PYTHONPATH": str(ROOT / "agent")}
        else:
            command = [str(PROGRAM), "-m", "ezvpn", "run", *words]
            env = environment()
        # unshare keeps the process number, so signals reach the agent itself.
        self.process = subprocess.Popen(
            ["unshare", "-Urn", *command], env=env, cwd=ROOT, stderr=subprocess.PIPE, text=True, **popen
        )
        self.lines = []
        self._queue = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    def expect(self, text, seconds=15):
        """The next line of stderr that holds `text`."""
        until = time.monotonic() + seconds
        while True:
            try:
                line = self._queue.get(timeout=max(until - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"no line with {text!r} in:\n" + "".join(self.lines)) from None
            if text in line:
                return line

    def stop(self, number):
        """Send a signal; returns (exit code, seconds it took)."""
        if self._interpreter == "micropython":
            asleep(self.process.pid)
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(10)
        return code, time.monotonic() - began

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            self._queue.put(line)
