"""One daemon of a lab: start it and wait until it answers, freeze, thaw, kill, restart.

Belongs here: what is the same for gateways, brokers and sinks. Not here: their configuration.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.processes import Processes, end, frozen, wait_until

START_LIMIT_S = 10.0


class Daemon:
    """name: unique in the lab, also the name of its log. ready(pid) says when it can be used."""

    def __init__(
        self,
        name: str,
        space: Namespace,
        processes: Processes,
        argv: Sequence[str],
        log: Path,
        ready: Callable[[int], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.space = space
        self.log = log
        self._processes = processes
        self._argv = list(argv)
        self._ready = ready
        self._env = dict(env or {})

    @property
    def pid(self) -> int | None:
        """Its process, None when it doesn't run."""
        return self._processes.pid(self.name)

    def start(self) -> None:
        """Raises LabError with the end of its log when it ends at once or doesn't get ready."""
        child = self.space.popen(self._argv, self.name, self._env)
        wait_until(lambda: child.poll() is not None or self._ready(child.pid), START_LIMIT_S)
        if child.poll() is not None or not self._ready(child.pid):
            raise LabError(f"{self.name} did not start; the end of {self.log}:\n{self.log_tail()}")

    def stop(self) -> None:
        """End it properly (TERM, KILL only if that doesn't help)."""
        if (pid := self.pid) is not None:
            end([pid])

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """KILL: it says goodbye to nobody."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.pid is None, START_LIMIT_S)

    def freeze(self) -> None:
        """STOP: its sockets stay open and answer nothing. Returns when it stands still."""
        self._send(signal.SIGSTOP, True)

    def thaw(self) -> None:
        self._send(signal.SIGCONT, False)

    def _send(self, sig: int, still: bool) -> None:
        pid = self.pid
        if pid is None:
            raise LabError(f"{self.name} is not running")
        os.kill(pid, sig)
        # A signal takes effect when the process runs next, which on a busy machine is a moment later.
        wait_until(lambda: frozen(pid) == still, START_LIMIT_S, 0.001)

    def state(self) -> str:
        """For a person: runs, is frozen, or is not running."""
        pid = self.pid
        if pid is None:
            return "is not running"
        return "is frozen" if frozen(pid) else "runs"

    def log_tail(self, lines: int = 15) -> str:
        """The end of its log; of what it printed, where it ended before it wrote one."""
        for path in (self.log, self.log.with_name(f"{self.name}.log")):
            if path.exists() and (text := path.read_text(errors="replace").strip()):
                return "\n".join(text.splitlines()[-lines:])
        return "(it said nothing)"
