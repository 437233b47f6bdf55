"""The processes a lab started: each is written down when it starts, so that any later command can end exactly those.

Belongs here: starting, recording, signalling, ending. Not here: what the processes are.
A process is named by pid and start time, so a pid that was used again is never signalled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from ezvpn_hil.lab.interrupts import held

GRACE_S = 3.0
# Where daemons and network tools are; the PATH of a plain user, or of `su`, doesn't name them.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment and `extra`, with the folders of system programs at the end of PATH."""
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path += [folder for folder in SYSTEM_FOLDERS if folder not in path]
    return {**os.environ, "PATH": os.pathsep.join(path), **(extra or {})}


def start_time(pid: int) -> str | None:
    """The start time of a live process (field 22 of /proc/PID/stat), None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def frozen(pid: int) -> bool:
    """Whether the process was stopped (STOP) and not continued."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def end(pids: Iterable[int], grace_s: float = GRACE_S) -> None:
    """CONT (a frozen process gets no TERM), TERM, and KILL for what is left after grace_s. Returns when all are gone."""
    marks = {pid: start_time(pid) for pid in pids}

    def alive() -> list[int]:
        return [pid for pid, mark in marks.items() if mark and start_time(pid) == mark]

    for sig in (signal.SIGCONT, signal.SIGTERM):
        for pid in alive():
            _signal(pid, sig)
    wait_until(lambda: not alive(), grace_s)
    for pid in alive():
        _signal(pid, signal.SIGKILL)
    wait_until(lambda: not alive(), grace_s)


def _signal(pid: int, sig: int) -> None:
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        pass


def wait_until(ready: Callable[[], object], limit_s: float, step_s: float = 0.01) -> bool:
    """Poll ready() until it is true or limit_s is over; answers its last word."""
    deadline = time.monotonic() + limit_s
    while True:
        if ready():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(step_s)


def listening(pid: int, protocol: str, port: int) -> bool:
    """Whether a socket of the process's network namespace, once it is not ours, waits at the port. protocol: tcp or udp."""
    waiting = {"tcp": "0A", "udp": "07"}[protocol]
    rows = []
    try:
        if os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            return False  # `ip netns exec` has not come to the exec yet
        for family in ("", "6"):
            rows += Path(f"/proc/{pid}/net/{protocol}{family}").read_text().splitlines()[1:]
    except OSError:
        return False
    return any(r.split()[3] == waiting and int(r.split()[1].split(":")[1], 16) == port for r in rows)


class Processes:
    """The record of one lab, in a file of its run directory: one JSON line a process, added at the start of each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        argv: Sequence[str],
        output: int | IO[bytes],
        env: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start in a session of its own, so that a Ctrl-C at the terminal reaches only us and we end the rest in order."""
        with held():  # a process that isn't written down would never be ended
            child = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(env),
                start_new_session=True,
            )
            self._children[child.pid] = child
            with self.path.open("a") as f:
                f.write(json.dumps({"name": name, "pid": child.pid, "start": start_time(child.pid)}) + "\n")
        return child

    def alive(self) -> list[tuple[str, int]]:
        """(name, pid) of the recorded processes that still run."""
        for child in self._children.values():
            child.poll()
        rows = []
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # the last line of a run that was killed while writing
                if row["start"] and start_time(row["pid"]) == row["start"]:
                    rows.append((row["name"], row["pid"]))
        return rows

    def pid(self, name: str) -> int | None:
        """The newest live process of that name."""
        return next((pid for n, pid in reversed(self.alive()) if n == name), None)

    def end(self, pids: Iterable[int]) -> None:
        end(pids)
        for child in self._children.values():
            child.poll()  # reap
