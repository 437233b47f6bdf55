"""Our agent in a namespace of a lab: start it with a configuration, ask its console, stop it, look at its log.

Belongs here: `ezvpn run` and `ezvpn exec` as a person would type them. Not here: what the answers should be.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import Processes, wait_until

# SIGTERM: deletes, `offline` and routes within 3 s; the rest is for a busy machine.
STOP_LIMIT_S = 10.0
WAIT_LIMIT_S = 10.0
CPYTHON = (sys.executable, "-m", "ezvpn")


def micropython(*options: str) -> list[str]:
    """Our program under PyPI's MicroPython. options: of the interpreter, such as ("-X", "heapsize=1M")."""
    found = importlib.util.find_spec("ezvpn")
    if found is None or found.origin is None:
        raise LabError("the package ezvpn is not installed: run make .venv")
    sources = Path(found.origin).parents[1]
    path = f"MICROPYPATH={sources}:{sysconfig.get_path('purelib')}:.frozen"
    return ["env", path, str(Path(sys.executable).with_name("micropython")), *options, "-m", "ezvpn"]


CONFIG = """crypto ipsec client ezvpn {name}
 connect auto
 group {group} key {key}
 mode client
{peers}
 username {user} password {password}
"""


def six_lines(gateway: Gateway, *peers: str, name: str = "HQ") -> str:
    """The shortest configuration that connects: six lines with one peer."""
    user, password = gateway.users[0]
    lines = "\n".join(f" peer {peer}" for peer in peers)
    return CONFIG.format(name=name, group=gateway.group, key=gateway.psk, peers=lines, user=user, password=password)


class Agent:
    """name: unique in the lab; its log is log/NAME.log. program: the words before `run`."""

    def __init__(
        self,
        name: str,
        space: Namespace,
        processes: Processes,
        run_dir: Path,
        program: Sequence[str] = CPYTHON,
        options: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.space = space
        self.state_dir = run_dir / name
        self.config = self.state_dir / "startup.conf"
        self.log = run_dir / "log" / f"{name}.log"
        self._processes = processes
        self._program = list(program)
        self._options = list(options)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, config: str | None = None) -> None:
        """Returns at once. config None: the file of the start before (as after a crash)."""
        self._child = self.space.popen(self.command(config), self.name)

    def start_on(self, terminal: int, config: str | None = None) -> None:
        """The same with standard input, output and error on an open descriptor."""
        self._child = self.space.popen(self.command(config), self.name, output=terminal, stdin=terminal)

    def command(self, config: str | None = None) -> list[str]:
        """The words that start it, its files in place."""
        self.state_dir.mkdir(mode=0o700, exist_ok=True)
        if config is not None:
            self.config.touch(0o600)
            self.config.write_text(config)
        return [*self._program, "run", str(self.config), "--state-dir", str(self.state_dir), *self._options]

    @property
    def pid(self) -> int:
        if self._child is None:
            raise LabError(f"{self.name} was never started")
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._child.poll() if self._child else None

    def execute(self, command: str, check: bool = True) -> str:
        """The answer of its console to one command. With check a failure raises LabError."""
        words = ["exec", "--state-dir", str(self.state_dir), command]
        return self.space.run([*CPYTHON, *words], check=check).stdout

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it and wait: its exit code (negative for a signal). Raises LabError when it doesn't end."""
        if self._child is None:
            raise LabError(f"{self.name} was never started")
        if self._child.poll() is None:
            self._child.send_signal(number)
        try:
            return self._child.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name} did not end within {STOP_LIMIT_S:.0f} s:\n{self.log_tail()}") from None

    def wait_log(self, text: str, count: int = 1, limit_s: float = WAIT_LIMIT_S) -> str:
        """Wait until its log has this text so many times: the last line with it. Raises LabError when the agent ends before,
        and after limit_s."""

        def found() -> list[str]:
            return [line for line in self.log_text().splitlines() if text in line]

        wait_until(lambda: len(found()) >= count or self.returncode is not None, limit_s, 0.02)
        if len(found()) < count:
            ended = f"it ended with {self.returncode}" if self.returncode is not None else f"not within {limit_s:.0f} s"
            raise LabError(f"{self.name}: no {text!r} in the log, {ended}:\n{self.log_tail()}")
        return found()[-1]

    def wait_exit(self, limit_s: float = STOP_LIMIT_S) -> int:
        """Wait until it ends by itself: its exit code. Raises LabError after limit_s."""
        if not wait_until(lambda: self.returncode is not None, limit_s) or self.returncode is None:
            raise LabError(f"{self.name} did not end within {limit_s:.0f} s:\n{self.log_tail()}")
        return self.returncode

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines: int = 20) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])
