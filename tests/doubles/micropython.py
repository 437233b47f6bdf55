"""Runs a script under MicroPython, with the agent and the test doubles on its path."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("micropython")


def environment() -> "dict[str, str]":
    return {**os.environ, "MICROPYPATH": f"{ROOT / 'agent'}:{ROOT / 'tests'}:.frozen"}


def run(script: str, *arguments: str, seconds: float = 20) -> str:
    """Run `script`; returns what it printed. Fails with its output if it raised."""
    done = subprocess.run(
        [PROGRAM, "-c", script, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asleep(pid: int, seconds: float = 10) -> None:
    """Wait until a process has slept for 0.1 s on end. A Ctrl-C that meets pip's MicroPython in an allocation or a sweep ends it
    with its heap locked and exit code 1 (docs/micropython.md), so whoever stops one sends it to a process that waits."""
    until = time.monotonic() + seconds
    before, since = None, time.monotonic()
    while time.monotonic() < until:
        with open(f"/proc/{pid}/status") as file:
            facts = dict(line.split(":\t", 1) for line in file)
        now = (facts["voluntary_ctxt_switches"], facts["nonvoluntary_ctxt_switches"])
        if facts["State"][0] not in "SZ" or now != before:
            before, since = now, time.monotonic()
        elif time.monotonic() - since > 0.1:
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} never slept for 0.1 s in {seconds} s")
