"""Signals as a descriptor (signalfd(2)), through the device binary's C module; MicroPython itself passes on Ctrl-C only.

A signal is served between two callbacks like everything else, never in the middle of one.
"""

import struct

import _edgec  # type: ignore[import-not-found]

from ezvpn.runtime.calls import Callback
from ezvpn.runtime.micropython.loop import Loop

SIGHUP, SIGINT, SIGTERM = 1, 2, 15
_BYTES = 128  # struct signalfd_siginfo, which begins with the number


class Signals:
    """calls: number -> what to call."""

    def __init__(self, loop: Loop, calls: "dict[int, Callback]") -> None:
        self._loop = loop
        self._calls = calls
        self._buffer = bytearray(_BYTES)
        self.fd: int = _edgec.signalfd(sorted(calls))
        loop.watch(self.fd, self._readable)

    def close(self) -> None:
        self._loop.unwatch(self.fd)
        _edgec.close(self.fd)

    def _readable(self) -> None:
        if _edgec.read(self.fd, self._buffer):
            self._calls[struct.unpack_from("@I", self._buffer)[0]]()
