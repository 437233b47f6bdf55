"""A board's serial console as a test uses it: type a line, wait for what must come, keep all that came.

Belongs here: the conversation. Not here: where the bytes come from (`qemu`; a real port through pyserial), what they mean.
Waiting is bounded, and what did not come is said together with what came instead.
"""

from __future__ import annotations

import re
import select
import socket
import time
from pathlib import Path

_PROMPT = r"\n[\w.-]+(\([\w-]+\))?[>#]$"


class NotSeen(AssertionError):
    """What was waited for did not come."""


class SerialConsole:
    """stream: a connected socket to the port · transcript: the file that every byte goes to."""

    def __init__(self, stream: socket.socket, transcript: Path) -> None:
        self._stream = stream
        self._stream.setblocking(False)
        self._file = transcript.open("ab", buffering=0)
        self._unseen = b""

    def close(self) -> None:
        self._stream.close()
        self._file.close()

    def send(self, data: bytes) -> None:
        self._stream.setblocking(True)
        try:
            self._stream.sendall(data)
        finally:
            self._stream.setblocking(False)

    def wait(self, pattern: str, limit_s: float = 30.0) -> str:
        """Until the pattern is in what came since the last match; returns what was before it. Raises `NotSeen`."""
        ends = time.monotonic() + limit_s
        wanted = re.compile(pattern)
        while True:
            text = self._unseen.decode("utf-8", "replace").replace("\r\n", "\n")
            if found := wanted.search(text):
                self._unseen = text[found.end() :].encode()
                return text[: found.start()]
            left = ends - time.monotonic()
            if left <= 0 or not self._more(left):
                raise NotSeen(f"{pattern!r} has not come in {limit_s:g} s, but: …{text[-1500:]!r}")

    def command(self, line: str, limit_s: float = 15.0) -> str:
        """Type a line and return what was printed until the next prompt. Raises `NotSeen`."""
        self.send(line.encode() + b"\r")
        self.wait(re.escape(line), limit_s)
        return self.wait(_PROMPT, limit_s).strip("\n")

    def _more(self, left: float) -> bool:
        """False: the far end is gone."""
        if not select.select([self._stream], [], [], left)[0]:
            return True
        try:
            data = self._stream.recv(65536)
        except BlockingIOError:
            return True
        self._file.write(data)
        self._unseen += data
        return data != b""
