"""One network namespace: run a program in it, start a daemon in it, look at everything the kernel knows about it.

Belongs here: `ip netns` and `ip -n`. Not here: which namespaces there are (`plan`), how they are wired (`wiring`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ezvpn_hil.lab.processes import Processes, environment

DUMPS = (("addr",), ("link",), ("route", "show", "table", "all"), ("rule",))


class LabError(Exception):
    """The machine refused something; the text says what was asked and what it said."""


def ip(*args: str, text: str | None = None) -> str:
    """Run `ip`; text is given on its standard input (for -batch). Raises LabError with its own message."""
    done = subprocess.run(["ip", *args], input=text, capture_output=True, text=True, env=environment())
    if done.returncode:
        raise LabError(f"ip {' '.join(args)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def existing() -> list[str]:
    """Names of all network namespaces of this machine (of this mount namespace)."""
    return [line.split()[0] for line in ip("netns", "list").splitlines() if line.strip()]


class Namespace:
    """addresses: the IPv4 addresses the lab gave it, outermost first."""

    def __init__(self, name: str, processes: Processes, log_dir: Path, addresses: Sequence[str] = ()) -> None:
        self.name = name
        self.addresses = list(addresses)
        self._processes = processes
        self._log_dir = log_dir

    def __repr__(self) -> str:
        return f"Namespace({self.name!r})"

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs argv in here; a person can type it too."""
        return ["ip", "netns", "exec", self.name, *argv]

    def run(
        self,
        argv: Sequence[str],
        timeout: float = 30.0,
        check: bool = True,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end. With check a non-zero exit raises LabError with the last of its output."""
        done = subprocess.run(
            self.command(argv),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment(env),
        )
        if check and done.returncode:
            said = (done.stderr or done.stdout).strip()[-500:]
            raise LabError(f"{self.name}: {' '.join(argv)}: exit {done.returncode}: {said}")
        return done

    def popen(
        self,
        argv: Sequence[str],
        name: str = "",
        env: Mapping[str, str] | None = None,
        output: int | IO[bytes] | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start and go on. The lab ends it at the latest when it is taken down. Without `output` both streams go to
        log/NAME.log of the run directory."""
        name = name or Path(argv[0]).name
        if output is not None:
            return self._processes.start(name, self.command(argv), output, env, stdin)
        with (self._log_dir / f"{name}.log").open("ab") as log:
            return self._processes.start(name, self.command(argv), log, env, stdin)

    def ping(self, address: str, count: int = 3, wait_s: int = 1, source: str = "") -> bool:
        """Whether every echo request was answered. source: one of its own addresses."""
        words = ["ping", "-n", "-q", "-c", str(count), "-i", "0.1", "-W", str(wait_s)]
        done = self.run([*words, *(["-I", source] if source else []), address], check=False)
        return done.returncode == 0 and " 0% packet loss" in done.stdout

    def batch(self, *lines: str) -> None:
        """Several `ip` commands at once."""
        ip("-n", self.name, "-batch", "-", text="\n".join(lines) + "\n")

    def sysctl(self, *settings: str) -> None:
        self.run(["sysctl", "-qw", *settings])

    def pids(self) -> list[int]:
        """Every process that lives in here, whoever started it."""
        return [int(pid) for pid in ip("netns", "pids", self.name).split()]

    def dump(self) -> dict[str, Any]:
        """Addresses, links, routes of all tables and rules, for a comparison before and after. Lists are sorted."""
        found: dict[str, Any] = {}
        for args in DUMPS:
            rows = json.loads(ip("-n", self.name, "-j", *args) or "[]")
            found[args[0]] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
        return found
