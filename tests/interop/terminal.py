"""A terminal with a person at its far end, for an agent whose console it is."""

from __future__ import annotations

import os
import pty
from types import TracebackType

from ezvpn_hil.lab.processes import wait_until


class Terminal:
    """`near`: the agent's end, a descriptor · `name`: its device · `said`: all that was printed."""

    def __init__(self) -> None:
        self._far, self.near = pty.openpty()
        self.name = os.ttyname(self.near)
        self.said = b""
        os.set_blocking(self._far, False)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._far)
        os.close(self.near)

    def type(self, keys: bytes) -> None:
        os.write(self._far, keys)

    def wait(self, what: str, limit_s: float = 5.0) -> None:
        """Until this was printed, now or before."""
        assert wait_until(lambda: what.encode() in self._read(), limit_s), self.said

    def _read(self) -> bytes:
        try:
            self.said += os.read(self._far, 4096)
        except BlockingIOError:
            pass
        return self.said
